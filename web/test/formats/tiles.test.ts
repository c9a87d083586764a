// Trees read from tiles, of every small size and at the borders of tiles: each path verifies, and
// none verifies for anything else.
import assert from "node:assert/strict";
import { test } from "node:test";

import { type Bytes, concat, utf8 } from "../../formats/bytes.js";
import { entriesIn, hashIn, tileOf, tilePath } from "../../formats/tiles.js";
import {
  consistencyOf,
  leafHash,
  pathOf,
  rangeHash,
  rootHash,
  verifyConsistency,
  verifyInclusion,
} from "../../formats/tree.js";

const WIDTH = 256;
const MOST = 600;
const leaves = await Promise.all(
  Array.from({ length: MOST }, (_, at) => leafHash(utf8(`leaf ${String(at)}`))),
);

/** The log's files: hashes of one level, from its leaves. */
async function tile(level: number, index: number, width: number): Promise<Bytes> {
  const step = WIDTH ** level;
  const hashes = Array.from({ length: width }, (_, at) => {
    const begin = (index * WIDTH + at) * step;
    return rootHash(leaves.slice(begin, begin + step));
  });
  return concat(...(await Promise.all(hashes)));
}

const ranges = (size: number) => (begin: number, end: number) =>
  rangeHash(begin, end, async (level, index) => {
    const { tile: wanted, begin: first, count } = tileOf(level, index, size);
    return hashIn(await tile(wanted.level, wanted.index, wanted.width), first, count);
  });

const SIZES = [1, 2, 3, 7, 8, 13, 255, 256, 257, 512, 599];

test("inclusion from tiles", async () => {
  for (const size of SIZES) {
    const root = await rootHash(leaves.slice(0, size));
    for (const index of new Set([0, 1, size >> 1, size - 1])) {
      if (index >= size) continue;
      const leaf = leaves[index] ?? new Uint8Array();
      const path = await pathOf(index, size, ranges(size));
      await verifyInclusion(index, size, leaf, path, root);
      const other = leaves[index + 1] ?? new Uint8Array();
      await assert.rejects(verifyInclusion(index, size, other, path, root));
    }
  }
});

test("consistency from tiles", async () => {
  for (const [at, size] of SIZES.entries()) {
    const second = { size, root: await rootHash(leaves.slice(0, size)) };
    for (const smaller of SIZES.slice(0, at)) {
      const first = { size: smaller, root: await rootHash(leaves.slice(0, smaller)) };
      const path = await consistencyOf(smaller, size, ranges(size));
      await verifyConsistency(first, second, path);
      const other = { ...first, root: await rootHash(leaves.slice(1, smaller + 1)) };
      await assert.rejects(verifyConsistency(other, second, path));
      await assert.rejects(verifyConsistency(first, { ...second, root: other.root }, path));
      await assert.rejects(verifyConsistency(first, second, path.slice(1)));
      await assert.rejects(verifyConsistency(first, second, [...path, first.root]));
    }
    await verifyConsistency(second, second, []);
    await assert.rejects(verifyConsistency(second, { ...second, size: size - 1 }, []));
  }
});

test("paths of tiles are those of C2SP", () => {
  const path = (level: number, index: number, width = WIDTH) => tilePath({ level, index, width });
  assert.equal(path(0, 0, 8), "tile/0/000.p/8");
  assert.equal(path(-1, 1234067), "tile/entries/x001/x234/067");
  assert.equal(path(1, 999), "tile/1/999");
});

test("bundles end where they say", () => {
  const bundle = concat(Uint8Array.of(0, 2), utf8("ab"), Uint8Array.of(0, 0));
  assert.deepEqual(entriesIn(bundle), [utf8("ab"), new Uint8Array()]);
  assert.throws(() => entriesIn(bundle.slice(0, 3)));
  assert.throws(() => entriesIn(bundle.slice(0, 5)));
});
