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
