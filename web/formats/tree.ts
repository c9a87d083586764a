// RFC 6962 section 2.1: hashes of a log's tree, and proofs that an entry is in it. Sizes stay
// below 2^53, so division takes the place of shifts, which JavaScript does in 32 bits.

import { type Bytes, concat, same, sha256 } from "./bytes.js";
import { FormatError } from "./errors.js";

/** Leaf hash: SHA-256(00 ‖ entry). */
export const leafHash = (entry: Bytes): Promise<Bytes> => sha256(concat(Uint8Array.of(0), entry));

const nodeHash = (left: Bytes, right: Bytes): Promise<Bytes> =>
  sha256(concat(Uint8Array.of(1), left, right));

/** The largest power of two below a size that is at least 2. */
function largestPowerBelow(size: number): number {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
}

/** Merkle tree hash of leaf hashes. */
export async function rootHash(leaves: readonly Bytes[]): Promise<Bytes> {
  const [first] = leaves;
  if (!first) return sha256(new Uint8Array(0));
  if (leaves.length === 1) return first;
  const split = largestPowerBelow(leaves.length);
  return nodeHash(await rootHash(leaves.slice(0, split)), await rootHash(leaves.slice(split)));
}

/** The audit path of a leaf, lowest first. */
export async function inclusionPath(index: number, leaves: readonly Bytes[]): Promise<Bytes[]> {
  if (leaves.length <= 1) return [];
  const split = largestPowerBelow(leaves.length);
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)];
  if (index < split) return [...(await inclusionPath(index, left)), await rootHash(right)];
  return [...(await inclusionPath(index - split, right)), await rootHash(left)];
}

/** The hash of a complete or incomplete subtree over leaves `begin` to `end` - 1. */
export type RangeHash = (begin: number, end: number) => Promise<Bytes>;

/** The audit path of leaf `index` in a tree of `size`, lowest first (RFC 6962 section 2.1.1). */
export async function pathOf(index: number, size: number, hash: RangeHash): Promise<Bytes[]> {
  const path: Promise<Bytes>[] = [];
  let [begin, end] = [0, size];
  while (end - begin > 1) {
    const middle = begin + largestPowerBelow(end - begin);
    if (index < middle) {
      path.unshift(hash(middle, end));
      end = middle;
    } else {
      path.unshift(hash(begin, middle));
      begin = middle;
    }
  }
  return Promise.all(path);
}

/** The proof that a tree of `size` begins with one of `first` leaves (RFC 6962 section 2.1.2). */
export async function consistencyOf(
  first: number,
  size: number,
  hash: RangeHash,
): Promise<Bytes[]> {
  const path: Promise<Bytes>[] = [];
  let [begin, end, whole] = [0, size, true];
  while (first < end) {
    const middle = begin + largestPowerBelow(end - begin);
    if (first <= middle) {
      path.unshift(hash(middle, end));
      end = middle;
    } else {
      path.unshift(hash(begin, middle));
      [begin, whole] = [middle, false];
    }
  }
  if (!whole) path.unshift(hash(begin, end));
  return Promise.all(path);
}

/** The hash of a range, put together from hashes of complete aligned subtrees. */
export async function rangeHash(
  begin: number,
  end: number,
  complete: (level: number, index: number) => Promise<Bytes>,
): Promise<Bytes> {
  const size = end - begin;
  const level = Math.log2(size);
  if (Number.isInteger(level) && begin % size === 0) return complete(level, begin / size);
  const middle = begin + largestPowerBelow(size);
  const [left, right] = await Promise.all([
    rangeHash(begin, middle, complete),
    rangeHash(middle, end, complete),
  ]);
  return nodeHash(left, right);
}

/** Raises unless a tree begins with a smaller one (RFC 9162 section 2.1.4.2). */
export async function verifyConsistency(
  first: { readonly size: number; readonly root: Bytes },
  second: { readonly size: number; readonly root: Bytes },
  path: readonly Bytes[],
): Promise<void> {
  const wrong = () => new FormatError("tlog-proof", "These are two trees, not one that grew.");
  if (first.size > second.size) throw wrong();
  if (first.size === 0) return;
  if (first.size === second.size) {
    if (path.length > 0 || !same(first.root, second.root)) throw wrong();
    return;
  }
  let [position, last] = [first.size - 1, second.size - 1];
  while (position % 2 === 1) {
    position = Math.floor(position / 2);
    last = Math.floor(last / 2);
  }
  const [begin, ...rest] = position === 0 ? [first.root, ...path] : path;
  if (!begin) throw wrong();
  let [before, after] = [begin, begin];
  for (const sibling of rest) {
    if (last === 0) throw wrong();
    if (position % 2 === 1 || position === last) {
      before = await nodeHash(sibling, before);
      after = await nodeHash(sibling, after);
      while (position % 2 === 0 && position !== 0) {
        position = Math.floor(position / 2);
        last = Math.floor(last / 2);
      }
    } else {
      after = await nodeHash(after, sibling);
    }
    position = Math.floor(position / 2);
    last = Math.floor(last / 2);
  }
  if (last !== 0 || !same(before, first.root) || !same(after, second.root)) throw wrong();
}

/** Raises unless a leaf is number `index` in a tree (RFC 9162 section 2.1.3.2). */
export async function verifyInclusion(
  index: number,
  size: number,
  leaf: Bytes,
  path: readonly Bytes[],
  root: Bytes,
): Promise<void> {
  const wrong = () => new FormatError("tlog-proof", "The entry is not where the proof says.");
  if (index >= size) throw wrong();
  let [position, last] = [index, size - 1];
  let hash = leaf;
  for (const sibling of path) {
    if (last === 0) throw wrong();
    if (position % 2 === 1 || position === last) {
      hash = await nodeHash(sibling, hash);
      while (position % 2 === 0 && position !== 0) {
        position = Math.floor(position / 2);
        last = Math.floor(last / 2);
      }
    } else {
      hash = await nodeHash(hash, sibling);
    }
    position = Math.floor(position / 2);
    last = Math.floor(last / 2);
  }
  if (last !== 0 || !same(hash, root)) throw wrong();
}
