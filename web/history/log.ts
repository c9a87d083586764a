// A log read entry by entry, each proven to stand in one tree that a reading quorum has cosigned
// (C2SP tlog-tiles, RFC 6962 section 2.1): a reader pays for what it looks at.

import { type Bytes, fromUtf8, same } from "../formats/bytes.js";
import {
  type Policy,
  type VerifiedCheckpoint,
  parseCheckpoint,
  verifyCheckpoint,
} from "../formats/checkpoint.js";
import { FormatError } from "../formats/errors.js";
import { split } from "../formats/note.js";
import {
  TILE_WIDTH,
  type Tile,
  bundleOf,
  entriesIn,
  hashIn,
  tileOf,
  tilePath,
} from "../formats/tiles.js";
import {
  consistencyOf,
  leafHash,
  pathOf,
  rangeHash,
  verifyConsistency,
  verifyInclusion,
} from "../formats/tree.js";
import { SilentError, getBytes } from "./net.js";

/** Two things that parties of one log have signed cannot both be true. */
export class LogChangedError extends Error {
  override name = "LogChangedError";
  readonly code = "contradiction";
}

/** One tree of a log. */
export class ProvenLog {
  readonly #tiles = new Map<string, Promise<Bytes>>();

  private constructor(
    private readonly url: string,
    /** With its signatures. */
    readonly note: string,
    readonly checkpoint: VerifiedCheckpoint,
  ) {}

  /** The log's newest tree; raises where it does not satisfy the policy. */
  static async read(url: string, policy: Policy): Promise<ProvenLog> {
    const note = fromUtf8(await getBytes(`${url}/checkpoint`));
    return new ProvenLog(url, note, await verifyCheckpoint(note, policy));
  }

  #fetch(tile: Tile): Promise<Bytes> {
    const path = tilePath(tile);
    let found = this.#tiles.get(path);
    if (!found) {
      // A partial tile may be gone once the full one is there, which begins with it.
      found = getBytes(`${this.url}/${path}`).catch((error: unknown) => {
        const missing = error instanceof SilentError && error.code === "missing";
        if (!missing || tile.width === TILE_WIDTH) throw error;
        return getBytes(`${this.url}/${tilePath({ ...tile, width: TILE_WIDTH })}`);
      });
      this.#tiles.set(path, found);
    }
    return found;
  }

  /** Hashes of ranges of a tree of `size` of this log. */
  #ranges(size: number) {
    const complete = async (level: number, index: number) => {
      const { tile, begin, count } = tileOf(level, index, size);
      return hashIn(await this.#fetch(tile), begin, count);
    };
    return (begin: number, end: number) => rangeHash(begin, end, complete);
  }

  /** Raises unless the entry stands at `index`. */
  async holds(content: Bytes, index: number): Promise<void> {
    const { size, root } = this.checkpoint;
    if (index >= size) throw new LogChangedError("An entry is said to stand after the log's end.");
    const path = await pathOf(index, size, this.#ranges(size));
    try {
      await verifyInclusion(index, size, await leafHash(content), path, root);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      throw new LogChangedError("An entry of the log is another than was shown.");
    }
  }

  /** The entry at `index`, proven. */
  async entry(index: number): Promise<Bytes> {
    const { size } = this.checkpoint;
    if (index >= size) throw new LogChangedError("An entry is said to stand after the log's end.");
    const entries = entriesIn(await this.#fetch(bundleOf(index, size)));
    const content = entries[index % TILE_WIDTH];
    if (!content) throw new SilentError("answer");
    await this.holds(content, index);
    return content;
  }

  /** Raises unless somebody else's tree, of which they showed the note, is of this very log. */
  async sameLog(note: string, size: number, root: Bytes): Promise<void> {
    const other = parseCheckpoint(split(note).text);
    const ours = this.checkpoint;
    if (other.origin !== ours.origin || other.size !== size || !same(other.root, root)) {
      throw new LogChangedError("The checkpoint that was shown is not the one that was signed.");
    }
    if (size === 0) return;
    const theirs = { size, root };
    const [first, second] = size <= ours.size ? [theirs, ours] : [ours, theirs];
    const path =
      first.size === second.size
        ? []
        : await consistencyOf(first.size, second.size, this.#ranges(second.size));
    try {
      await verifyConsistency(first, second, path);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      throw new LogChangedError("The log shows others another tree than it shows here.");
    }
  }
}
