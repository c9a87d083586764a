// Docs/protocol/trustee.md, *HTTP*: what a trustee answers to the holder of a receipt. Nothing
// here is verified; the statement and the entries are, where they are held against the log.

import * as v from "valibot";

import { utf8, fromHex } from "./bytes.js";
import { read } from "./canonical.js";
import { OPEN_DETAILS } from "./details.js";
import { type Entry, decodeEntry, verifyCommitment } from "./entry.js";
import { FormatError } from "./errors.js";
import { Hex32, Note, Purpose, Slug, whole } from "./fields.js";
import { MAX_OPENINGS } from "./terms.js";

/** The most entries that one trustee writes about one photo. */
const MAX_OWN_ENTRIES = 2 * MAX_OPENINGS + 1;

const OwnEntry = v.strictObject({
  entry: v.pipe(v.string(), v.maxLength(4096)),
  /** On the log; none while it is owed. */
  index: v.optional(whole(0)),
  details: v.record(v.string(), v.unknown()),
  salt: Hex32,
});

const StreamEndAnswer = v.strictObject({
  statement: v.pipe(v.string(), v.maxLength(4096)),
  checkpoint: Note,
  own: v.pipe(v.array(OwnEntry), v.maxLength(MAX_OWN_ENTRIES)),
  custodian: v.pipe(v.array(whole(0)), v.maxLength(MAX_OPENINGS + 2)),
});

/** An entry that a trustee wrote about a photo, with what it commits to. */
export type OwnEntry = v.InferOutput<typeof OwnEntry>;
/** What a trustee knows of a photo. */
export type StreamEndAnswer = v.InferOutput<typeof StreamEndAnswer>;

export const readStreamEndAnswer = (document: unknown): StreamEndAnswer =>
  read(StreamEndAnswer, document);

const two = v.literal(2);
const OWN_DETAILS = {
  /** The request (leaf hash) that a trustee answered with its share. */
  released: v.strictObject({ v: two, promise: Hex32, request: Hex32 }),
  refused: v.strictObject({ v: two, code: Slug, office: Slug, purpose: Purpose, request: Hex32 }),
  erased: v.strictObject({
    v: two,
    promise: Hex32,
    because: v.picklist(["withdrawn", "expired", "orphaned", "claimed"]),
  }),
  claimed: OPEN_DETAILS.claimed,
};

/** What a trustee did with its share, as its entry commits to it. */
export type OwnAct = {
  [Kind in keyof typeof OWN_DETAILS]: {
    readonly kind: Kind;
    readonly details: v.InferOutput<(typeof OWN_DETAILS)[Kind]>;
  };
}[keyof typeof OWN_DETAILS];

/** The entry that was shown, and the act; raises where it was made for other details. */
export async function verifyOwnEntry(
  own: OwnEntry,
): Promise<{ readonly entry: Entry; readonly act: OwnAct }> {
  const entry = await decodeEntry(utf8(own.entry));
  const { kind } = entry;
  if (!(kind in OWN_DETAILS)) {
    throw new FormatError("malformed", `Of kind ${kind} a trustee writes nothing on a photo.`);
  }
  const details = read<v.GenericSchema>(OWN_DETAILS[kind as keyof typeof OWN_DETAILS], own.details);
  await verifyCommitment(entry, fromHex(own.salt), details);
  return { entry, act: { kind, details } as OwnAct };
}
