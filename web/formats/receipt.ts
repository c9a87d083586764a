// Protocol 2, section 10: the receipt, all that an applicant needs to check, follow and
// withdraw. Whoever holds the file holds the photo's history and the right to withdraw.

import * as v from "valibot";

import { type Bytes, fromBase64, fromHex, toHex, utf8 } from "./bytes.js";
import { read } from "./canonical.js";
import { type VerifiedCheckpoint, parseProof, verifyProof } from "./checkpoint.js";
import { type Circle, actingPolicy, statementKey, verifyCircle, verifyTerms } from "./circle.js";
import { type Entry, decodeEntry, unsigned, verifyCommitment } from "./entry.js";
import { FormatError, causeOf } from "./errors.js";
import { Hex16, Hex32, KeyName, Note, Reference, atMost, listOf } from "./fields.js";
import { verifyEntrySignature, writerOf } from "./keys.js";
import { readAcknowledgement } from "./statements.js";
import { fieldsOf } from "./seed.js";
import { CUSTODIAN, streamKey, tag } from "./stream.js";
import {
  MAX_TRUSTEES,
  PromiseDocument,
  caseHash,
  digestOf,
  trackHash,
  withdrawHash,
} from "./terms.js";

const Acknowledged = v.strictObject({ trustee: KeyName, note: v.pipe(v.string(), atMost(4096)) });

const ReceiptDocument = v.strictObject({
  v: v.literal(2),
  kind: v.literal("habeas-receipt"),
  reference: Reference,
  /** What its secrets follow from; missing where they were drawn each for itself. */
  seed: v.optional(Hex16),
  case_salt: Hex32,
  circle: Note,
  promise: PromiseDocument,
  track_key: Hex32,
  withdraw_secret: Hex32,
  entry: v.pipe(v.string(), atMost(4096)),
  salt: Hex32,
  proof: Note,
  acknowledgements: listOf(Acknowledged, 0, MAX_TRUSTEES),
  pending: listOf(KeyName, 0, MAX_TRUSTEES),
});

/** What the applicant keeps. */
export type Receipt = v.InferOutput<typeof ReceiptDocument>;

/** What the parts of a receipt prove together; compare the circle with a pin. */
export interface ReceiptParts {
  readonly circle: Circle;
  readonly entry: Entry;
  /** Of that entry on the log. */
  readonly index: number;
  readonly checkpoint: VerifiedCheckpoint;
}

export const readReceipt = (document: unknown): Receipt => read(ReceiptDocument, document);

const receiptError = (cause: string) => new FormatError("receipt", cause);

/**
 * Raises unless the parts of a receipt belong together and hold. It needs no other party;
 * what it cannot say is whether the circle is one to trust.
 */
export async function verifyReceipt(receipt: Receipt): Promise<ReceiptParts> {
  try {
    const circle = await verifyCircle(receipt.circle);
    await verifyTerms(circle, receipt.promise);
    await verifySecrets(receipt);
    const content = utf8(receipt.entry);
    const entry = await verifySealed(receipt, content, circle);
    const proof = parseProof(receipt.proof);
    const checkpoint = await verifyProof(proof, content, await actingPolicy(circle));
    await verifyAcknowledgements(receipt, circle);
    return { circle, entry, index: proof.index, checkpoint };
  } catch (error) {
    if (!(error instanceof FormatError) || error.code === "receipt") throw error;
    throw receiptError(`A part of the receipt does not hold: ${causeOf(error)}`);
  }
}

async function verifySecrets(receipt: Receipt): Promise<void> {
  const { promise } = receipt;
  const cases = [
    ["track key", await trackHash(fromHex(receipt.track_key)), promise.track_hash],
    [
      "withdrawal secret",
      await withdrawHash(fromHex(receipt.withdraw_secret)),
      promise.withdraw_hash,
    ],
    ["case", await caseHash(receipt.reference, fromHex(receipt.case_salt)), promise.case],
  ] as const;
  for (const [what, made, promised] of cases) {
    if (made !== promised) throw receiptError(`The receipt's ${what} is that of another photo.`);
  }
  if (receipt.seed === undefined) return;
  const { seal_id, ...fields } = await fieldsOf(fromHex(receipt.seed));
  const { track_key, withdraw_secret, case_salt } = receipt;
  const own = { track_key, withdraw_secret, case_salt };
  const follows = Object.entries(own).every(([name, value]) => fields[name] === value);
  if (!follows || seal_id !== promise.seal_id) {
    throw receiptError("The receipt's seed is that of another photo.");
  }
}

async function verifySealed(receipt: Receipt, content: Bytes, circle: Circle): Promise<Entry> {
  const entry = await decodeEntry(content);
  if (entry.kind !== "sealed" || entry.service !== receipt.promise.service) {
    throw receiptError("The receipt's log entry does not say that this photo was sealed.");
  }
  const key = await streamKey(fromHex(receipt.track_key), CUSTODIAN);
  if (entry.tag !== (await tag(key, 0))) {
    throw receiptError("The receipt's log entry is that of another photo.");
  }
  const writer = await writerOf("custodian", "", circle.custodian.vkey);
  const signature = fromBase64(entry.signature);
  if (
    entry.writer !== writer.id ||
    !(await verifyEntrySignature(writer, unsigned(entry), signature))
  ) {
    throw receiptError("The receipt's log entry is not signed by the circle's custodian.");
  }
  const promise = toHex(await digestOf(receipt.promise));
  await verifyCommitment(entry, fromHex(receipt.salt), { v: 2, promise });
  return entry;
}

async function verifyAcknowledgements(receipt: Receipt, circle: Circle): Promise<void> {
  const names = circle.trustees.map(({ name }) => name);
  const said = receipt.acknowledgements.map(({ trustee }) => trustee);
  if ([...said, ...receipt.pending].sort().join(" ") !== [...names].sort().join(" ")) {
    throw receiptError("Acknowledgements and pending trustees are not those of the circle.");
  }
  if (said.length < Math.min(circle.q, names.length)) {
    throw receiptError("Too few trustees have acknowledged the photo.");
  }
  for (const { trustee, note } of receipt.acknowledgements) {
    const index = names.indexOf(trustee);
    const identity = circle.trustees[index];
    if (!identity) throw receiptError("The circle has no such trustee.");
    await readAcknowledgement(note, [await statementKey(identity)], receipt.promise, index);
  }
}
