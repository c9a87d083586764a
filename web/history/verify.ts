// Docs/protocol section 9: what happened to a photo, asked fresh and of everybody, in the reader's
// own browser; the same as habeas.register.verifying in Python. The custodian, whom it is meant
// to check, is not asked: only trustees and the log, and each is held against the other.

import type { OwnAct, OwnEntry } from "../formats/answers.js";
import { verifyOwnEntry } from "../formats/answers.js";
import { type Bytes, fromBase64, fromHex, toHex, utf8 } from "../formats/bytes.js";
import { verifyCheckpoint } from "../formats/checkpoint.js";
import { type Circle, actingPolicy, readingPolicy } from "../formats/circle.js";
import { type Entry, decodeEntry, unsigned } from "../formats/entry.js";
import { FormatError } from "../formats/errors.js";
import { verifyEntrySignature } from "../formats/keys.js";
import { parseProof } from "../formats/checkpoint.js";
import type { Receipt } from "../formats/receipt.js";
import { CUSTODIAN, closingTag, streamKey, tag } from "../formats/stream.js";
import { leafHash } from "../formats/tree.js";
import { askApp, findApp, isNamed } from "./app.js";
import type { Act, History, Outcome, Verdict } from "./found.js";
import { LogChangedError, ProvenLog } from "./log.js";
import { SilentError } from "./net.js";
import { type StreamEnd, Trustees } from "./trustees.js";

/** Seconds after which a quorum's word on a log's end is too old to conclude from. */
const RECENT_SECONDS = 3600;
/** Seconds by which one party's view may be older than another's. */
const APART_SECONDS = 300;
/** Seconds by which clocks may differ. */
const SKEW_SECONDS = 300;

const codeOf = (error: unknown): string => {
  const known =
    error instanceof SilentError ||
    error instanceof LogChangedError ||
    error instanceof FormatError;
  if (!known) throw error;
  return error.code;
};

/** What is known without a network: nothing, of anybody. */
export const nobodyAsked = (circle: Circle): History => ({
  outcome: "incomplete",
  checkedAt: undefined,
  unread: "log",
  verdicts: new Map(
    circle.trustees.map(({ name }) => [name, { outcome: "incomplete", causes: ["unreachable"] }]),
  ),
  acts: [],
});

/** Says how far it has come: so many of so many have answered. */
export type Progress = (answered: number, of: number) => void;

/** Everything that happened to a verified receipt's photo. `now` is POSIX seconds. */
export async function verifyHistory(
  receipt: Receipt,
  trustees: Trustees,
  now: number,
  progress: Progress = () => undefined,
): Promise<History> {
  const ends = new Map<string, StreamEnd>();
  const silent = new Map<string, string>();
  let answered = 0;
  // Trustees first: no honest one has followed to a tree that the log shows only later.
  const [told] = await Promise.all([
    askApp(receipt, trustees),
    ...trustees.names.map(async (name) => {
      try {
        ends.set(name, await trustees.streamEnd(name));
      } catch (error) {
        silent.set(name, codeOf(error));
      }
      progress(++answered, trustees.names.length);
    }),
  ]);
  const index = parseProof(receipt.proof).index;
  const sealed = utf8(receipt.entry);
  let log: ProvenLog;
  try {
    const circle = trustees.inForce;
    log = await ProvenLog.read(circle.log.url, await readingPolicy(circle));
    await log.holds(sealed, index);
  } catch (error) {
    const unread = error instanceof LogChangedError ? error.code : "log";
    codeOf(error);
    const outcome = error instanceof LogChangedError ? "contradicted" : "incomplete";
    const verdicts = new Map(
      trustees.names.map((name) => {
        const code = silent.get(name);
        return [name, { outcome, causes: code === undefined ? [] : [code] }] as const;
      }),
    );
    return { outcome, checkedAt: undefined, unread, verdicts, acts: [] };
  }
  const app = await findApp(receipt, index, told, trustees, log);
  return new Reading(receipt, trustees, log, now).of(ends, silent, sealed, index, app);
}

