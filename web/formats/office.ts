// Protocol 2, section 5: what only an office reads, and its key, wrapped for each officer.
//
// What leads from an application to its photo, and the applicant's answers, are sealed to the
// office's X-Wing key. The portal keeps sealed and wrapped forms only.

import * as v from "valibot";

import { type Bytes, concat, fromBase64, fromHex, toBase64, toHex, utf8 } from "./bytes.js";
import { decode, encode, read } from "./canonical.js";
import { digest, labelled } from "./digest.js";
import { FormatError } from "./errors.js";
import { Hex16, Hex32, Reference, Slug, whole } from "./fields.js";
import * as hpke from "./hpke.js";
import { ITERATIONS, MOST_ITERATIONS, keyOfPassphrase } from "./passphrase.js";
import { pad, unpad } from "./padding.js";
import type { Random } from "./shares.js";
import { MAX_OPENINGS, type SealedPromise, caseHash, digestOf } from "./terms.js";

const ZERO = new Uint8Array(1);

const PointerDocument = v.strictObject({
  v: v.literal(2),
  kind: v.literal("pointer"),
  promise: Hex32,
  seal_id: Hex16,
  stream_key: Hex32,
  reference: Reference,
  salt: Hex32,
  openings_max: whole(1, MAX_OPENINGS),
});
const AnswersDocument = v.strictObject({
  v: v.literal(2),
  kind: v.literal("answers"),
  reference: Reference,
  service: Slug,
  answers: v.record(v.string(), v.unknown()),
});
const WrappedKeyDocument = v.pipe(
  v.strictObject({
    v: v.literal(2),
    kind: v.literal("wrapped-key"),
    office: Slug,
    credential: Hex32,
    with: v.picklist(["passphrase", "prf", "file"]),
    salt: Hex32,
    iterations: v.optional(whole(ITERATIONS, MOST_ITERATIONS)),
    nonce: v.pipe(v.string(), v.regex(/^[A-Za-z0-9+/]{16}$/)),
    ciphertext: v.pipe(v.string(), v.regex(/^[A-Za-z0-9+/]{64}$/)),
  }),
  v.check(
    (wrapped) => (wrapped.with === "passphrase") === (wrapped.iterations !== undefined),
    "iterations are those of a passphrase",
  ),
);

/** What leads an office from a case to its photo. */
export type Pointer = v.InferOutput<typeof PointerDocument>;
/** What an applicant answered, by the names of the form's questions. */
export type Answers = v.InferOutput<typeof AnswersDocument>;
/** An office's private key (32-byte seed), wrapped for one credential. */
export type WrappedKey = v.InferOutput<typeof WrappedKeyDocument>;
/** A passphrase; or the output of WebAuthn's PRF, or the private value in a key file. */
export type Secret = string | Bytes;

/** Whoever keeps a pointer does not know its promise: else the case would lead to the photo. */
const info = async (label: "pointer" | "answers", reference: string): Promise<Bytes> =>
  labelled(label, await digest("reference", utf8(reference)));

/** Seals a pointer to an office's key. */
export const sealPointer = async (officeKey: Bytes, pointer: Pointer): Promise<Bytes> =>
  hpke.seal(officeKey, await info("pointer", pointer.reference), encode(pointer));

/** The pointer of a case. Compare it with the promise: `verifyPointer`. */
export async function openPointer(
  key: hpke.PrivateKey,
  sealed: Bytes,
  reference: string,
): Promise<Pointer> {
  const content = await hpke.open(key, await info("pointer", reference), sealed);
  const pointer = read(PointerDocument, decode(content));
  if (pointer.reference !== reference) {
    throw new FormatError("does-not-open", "This photo belongs to another case.");
  }
  return pointer;
}

/**
 * Raises unless a promise is that of the pointer's photo, sealed for the pointer's case:
 * nobody puts another photo under a case.
 */
export async function verifyPointer(pointer: Pointer, promise: SealedPromise): Promise<void> {
  if (
    pointer.promise !== toHex(await digestOf(promise)) ||
    pointer.seal_id !== promise.seal_id ||
    pointer.openings_max !== promise.openings_max ||
    promise.case !== (await caseHash(pointer.reference, fromHex(pointer.salt)))
  ) {
    throw new FormatError("does-not-open", "This photo belongs to another case.");
  }
}

/** Seals answers to an office's key; their length hardly shows. */
export const sealAnswers = async (officeKey: Bytes, answers: Answers): Promise<Bytes> =>
  hpke.seal(officeKey, await info("answers", answers.reference), pad(encode(answers)));

/** The answers of a case. */
export async function openAnswers(
  key: hpke.PrivateKey,
  sealed: Bytes,
  reference: string,
): Promise<Answers> {
  const content = await hpke.open(key, await info("answers", reference), sealed);
  const answers = read(AnswersDocument, decode(unpad(content)));
  if (answers.reference !== reference) {
    throw new FormatError("does-not-open", "These answers belong to another case.");
  }
  return answers;
}

async function wrappingKey(secret: Secret, salt: Bytes, iterations?: number): Promise<CryptoKey> {
  if (typeof secret === "string" && iterations !== undefined) {
    return keyOfPassphrase(secret, salt, iterations);
  }
  if (typeof secret === "string" || iterations !== undefined) {
    throw new FormatError("malformed", "A passphrase is a text, and any other secret is bytes.");
  }
  const key = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt, info: utf8("habeas/v2/wrapped-key") };
  const aes = { name: "AES-GCM", length: 256 };
  return crypto.subtle.deriveKey(how, key, aes, false, ["encrypt", "decrypt"]);
}

type Addressed = Pick<WrappedKey, "office" | "credential">;
const gcm = ({ office, credential }: Addressed, nonce: Bytes): AesGcmParams => ({
  name: "AES-GCM",
  iv: nonce,
  additionalData: labelled("wrapped-key", concat(utf8(office), ZERO, fromHex(credential))),
});

/**
 * Wraps an office's private key (32 bytes) for one credential. For `prf` the salt is that
 * which the PRF was evaluated on.
 */
export async function wrapKey(
  seed: Bytes,
  secret: Secret,
  to: Addressed & Pick<WrappedKey, "with">,
  random: Random,
  salt: Bytes = random(32),
): Promise<WrappedKey> {
  const iterations = to.with === "passphrase" ? ITERATIONS : undefined;
  const key = await wrappingKey(secret, salt, iterations);
  const nonce = random(12);
  const ciphertext = await crypto.subtle.encrypt(gcm(to, nonce), key, seed);
  return {
    v: 2,
    kind: "wrapped-key",
    office: to.office,
    credential: to.credential,
    with: to.with,
    salt: toHex(salt),
    ...(iterations === undefined ? {} : { iterations }),
    nonce: toBase64(nonce),
    ciphertext: toBase64(new Uint8Array(ciphertext)),
  };
}

export const readWrappedKey = (document: unknown): WrappedKey => read(WrappedKeyDocument, document);

/** The office's private key; 32 bytes. */
export async function unwrapKey(wrapped: WrappedKey, secret: Secret): Promise<Bytes> {
  const key = await wrappingKey(secret, fromHex(wrapped.salt), wrapped.iterations);
  try {
    const how = gcm(wrapped, fromBase64(wrapped.nonce));
    const opened = await crypto.subtle.decrypt(how, key, fromBase64(wrapped.ciphertext));
    return new Uint8Array(opened);
  } catch {
    const cause = "The office's key does not open with this passphrase or key.";
    throw new FormatError("does-not-open", cause);
  }
}
