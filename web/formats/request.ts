// Protocol 2, sections 5 and 6: an officer's request for one photo, and its signature. Keys in
// files, on tokens and in software sign the message; for an authenticator its SHA-256 is the
// challenge.

import * as v from "valibot";

import { type Bytes, concat, fromBase64, fromUtf8, sha256, toBase64 } from "./bytes.js";
import { encode, read } from "./canonical.js";
import { labelled } from "./digest.js";
import { FormatError } from "./errors.js";
import {
  Hex16,
  Hex32,
  Moment,
  Purpose,
  Signature64,
  Slug,
  Text,
  XWingKey,
  atMost,
  whole,
} from "./fields.js";
import { type Credential, ES256, publicKeyOf } from "./roster.js";
import { MAX_OPENINGS } from "./terms.js";

const RequestDocument = v.strictObject({
  v: v.literal(2),
  kind: v.literal("request"),
  promise: Hex32,
  seal_id: Hex16,
  office: Slug,
  credential: Hex32,
  purpose: Purpose,
  reason: Text,
  one_time_key: XWingKey,
  number: whole(1, MAX_OPENINGS),
  nth: whole(1, 1_000_000),
  at: Moment,
});

/** Who asks for which photo, for what, and with which key. */
export type Request = v.InferOutput<typeof RequestDocument>;

const KeyAssertion = v.strictObject({
  type: v.picklist(["key", "software"]),
  signature: Signature64,
});
const WebAuthnAssertion = v.strictObject({
  type: v.literal("webauthn"),
  authenticator_data: v.pipe(v.string(), atMost(5500)),
  client_data: v.pipe(v.string(), atMost(5500)),
  signature: v.pipe(v.string(), atMost(96)),
});
/** The schema of an officer's signature, for documents that hold one. */
export const AssertionDocument = v.variant("type", [KeyAssertion, WebAuthnAssertion]);

/** An officer's signature of a request. */
export type Assertion = v.InferOutput<typeof AssertionDocument>;
export type KeyAssertion = v.InferOutput<typeof KeyAssertion>;

export const readRequest = (document: unknown): Request => read(RequestDocument, document);
export const readAssertion = (document: unknown): Assertion => read(AssertionDocument, document);

/** RFC 3339, UTC, whole seconds, as requests say when they are signed. */
export const momentOf = (time: Date): string => `${time.toISOString().slice(0, 19)}Z`;

/** What the officer signs: "habeas/v2/request" ‖ 00 ‖ canonical request. */
export const messageOf = (request: Request): Bytes => labelled("request", encode(request));

const how = (algorithm: number): EcdsaParams | Algorithm =>
  algorithm === ES256 ? { name: "ECDSA", hash: "SHA-256" } : { name: "Ed25519" };

/** The signature of a key in software over a message: ES256 as r ‖ s, or EdDSA. */
export async function signMessage(
  message: Bytes,
  { algorithm, type }: Credential,
  privateKey: CryptoKey,
): Promise<KeyAssertion> {
  if (type === "webauthn") throw new FormatError("officer-signature", "An authenticator signs.");
  const signature = await crypto.subtle.sign(how(algorithm), privateKey, message);
  return { type, signature: toBase64(new Uint8Array(signature)) };
}

/** The DER form of an ECDSA signature (RFC 3279 section 2.2.3) as r ‖ s, 64 bytes. */
function rawOf(der: Bytes): Bytes {
  const raw = new Uint8Array(64);
  let at = 2;
  for (const end of [32, 64]) {
    const length = der[at + 1] ?? 0;
    const part = der.slice(at + 2, at + 2 + length);
    const number = part.slice(Math.max(0, part.length - 32));
    raw.set(number, end - number.length);
    at += 2 + length;
  }
  return raw;
}

/**
 * Raises unless a credential has signed `message`. Of an authenticator, what it signed is its own
 * data and the client's, whose challenge is the SHA-256 of the message.
 */
export async function verifySignature(
  assertion: Assertion,
  message: Bytes,
  credential: Credential,
): Promise<void> {
  const refused = new FormatError("officer-signature", "The officer's signature does not verify.");
  if (assertion.type !== credential.type) throw refused;
  const key = await publicKeyOf(credential);
  let [signature, signed] = [fromBase64(assertion.signature), message];
  if (assertion.type === "webauthn") {
    const client = fromBase64(assertion.client_data);
    const said: unknown = JSON.parse(fromUtf8(client));
    const challenge = toBase64(await sha256(message))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replace(/=+$/, "");
    if (!v.is(v.object({ challenge: v.literal(challenge) }), said)) throw refused;
    signed = concat(fromBase64(assertion.authenticator_data), await sha256(client));
    if (credential.algorithm === ES256) signature = rawOf(signature);
  }
  if (!(await crypto.subtle.verify(how(credential.algorithm), key, signature, signed))) {
    throw refused;
  }
}

/** Raises unless a key in software, a file or a token has signed a request. */
export async function verifyKeyAssertion(
  { type, signature }: KeyAssertion,
  request: Request,
  credential: Credential,
): Promise<void> {
  if (type !== credential.type || request.credential !== credential.id) {
    throw new FormatError("officer-signature", "The request names another credential.");
  }
  if (request.office !== credential.office) {
    throw new FormatError("officer-signature", "The credential is of another office.");
  }
  const key = await publicKeyOf(credential);
  const message = messageOf(request);
  if (
    !(await crypto.subtle.verify(how(credential.algorithm), key, fromBase64(signature), message))
  ) {
    throw new FormatError("officer-signature", "The officer's signature does not verify.");
  }
}