/** One reading: answers held against one tree of the log. */
class Reading {
  readonly #acts = new Map<string, Act>();
  readonly #requests = new Set<string>();

  constructor(
    private readonly receipt: Receipt,
    private readonly trustees: Trustees,
    private readonly log: ProvenLog,
    private readonly now: number,
  ) {}

  async of(
    ends: ReadonlyMap<string, StreamEnd>,
    silent: ReadonlyMap<string, string>,
    sealed: Bytes,
    index: number,
    app: History["app"],
  ): Promise<History> {
    await this.#note("", sealed, await decodeEntry(sealed), index);
    const views = await this.#views(ends);
    const verdicts = new Map<string, Verdict>();
    for (const [at, name] of this.trustees.names.entries()) {
      const end = ends.get(name);
      const verdict = end
        ? await this.#one(name, at + 1, end, views.get(name) ?? [])
        : this.#silent(name, silent.get(name) ?? "unreachable");
      verdicts.set(name, verdict);
    }
    await this.#custodian(new Set([...ends.values()].flatMap(({ answer }) => answer.custodian)));
    for (const [name, verdict] of verdicts) verdicts.set(name, this.#answered(name, verdict));
    const seen = this.log.checkpoint.time;
    const unread = this.#age(seen);
    const order: Outcome[] = ["complete", "incomplete", "contradicted"];
    const outcomes = [...verdicts.values()].map(({ outcome }) => outcome);
    if (unread !== undefined || (app && !isNamed(app))) outcomes.push("incomplete");
    const last = Number.MAX_SAFE_INTEGER;
    return {
      outcome: order.findLast((each) => outcomes.includes(each)) ?? "incomplete",
      checkedAt: seen,
      unread,
      verdicts,
      app,
      acts: [...this.#acts.values()].sort((a, b) => (a.index ?? last) - (b.index ?? last)),
    };
  }

  #age(seen: number): string | undefined {
    if (seen > this.now + SKEW_SECONDS) return "reader-clock";
    return this.now - seen > RECENT_SECONDS ? "view-old" : undefined;
  }

  /**
   * What is wrong with the age of the view under which each trustee answered: one that was
   * restored from a copy learns what it has forgotten from the log alone.
   */
  async #views(ends: ReadonlyMap<string, StreamEnd>): Promise<Map<string, string[]>> {
    const policy = await actingPolicy(this.trustees.inForce);
    const times = new Map<string, number>();
    const causes = new Map<string, string[]>();
    for (const [name, { answer }] of ends) {
      try {
        times.set(name, (await verifyCheckpoint(answer.checkpoint, policy)).time);
        causes.set(name, []);
      } catch (error) {
        causes.set(name, [codeOf(error)]);
      }
    }
    const newest = Math.max(this.log.checkpoint.time, ...times.values());
    for (const [name, time] of times) {
      const behind = newest - time > APART_SECONDS ? "view-behind" : undefined;
      const cause = this.#age(time) ?? behind;
      if (cause !== undefined) causes.get(name)?.push(cause);
    }
    return causes;
  }

