// From acts to what happened, as a person would tell it. One opening is a request of the
// custodian's and an answer of each trustee; on the log it is five entries.

import type { PurposeName } from "../formats/fields.js";
import type { Act, History } from "./found.js";

/** A request of an office, and what came of it. */
export interface AnsweredRequest {
  readonly kind: "opened" | "refused" | "part" | "unanswered";
  readonly index: number | undefined;
  /** Of the entry, hex: by it the custodian's details are found. */
  readonly leaf: string;
  readonly day: string;
  readonly office: string;
  readonly purpose: PurposeName;
  /** Trustees that gave their part. */
  readonly gave: readonly string[];
  /** Trustees that refused, and why, by code. */
  readonly refused: readonly { readonly trustee: string; readonly code: string }[];
}

/** Anything else that happened to the photo. */
export interface OtherHappening {
  readonly kind:
    | "sealed"
    | "closed"
    | "withdrawn"
    | "expired"
    | "orphaned"
    | "claimed"
    | "claim-destroy"
    | "claim-copy"
    | "claim-lift";
  readonly index: number | undefined;
  readonly day: string;
  /** Trustees that have destroyed their part. */
  readonly by: readonly string[];
}

export type Happening = AnsweredRequest | OtherHappening;

export const isRequest = (told: Happening): told is AnsweredRequest => "gave" in told;

function requested(act: Act, acts: readonly Act[], enough: boolean): AnsweredRequest {
  const { office = "", purpose = "decide-application", day } = act.entry;
  const answers = acts.filter(
    ({ own }) => own && "request" in own.details && own.details.request === act.leaf,
  );
  const gave = answers.filter(({ own }) => own?.kind === "released").map(({ writer }) => writer);
  const refused = answers.flatMap(({ writer, own }) =>
    own?.kind === "refused" ? [{ trustee: writer, code: own.details.code }] : [],
  );
  const answered = gave.length > 0 ? (enough ? "opened" : "part") : undefined;
  const kind = answered ?? (refused.length > 0 ? "refused" : "unanswered");
  return { kind, index: act.index, leaf: act.leaf, day, office, purpose, gave, refused };
}

/** What happened, in the order of the log; `k` parts open the photo. */
export function tell({ acts }: History, k: number): Happening[] {
  // Parts that were given for different requests open the photo together, too.
  const givers = acts.filter(({ own }) => own?.kind === "released").map(({ writer }) => writer);
  const enough = new Set(givers).size >= k;
  const told: Happening[] = [];
  const ends = new Map<string, { happening: OtherHappening; by: string[] }>();
  for (const act of acts) {
    const { kind, day } = act.entry;
    if (kind === "requested") told.push(requested(act, acts, enough));
    if (kind === "sealed" || kind === "closed") told.push({ kind, index: act.index, day, by: [] });
    if (act.own?.kind === "claimed") {
      const claim = `claim-${act.own.details.act}` as const;
      told.push({ kind: claim, index: act.index, day, by: [act.writer] });
    }
    if (act.own?.kind !== "erased") continue;
    const { because } = act.own.details;
    const known = ends.get(because);
    if (known) {
      known.by.push(act.writer);
    } else {
      const by = [act.writer];
      const happening = { kind: because, index: act.index, day, by };
      ends.set(because, { happening, by });
      told.push(happening);
    }
  }
  return told;
}
