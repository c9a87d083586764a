// docs/protocol/desk.md, *The office's notes*: what an office writes down about a case of its own,
// sealed to its key. A decision is signed by the officer who takes it.

import * as v from "valibot";

import { type Bytes, utf8 } from "./bytes.js";
import { decode, encode, read } from "./canonical.js";
import { digest, labelled } from "./digest.js";
import { FormatError } from "./errors.js";
import { Hex32, Moment, Purpose, Reference, Slug, Text, whole } from "./fields.js";
import * as hpke from "./hpke.js";
import { AssertionDocument, verifySignature } from "./request.js";
import { Credential } from "./roster.js";

const CaseNoteDocument = v.strictObject({
  v: v.literal(2),
  kind: v.literal("case-note"),
  reference: Reference,
  office: Slug,
  credential: Hex32,
  act: v.picklist(["decided", "proposed", "opened", "handed-over", "closed"]),
  decision: v.optional(v.picklist(["approved", "declined"])),
  reason: Text,
  to: Text,
  purpose: v.optional(Purpose),
  index: v.optional(whole(0)),
  at: Moment,
});
const SignedNoteDocument = v.pipe(
  v.strictObject({
    v: v.literal(2),
    kind: v.literal("signed-note"),
    note: CaseNoteDocument,
    credential: Credential,
    assertion: v.optional(AssertionDocument),
  }),
  v.check(
    ({ note, assertion }) => assertion !== undefined || !/^(decided|proposed)$/.test(note.act),
    "a decision is signed",
  ),
  v.check(
    ({ note, credential }) =>
      note.credential === credential.id && note.office === credential.office,
    "the note names another officer",
  ),
);

/** One act of an officer on a case. */
export type CaseNote = v.InferOutput<typeof CaseNoteDocument>;
/** A note, whose it is, and the signature where there is one. */
export type SignedNote = v.InferOutput<typeof SignedNoteDocument>;

const info = async (reference: string): Promise<Bytes> =>
  labelled("case-note", await digest("reference", utf8(reference)));

/** What the officer signs: "habeas/v2/case-note" ‖ 00 ‖ canonical note. */
export const noteMessage = (note: CaseNote): Bytes => labelled("case-note", encode(note));

/** Seals a note to the office's key. */
export const sealNote = async (officeKey: Bytes, note: SignedNote): Promise<Bytes> =>
  hpke.seal(officeKey, await info(note.note.reference), encode(read(SignedNoteDocument, note)));

/** A note of a case. Whose it is, `verifyNote` has still to say. */
export async function openNote(
  key: hpke.PrivateKey,
  sealed: Bytes,
  reference: string,
): Promise<SignedNote> {
  const found = read(
    SignedNoteDocument,
    decode(await hpke.open(key, await info(reference), sealed)),
  );
  if (found.note.reference !== reference) {
    throw new FormatError("does-not-open", "This note belongs to another case.");
  }
  return found;
}

/** Raises unless the note's officer has signed it, whose credential the office lists as `listed`. */
export async function verifyNote(
  { note, assertion, credential }: SignedNote,
  listed: Credential | undefined,
): Promise<void> {
  if (listed?.id !== credential.id || listed.public_key !== credential.public_key || !assertion) {
    throw new FormatError("officer-unknown", "No officer on the office's list has signed this.");
  }
  await verifySignature(assertion, noteMessage(note), listed);
}
