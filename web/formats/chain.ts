// Protocol 2, section 3: circles that follow each other, what is in force, and who may write.
//
// Each circle names the digest of the one before and is signed by at least k of its trustees,
// so that whoever has pinned one, or a trustee's key in one, reaches all others.

import { type Circle, circleDigest, signersOf, verifyCircle } from "./circle.js";
import { FormatError } from "./errors.js";
import { type Writer, writersOf } from "./keys.js";
import type { Identity } from "./parties.js";
import { CUSTODIAN } from "./stream.js";
import type { Terms } from "./terms.js";

/** A circle of the chain: its digest (hex), and when it takes effect (POSIX seconds). */
export interface Link {
  readonly circle: Circle;
  readonly note: string;
  readonly digest: string;
  readonly effective: number;
}

/** What a reader knows from elsewhere: digests of circles (hex), statement keys of trustees. */
export interface Pins {
  readonly circles?: readonly string[];
  readonly trustees?: readonly string[];
}

const orderError = (cause: string) => new FormatError("circle-order", cause);

/** Circles in order of their numbers, without gaps. */
export class Chain {
  private constructor(
    readonly links: readonly [Link, ...Link[]],
    /** All keys that may write under any circle of the chain, by writer id. */
    readonly writers: ReadonlyMap<string, Writer>,
  ) {}

  /** A chain that begins with a note's circle, seen on the log at a time (POSIX seconds). */
  static async start(note: string, seen: number): Promise<Chain> {
    const circle = await verifyCircle(note);
    const effective = seen + circle.delays.circle_seconds;
    const link = { circle, note, digest: await circleDigest(circle), effective };
    return new Chain([link], mergeWriters(new Map(), await writersOf(circle)));
  }

  /** The chain of notes and when each was seen, in order, if a pin vouches for one of them. */
  static async reach(notes: readonly (readonly [string, number])[], pins: Pins): Promise<Chain> {
    let chain: Chain | undefined;
    for (const [note, seen] of notes) {
      chain = chain ? await chain.extend(note, seen) : await Chain.start(note, seen);
    }
    const vouched = (link: Link) =>
      pins.circles?.includes(link.digest) === true ||
      link.circle.trustees.some((each) => pins.trustees?.includes(each.statement_vkey));
    if (!chain?.links.some(vouched)) {
      throw new FormatError("not-pinned", "No pin vouches for these circles.");
    }
    return chain;
  }

  /** The circle with the highest number, in force or not. */
  get newest(): Link {
    return this.links.at(-1) ?? this.links[0];
  }

  /** The chain with a note's circle at its end. One that is in it changes nothing. */
  async extend(note: string, seen: number): Promise<Chain> {
    const circle = await verifyCircle(note);
    const digest = await circleDigest(circle);
    if (this.links.some((link) => link.digest === digest)) return this;
    const { newest } = this;
    const before = newest.circle;
    if (circle.number !== before.number + 1 || circle.previous !== newest.digest) {
      throw orderError(`This circle does not follow number ${String(before.number)}.`);
    }
    if (circle.log.origin !== before.log.origin) {
      throw orderError("This circle is of another log than the one before.");
    }
    if (before.hours && circle.hours?.origin !== before.hours.origin) {
      throw orderError("This circle has another log of hours than the one before.");
    }
    if ((await signersOf(note, before.trustees)).size < before.k) {
      const cause = `The circle is not signed by ${String(before.k)} trustees of the one before.`;
      throw new FormatError("circle-signatures", cause);
    }
    // A circle never takes effect before the one that it follows.
    const effective = Math.max(seen + before.delays.circle_seconds, newest.effective);
    const writers = mergeWriters(this.writers, await writersOf(circle));
    return new Chain([...this.links, { circle, note, digest, effective }], writers);
  }

  /** The circle with a digest (hex), and its successors. */
  since(digest: string): readonly [Circle, ...Circle[]] {
    const at = this.links.findIndex((link) => link.digest === digest);
    const [first, ...later] = this.links.slice(Math.max(at, 0)).map((link) => link.circle);
    if (at < 0 || !first) {
      throw new FormatError("circle-unknown", "The circle of this promise is not in the chain.");
    }
    return [first, ...later];
  }

  /** The identities of a trustee from that circle on, newest last; all their keys count. */
  seat(digest: string, name: string): readonly Identity[] {
    const found = this.since(digest).map(({ trustees }) =>
      trustees.find((each) => each.name === name),
    );
    if (!found[0]) {
      throw new FormatError("circle-unknown", `The circle has no trustee ${name}.`);
    }
    return found.filter((each) => each !== undefined);
  }

  /**
   * Whether a tag of a photo's stream counts in an entry of this writer: its key is one that the
   * promise's circle or a successor gives to the custodian, or to the trustee of that share.
   */
  writes(writer: string, terms: Terms, stream: number): boolean {
    const known = this.writers.get(writer);
    if (!known) return false;
    if (stream === CUSTODIAN) return known.role === "custodian";
    const name = terms.trustees.keys[stream - 1]?.trustee;
    return known.role === "trustee" && name !== undefined && known.name === name;
  }

  /** The circle in force at a time (POSIX seconds); undefined before the first takes effect. */
  inForce(at: number): Link | undefined {
    return this.links.findLast((link) => link.effective <= at);
  }
}

/** Writers of a chain with those of one more circle; raises where a key has changed hands. */
function mergeWriters(
  known: ReadonlyMap<string, Writer>,
  more: readonly Writer[],
): ReadonlyMap<string, Writer> {
  const writers = new Map(known);
  for (const writer of more) {
    const before = writers.get(writer.id);
    if (before && (before.role !== writer.role || before.name !== writer.name)) {
      throw orderError("A key of one party stands for another in this circle.");
    }
    const cameras = new Set([...(before?.cameras ?? []), ...writer.cameras]);
    writers.set(writer.id, { ...writer, cameras });
  }
  return writers;
}
