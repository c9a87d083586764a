// An officer's key in software: made in the browser, kept wrapped with a passphrase, marked as
// `software` in the office's roster, where a circle may forbid it.
//
// docs/protocol/desk.md: AES-256-GCM over the private key (PKCS #8), under a key from the
// passphrase by PBKDF2-HMAC-SHA256; AAD = "habeas/v2/software-key" ‖ 00 ‖ credential id.

import * as v from "valibot";

import {
  type Bytes,
  type Credential,
  ES256,
  FormatError,
  ITERATIONS,
  MOST_ITERATIONS,
  type Random,
  credentialId,
  fromBase64,
  fromHex,
  keyOfPassphrase,
  labelled,
  read,
  toBase64,
  toHex,
} from "../formats/index.js";

const P256 = { name: "ECDSA", namedCurve: "P-256" };

const SoftwareKeyDocument = v.strictObject({
  v: v.literal(2),
  kind: v.literal("software-key"),
  credential: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  salt: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  iterations: v.pipe(
    v.number(),
    v.safeInteger(),
    v.minValue(ITERATIONS),
    v.maxValue(MOST_ITERATIONS),
  ),
  nonce: v.pipe(v.string(), v.regex(/^[A-Za-z0-9+/]{16}$/)),
  ciphertext: v.pipe(v.string(), v.maxLength(1024)),
});

/** A wrapped private key; `credential` is the id of its credential. */
export type SoftwareKey = v.InferOutput<typeof SoftwareKeyDocument>;

const gcm = (credential: string, nonce: Bytes): AesGcmParams => ({
  name: "AES-GCM",
  iv: nonce,
  additionalData: labelled("software-key", fromHex(credential)),
});

/** Makes a key and wraps it. The credential is what the office certifies. */
export async function makeSoftwareKey(
  { office, label, added }: Pick<Credential, "office" | "label" | "added">,
  passphrase: string,
  random: Random,
): Promise<{ credential: Credential; key: SoftwareKey }> {
  const pair = await crypto.subtle.generateKey(P256, true, ["sign", "verify"]);
  const spki = new Uint8Array(await crypto.subtle.exportKey("spki", pair.publicKey));
  const credential: Credential = {
    v: 2,
    kind: "credential",
    office,
    id: await credentialId(spki),
    algorithm: ES256,
    public_key: toBase64(spki),
    type: "software",
    slot_key: toHex(random(32)),
    label,
    added,
  };
  const [salt, nonce] = [random(32), random(12)];
  const wrapping = await keyOfPassphrase(passphrase, salt, ITERATIONS);
  const secret = await crypto.subtle.exportKey("pkcs8", pair.privateKey);
  const ciphertext = await crypto.subtle.encrypt(gcm(credential.id, nonce), wrapping, secret);
  const key: SoftwareKey = {
    v: 2,
    kind: "software-key",
    credential: credential.id,
    salt: toHex(salt),
    iterations: ITERATIONS,
    nonce: toBase64(nonce),
    ciphertext: toBase64(new Uint8Array(ciphertext)),
  };
  return { credential, key };
}

/** A wrapped key as the office published it; raises FormatError for anything else. */
export const readSoftwareKey = (document: unknown): SoftwareKey =>
  read(SoftwareKeyDocument, document);

/** The private key, for signing alone: what is unwrapped cannot be read out again. */
export async function unlock(key: SoftwareKey, passphrase: string): Promise<CryptoKey> {
  const wrapping = await keyOfPassphrase(passphrase, fromHex(key.salt), key.iterations);
  try {
    const how = gcm(key.credential, fromBase64(key.nonce));
    const secret = await crypto.subtle.decrypt(how, wrapping, fromBase64(key.ciphertext));
    return await crypto.subtle.importKey("pkcs8", secret, P256, false, ["sign"]);
  } catch {
    throw new FormatError("does-not-open", "The key does not open with this passphrase.");
  }
}
