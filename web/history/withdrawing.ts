// Docs/protocol section 7: withdrawing at the trustees themselves, with the receipt alone. Only
// the holder's secret destroys; a trustee that is told tells all others, and the public log.

import { FormatError } from "../formats/errors.js";
import type { Receipt } from "../formats/receipt.js";
import { SilentError } from "./net.js";
import type { Trustees } from "./trustees.js";

/** How far a withdrawal has come. */
export interface Withdrawal {
  /** Signed `erased` statements (notes), by trustee. */
  readonly statements: ReadonlyMap<string, string>;
  /** Pending trustees whose part never arrived; they take it no more. */
  readonly neverHeld: ReadonlySet<string>;
  /** Who has not confirmed yet, and why, by code. */
  readonly owed: ReadonlyMap<string, string>;
}

/** Seconds between two rounds, and after how many rounds the reader is asked to come back. */
const PAUSE_SECONDS = 1;
const ROUNDS = 20;

const pause = (seconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, seconds * 1000);
  });

/** Asks all trustees until each has confirmed, or for a while; says after each round how it is. */
export async function withdraw(
  receipt: Receipt,
  trustees: Trustees,
  progress: (so: Withdrawal) => void,
): Promise<Withdrawal> {
  const statements = new Map<string, string>();
  const neverHeld = new Set<string>();
  let owed = new Map<string, string>();
  for (let round = 0; round < ROUNDS; round++) {
    if (round > 0) await pause(PAUSE_SECONDS);
    owed = new Map();
    const left = trustees.names.filter((name) => !statements.has(name) && !neverHeld.has(name));
    await Promise.all(
      left.map(async (name) => {
        try {
          const note = await trustees.withdraw(name);
          if (note === undefined) owed.set(name, "owed");
          else statements.set(name, note);
        } catch (error) {
          if (!(error instanceof SilentError) && !(error instanceof FormatError)) throw error;
          if (error.code !== "unknown-photo") owed.set(name, error.code);
          // Only a pending trustee's word is taken that it never held its part.
          else if (receipt.pending.includes(name)) neverHeld.add(name);
          else owed.set(name, "denied");
        }
      }),
    );
    progress({ statements, neverHeld, owed });
    if (owed.size === 0) break;
    if (round >= 2 && [...owed.values()].every((code) => code !== "owed")) break;
  }
  return { statements, neverHeld, owed };
}
