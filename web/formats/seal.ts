// Docs/protocol, *One photo*: sealing a photo in two steps, without a network, a clock or chance:
// the same as habeas.protocol.seal in Python.
//
// First, with the trustees' keys at hand: terms, ciphertext, shares, deposits and promise, and
// the custodian's tags. Then, when trustees have acknowledged and the `sealed` entry stands on
// the log: the receipt. In between, deposits and ciphertext travel as opaque bytes.

import { type Bytes, fromBase64, fromHex, sha256, toHex } from "./bytes.js";
import { type Circle, statementKey, verifyTerms } from "./circle.js";
import { depositInfo, sealDeposit } from "./deposit.js";
import { FormatError } from "./errors.js";
import * as hpke from "./hpke.js";
import type { PurposeName } from "./fields.js";
import type { Pointer } from "./office.js";
import { encryptPhoto, keyCommitment } from "./photo.js";
import { type Receipt, readReceipt, verifyReceipt } from "./receipt.js";
import { SEED_BYTES, type Secrets, secretsOf } from "./seed.js";
import { type Random, split } from "./shares.js";
import { type Statement, announcedKeyId, readStatement } from "./statements.js";
import { CUSTODIAN, closingTag, streamKey, tag } from "./stream.js";
import {
  type SealedPromise,
  type Terms,
  caseHash,
  digestOf,
  readPromise,
  readTerms,
  trackHash,
  withdrawHash,
} from "./terms.js";

/** Fresh secrets. */
export async function drawSecrets(random: Random): Promise<Secrets> {
  const seed = random(SEED_BYTES);
  return { seed, dataKey: random(32), ...(await secretsOf(seed)) };
}

/** The release of the app that seals: where it runs, and its manifest's digest, hex. */
export interface AppReference {
  readonly origin: string;
  readonly manifest: string;
}

/** What a photo is sealed for: the fields of the terms that people choose. */
export interface Wishes {
  readonly service: string;
  readonly recipients: readonly string[];
  readonly purposes: readonly PurposeName[];
  readonly opens_until: string;
  readonly openings_max: number;
  readonly openings_a_day: number;
  readonly closed_days: number;
  readonly reference: string;
  readonly app: AppReference;
}

/** A sealed photo on its way; the deposits are in the circle's order, opaque to all others. */
export interface Sealed {
  readonly promise: SealedPromise;
  readonly ciphertext: Bytes;
  readonly deposits: readonly Bytes[];
}

/** The trustees' month keys, in the circle's order, each signed by its own trustee. */
export async function readMonthKeys(
  circle: Circle,
  notes: readonly string[],
): Promise<Statement<"key">[]> {
  if (notes.length !== circle.trustees.length) {
    throw new FormatError("statement", "There is not one key for each trustee.");
  }
  return Promise.all(
    circle.trustees.map(async (trustee, index) => {
      const verifier = await statementKey(trustee);
      return readStatement(notes[index] ?? "", trustee.name, [verifier], "key");
    }),
  );
}

/** Does before there is a photo what sealing does with the trustees' month keys alone. */
export function prepareSealing(keys: readonly Statement<"key">[]): void {
  for (const { public_key } of keys) hpke.prepare(fromBase64(public_key));
}

/** The terms of a photo that a browser seals, under this circle and to these keys. */
export async function buildTerms(
  circle: Circle,
  keys: readonly Statement<"key">[],
  wishes: Wishes,
  secrets: Secrets,
): Promise<Terms> {
  const named = keys.map(async (key) => ({
    trustee: key.trustee,
    month: key.month,
    key: await announcedKeyId(key),
  }));
  // All at once: each is a way to the browser's threads and back.
  const [ids, digest, track, withdraw, bound] = await Promise.all([
    Promise.all(named),
    digestOf(circle),
    trackHash(secrets.trackKey),
    withdrawHash(secrets.withdrawSecret),
    caseHash(wishes.reference, secrets.caseSalt),
  ]);
  const terms = readTerms({
    v: 2,
    suite: "habeas-2",
    circle: toHex(digest),
    origin: circle.log.origin,
    seal_id: toHex(secrets.sealId),
    service: wishes.service,
    recipients: [...wishes.recipients].sort(),
    purposes: [...wishes.purposes].sort(),
    opens_until: wishes.opens_until,
    openings_max: wishes.openings_max,
    openings_a_day: wishes.openings_a_day,
    closed_days: wishes.closed_days,
    trustees: { k: circle.k, keys: ids },
    track_hash: track,
    withdraw_hash: withdraw,
    case: bound,
    sealed_by: "browser",
    app: wishes.app,
  });
  await verifyTerms(circle, terms);
  return terms;
}