  #silent(name: string, code: string): Verdict {
    if (this.receipt.pending.includes(name)) return { outcome: "incomplete", causes: ["pending"] };
    return { outcome: "incomplete", causes: [code === "unknown-photo" ? "denied" : code] };
  }

  async #one(
    name: string,
    stream: number,
    { said, answer }: StreamEnd,
    views: readonly string[],
  ): Promise<Verdict> {
    const { held } = said;
    const causes = [...views];
    const shown = new Set<string>();
    try {
      await this.log.sameLog(answer.checkpoint, said.size, fromHex(said.root));
    } catch (error) {
      const outcome = error instanceof LogChangedError ? "contradicted" : "incomplete";
      return { outcome, causes: [codeOf(error)], held };
    }
    for (const own of answer.own) {
      const { index } = own;
      if (index !== undefined && index >= this.log.checkpoint.size && index < said.size) {
        causes.push("not-shown-yet");
        continue;
      }
      try {
        shown.add(await this.#own(name, stream, own));
      } catch (error) {
        if (error instanceof LogChangedError) {
          return { outcome: "contradicted", causes: [error.code], held };
        }
        causes.push(codeOf(error));
      }
    }
    const key = await streamKey(fromHex(this.receipt.track_key), stream);
    const expected = await Promise.all(
      Array.from({ length: said.next }, (_, number) => tag(key, number)),
    );
    if (expected.some((each) => !shown.has(each))) causes.push("numbers-missing");
    if (shown.size > 0 && [...shown].some((each) => !expected.includes(each))) {
      return { outcome: "contradicted", causes: ["more-than-said"], held };
    }
    if (said.owed > 0) causes.push("owed");
    return { outcome: causes.length > 0 ? "incomplete" : "complete", causes, held };
  }

  /** An entry of a trustee, held against its key and the log; gives its tag. */
  async #own(name: string, stream: number, own: OwnEntry): Promise<string> {
    const { entry, act } = await verifyOwnEntry(own);
    if (!this.trustees.chain.writes(entry.writer, this.receipt.promise, stream)) {
      throw new LogChangedError("A trustee shows an entry that it has not signed.");
    }
    await this.#signed(entry);
    const content = utf8(own.entry);
    if (own.index !== undefined) await this.log.holds(content, own.index);
    await this.#note(name, content, entry, own.index, act);
    return entry.tag ?? "";
  }

  async #signed(entry: Entry): Promise<void> {
    const writer = this.trustees.chain.writers.get(entry.writer);
    const signature = fromBase64(entry.signature);
    if (!writer || !(await verifyEntrySignature(writer, unsigned(entry), signature))) {
      throw new LogChangedError("An entry is not signed by whom it names.");
    }
  }

  async #note(
    writer: string,
    content: Bytes,
    entry: Entry,
    index: number | undefined,
    own?: OwnAct,
  ): Promise<void> {
    const leaf = toHex(await leafHash(content));
    if (this.#acts.has(leaf)) return;
    this.#acts.set(leaf, { index, entry, leaf, writer, ...(own ? { own } : {}) });
  }

  /** The custodian's entries, where trustees say that they stand. */
  async #custodian(places: ReadonlySet<number>): Promise<void> {
    const { promise, track_key } = this.receipt;
    const key = await streamKey(fromHex(track_key), CUSTODIAN);
    const numbers = Array.from({ length: promise.openings_max + 1 }, (_, number) => number);
    const tags = new Set([
      ...(await Promise.all(numbers.map((number) => tag(key, number)))),
      await closingTag(key),
    ]);
    for (const index of places) {
      let content: Bytes;
      let entry: Entry;
      try {
        content = await this.log.entry(index);
        entry = await decodeEntry(content);
        await this.#signed(entry);
      } catch (error) {
        codeOf(error);
        continue; // what a trustee says in vain is no act
      }
      if (entry.tag === undefined || !tags.has(entry.tag)) continue;
      if (!this.trustees.chain.writes(entry.writer, promise, CUSTODIAN)) continue;
      await this.#note("", content, entry, index);
      if (entry.kind === "requested") this.#requests.add(toHex(await leafHash(content)));
    }
  }

  /** A release must name a request that stands on the log. */
  #answered(name: string, verdict: Verdict): Verdict {
    const unknown = [...this.#acts.values()].some(
      ({ writer, own }) =>
        writer === name && own?.kind === "released" && !this.#requests.has(own.details.request),
    );
    if (!unknown) return verdict;
    const causes = [...verdict.causes, "request-unlogged"];
    return { ...verdict, outcome: "contradicted", causes };
  }
}
