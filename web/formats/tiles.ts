// C2SP tlog-tiles: how a log's tree and its entries lie in files. A tile at level L and index N
// holds the hashes of 256 complete subtrees of height 8 L; a partial one holds the first of them.

import { type Bytes, concat } from "./bytes.js";
import { FormatError } from "./errors.js";
import { rootHash } from "./tree.js";

const HEIGHT = 8;
export const TILE_WIDTH = 256;
const HASH_BYTES = 32;

/** Which tile; the level -1 is that of bundles of entries. */
export interface Tile {
  readonly level: number;
  readonly index: number;
  /** 1 to 256. */
  readonly width: number;
}

const formatError = (cause: string) => new FormatError("tlog-format", cause);

/** The path below the log's address, as in `tile/0/x001/x234/067.p/8`. */
export function tilePath({ level, index, width }: Tile): string {
  const groups = [String(index % 1000).padStart(3, "0")];
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    groups.unshift(`x${String(rest % 1000).padStart(3, "0")}`);
  }
  const row = level < 0 ? "entries" : String(level);
  const partial = width === TILE_WIDTH ? "" : `.p/${String(width)}`;
  return `tile/${row}/${groups.join("/")}${partial}`;
}

/** The tile that has a complete subtree of a tree of `size`, and where in it. */
export function tileOf(
  level: number,
  index: number,
  size: number,
): { readonly tile: Tile; readonly begin: number; readonly count: number } {
  const row = Math.floor(level / HEIGHT);
  const count = 2 ** (level % HEIGHT);
  const first = index * count;
  const at = Math.floor(first / TILE_WIDTH);
  const available = Math.floor(size / TILE_WIDTH ** row) - at * TILE_WIDTH;
  const width = Math.min(TILE_WIDTH, available);
  return { tile: { level: row, index: at, width }, begin: first % TILE_WIDTH, count };
}

/** The bundle that has an entry of a log of `size` entries. */
export function bundleOf(index: number, size: number): Tile {
  const at = Math.floor(index / TILE_WIDTH);
  return { level: -1, index: at, width: Math.min(TILE_WIDTH, size - at * TILE_WIDTH) };
}

/** The hash of `count` (a power of two) neighbours in a tile's bytes. */
export async function hashIn(content: Bytes, begin: number, count: number): Promise<Bytes> {
  if (content.length % HASH_BYTES !== 0 || content.length < (begin + count) * HASH_BYTES) {
    throw formatError("A tile of the log is too short.");
  }
  const hashes = Array.from({ length: count }, (_, at) =>
    content.slice((begin + at) * HASH_BYTES, (begin + at + 1) * HASH_BYTES),
  );
  return rootHash(hashes);
}

/** The entries of a bundle: each has its length before it, as a big-endian uint16. */
export function entriesIn(content: Bytes): Bytes[] {
  const entries: Bytes[] = [];
  let at = 0;
  while (at < content.length) {
    const [high, low] = content.subarray(at, at + 2);
    if (high === undefined || low === undefined) throw formatError("A bundle ends too early.");
    const end = at + 2 + high * 256 + low;
    if (end > content.length) throw formatError("A bundle ends too early.");
    entries.push(concat(content.subarray(at + 2, end)));
    at = end;
  }
  return entries;
}