/** The photo's ciphertext and its hash, hex. */
async function encrypted(
  photo: Bytes,
  terms: Terms,
  dataKey: Bytes,
): Promise<{ ciphertext: Bytes; hash: string }> {
  const ciphertext = await encryptPhoto(dataKey, digestOf(terms), photo);
  return { ciphertext, hash: toHex(await sha256(ciphertext)) };
}

/** Encrypts a photo, splits its key, and seals the shares to the trustees' keys of the terms. */
export async function sealPhoto(
  photo: Bytes,
  terms: Terms,
  keys: readonly Statement<"key">[],
  secrets: Secrets,
  random: Random,
): Promise<Sealed> {
  const named = terms.trustees.keys.map(({ key }) => key);
  const shares = split(secrets.dataKey, terms.trustees.k, named.length, random);
  // What a message owes to its trustee's key alone is made while the photo is encrypted.
  const [messages, given, track, { ciphertext, hash }, hashes, commitment] = await Promise.all([
    Promise.all(keys.map(({ public_key }) => hpke.begin(fromBase64(public_key)))),
    Promise.all(keys.map(announcedKeyId)),
    trackHash(secrets.trackKey),
    encrypted(photo, terms, secrets.dataKey),
    Promise.all(shares.map(async (share) => toHex(await sha256(share)))),
    keyCommitment(secrets.dataKey),
  ]);
  if (named.join(" ") !== given.join(" ")) {
    throw new FormatError("malformed", "The trustees' keys are not those of the terms.");
  }
  if (track !== terms.track_hash) {
    throw new FormatError("malformed", "The track key is not that of the terms.");
  }
  const promise = readPromise({
    ...terms,
    photo: { type: "image/jpeg", size: ciphertext.length, sha256: hash },
    shares: hashes,
    key_commitment: toHex(commitment),
  });
  const digest = await digestOf(promise);
  const deposits = messages.map((message, index) => {
    const info = depositInfo(digest, fromHex(named[index] ?? ""), index);
    return sealDeposit(message, info, shares[index] ?? new Uint8Array(), secrets.trackKey);
  });
  return { promise, ciphertext, deposits: await Promise.all(deposits) };
}

/** The custodian's tags that it needs by itself: of the `sealed` entry and of a `closed` one. */
export async function custodianTags(trackKey: Bytes): Promise<{ sealed: string; closed: string }> {
  const key = await streamKey(trackKey, CUSTODIAN);
  return { sealed: await tag(key, 0), closed: await closingTag(key) };
}

/** What leads the office from the case to this photo; to be sealed to the office's key. */
export async function pointerOf(
  promise: SealedPromise,
  reference: string,
  secrets: Pick<Secrets, "trackKey" | "caseSalt">,
): Promise<Pointer> {
  return {
    v: 2,
    kind: "pointer",
    promise: toHex(await digestOf(promise)),
    seal_id: promise.seal_id,
    stream_key: toHex(await streamKey(secrets.trackKey, CUSTODIAN)),
    reference,
    salt: toHex(secrets.caseSalt),
    openings_max: promise.openings_max,
  };
}

/** What the custodian gives back for a sealed photo. None of it is believed. */
export interface SealAnswer {
  readonly entry: string;
  readonly salt: string;
  readonly proof: string;
  /** Signed notes, by trustee; who is missing is pending. */
  readonly acknowledgements: Readonly<Record<string, string>>;
}

/** The receipt, with its parts verified; raises where the photo does not count as sealed. */
export async function assembleReceipt(
  promise: SealedPromise,
  reference: string,
  secrets: Pick<Secrets, "seed" | "trackKey" | "withdrawSecret" | "caseSalt">,
  circleNote: string,
  answer: SealAnswer,
): Promise<Receipt> {
  const names = promise.trustees.keys.map(({ trustee }) => trustee);
  const notes = new Map(Object.entries(answer.acknowledgements));
  const receipt = readReceipt({
    v: 2,
    kind: "habeas-receipt",
    reference,
    ...(secrets.seed ? { seed: toHex(secrets.seed) } : {}),
    case_salt: toHex(secrets.caseSalt),
    circle: circleNote,
    promise,
    track_key: toHex(secrets.trackKey),
    withdraw_secret: toHex(secrets.withdrawSecret),
    entry: answer.entry,
    salt: answer.salt,
    proof: answer.proof,
    acknowledgements: names
      .filter((trustee) => notes.has(trustee))
      .map((trustee) => ({ trustee, note: notes.get(trustee) })),
    pending: names.filter((trustee) => !notes.has(trustee)),
  });
  await verifyReceipt(receipt);
  return receipt;
}
