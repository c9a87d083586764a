// Prints the seconds in which Go's sumdb/tlog makes the tree of as many entries as it is told.
package main

import (
	"fmt"
	"os"
	"strconv"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

type hashes []tlog.Hash

func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	read := make([]tlog.Hash, len(indexes))
	for n, index := range indexes {
		read[n] = h[index]
	}
	return read, nil
}

func main() {
	size, _ := strconv.ParseInt(os.Args[1], 10, 64)
	length, _ := strconv.Atoi(os.Args[2])
	entry := make([]byte, length)
	stored := make(hashes, 0, 2*size)
	began := time.Now()
	for n := int64(0); n < size; n++ {
		copy(entry, strconv.FormatInt(n, 10))
		added, err := tlog.StoredHashes(n, entry, stored)
		if err != nil {
			panic(err)
		}
		stored = append(stored, added...)
	}
	if _, err := tlog.TreeHash(size, stored); err != nil {
		panic(err)
	}
	fmt.Println(time.Since(began).Seconds())
}
