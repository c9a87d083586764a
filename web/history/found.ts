// What a reading of a photo's history gives.

import type { OwnAct } from "../formats/answers.js";
import type { Entry } from "../formats/entry.js";
import type { Missing, Named } from "./app.js";

export type Outcome = "complete" | "incomplete" | "contradicted";

/** One thing that was done, as a signed entry on the log tells it. */
export interface Act {
  /** On the log; undefined while its trustee still owes it. */
  readonly index: number | undefined;
  readonly entry: Entry;
  /** Hex. */
  readonly leaf: string;
  /** "" is the custodian. */
  readonly writer: string;
  readonly own?: OwnAct;
}

/** What one trustee's word is worth; causes are codes. */
export interface Verdict {
  readonly outcome: Outcome;
  readonly causes: readonly string[];
  readonly held?: boolean;
}

/** What was found. */
export interface History {
  readonly outcome: Outcome;
  /** When the reading quorum saw the log, POSIX seconds; undefined where it could not be read. */
  readonly checkedAt: number | undefined;
  /** Why the log could not be read afresh. */
  readonly unread: string | undefined;
  readonly verdicts: ReadonlyMap<string, Verdict>;
  /** The release of the app that sealed it; undefined where the promise names none. */
  readonly app?: Named | Missing | undefined;
  /** In the order of the log. */
  readonly acts: readonly Act[];
}
