// Reads a log's public folder with Go's own sumdb packages, which nobody here wrote:
// the checkpoint's signature (note), the tree of all entries, and about a thousand entries' inclusion
// through tiles (tlog), each of which is checked anew for each proof.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type folder string

// path turns a tile of height 8 into its C2SP tlog-tiles path, which differs from sumdb's.
func path(t tlog.Tile) string {
	n := fmt.Sprintf("%03d", t.N%1000)
	for rest := t.N / 1000; rest > 0; rest /= 1000 {
		n = fmt.Sprintf("x%03d/%s", rest%1000, n)
	}
	level := strconv.Itoa(t.L)
	if t.L == -1 {
		level = "entries"
	}
	p := "tile/" + level + "/" + n
	if t.W < 256 {
		p += fmt.Sprintf(".p/%d", t.W)
	}
	return p
}

func (f folder) Height() int { return 8 }

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, t := range tiles {
		data, err := os.ReadFile(filepath.Join(string(f), path(t)))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	dir, vkey := folder(os.Args[1]), os.Args[2]
	text, err := os.ReadFile(filepath.Join(string(dir), "checkpoint"))
	must(err)
	verifier, err := note.NewVerifier(vkey)
	must(err)
	opened, err := note.Open(text, note.VerifierList(verifier))
	must(err)
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	root, err := base64.StdEncoding.DecodeString(lines[2])
	must(err)
	tree := tlog.Tree{N: size}
	copy(tree.Hash[:], root)
	reader := tlog.TileHashReader(tree, dir)
	computed, err := tlog.TreeHash(size, reader)
	must(err)
	if computed != tree.Hash {
		log.Fatal("another root")
	}
	var hashes []tlog.Hash
	stored := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var found []tlog.Hash
		for _, index := range indexes {
			found = append(found, hashes[index])
		}
		return found, nil
	})
	for n := int64(0); n < size; {
		width := size - n
		if width > 256 {
			width = 256
		}
		bundle, err := os.ReadFile(filepath.Join(string(dir), path(tlog.Tile{H: 8, L: -1, N: n / 256, W: int(width)})))
		must(err)
		for len(bundle) > 0 {
			length := int(binary.BigEndian.Uint16(bundle))
			entry := bundle[2 : 2+length]
			bundle = bundle[2+length:]
			more, err := tlog.StoredHashes(n, entry, stored)
			must(err)
			hashes = append(hashes, more...)
			if n%(1+size/1000) == 0 || n == size-1 {
				proof, err := tlog.ProveRecord(size, n, reader)
				must(err)
				must(tlog.CheckRecord(proof, size, tree.Hash, n, tlog.RecordHash(entry)))
			}
			n++
		}
	}
	computed, err = tlog.TreeHash(size, stored)
	must(err)
	if computed != tree.Hash {
		log.Fatal("the entries give another root")
	}
	for old := int64(1); old <= size; old += 1 + size/50 {
		proof, err := tlog.ProveTree(size, old, reader)
		must(err)
		before, err := tlog.TreeHash(old, reader)
		must(err)
		must(tlog.CheckTree(proof, size, tree.Hash, old, before))
	}
	fmt.Printf("%d entries\n", size)
}
