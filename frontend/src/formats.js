// The sealing formats in the browser: the same bytes as habeas.protocol.sealing in Python.
//
// HPKE (RFC 9180) base mode with X-Wing, HKDF-SHA256 and AES-256-GCM; Shamir shares of
// 33 bytes; AES-256-GCM under an HKDF key with a key commitment; RFC 8785 canonical JSON.
// Both languages are held to docs/protocol/vectors.

import { Aes256Gcm, CipherSuite, HkdfSha256 } from "@hpke/core";
import { XWing } from "@hpke/hybridkem-x-wing";
import canonicalize from "canonicalize";
import { combine, split } from "shamir-secret-sharing";

const ENC_BYTES = 1120;
const SHARE_BYTES = 33;
const ZERO_NONCE = new Uint8Array(12);

const suite = new CipherSuite({
  kem: new XWing(),
  kdf: new HkdfSha256(),
  aead: new Aes256Gcm(),
});

export class SealError extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

export const utf8 = (text) => new TextEncoder().encode(text);
export const toHex = (bytes) =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
export const fromHex = (text) =>
  Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
export const fromBase64 = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
export const toBase64 = (bytes) => btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join(""));

export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

export const canonical = (document) => utf8(canonicalize(document));

/** Leaf hash of a log entry (RFC 6962 section 2.1). */
export const leafHash = (entry) => sha256(concat(Uint8Array.of(0), entry));

/** The terms of a promise: all but what only sealing knew. */
export function termsOf(promise) {
  const { photo, shares, key_commitment, ...terms } = promise;
  return terms;
}

const info = (label, ...parts) => concat(utf8(`habeas/v1/${label}\0`), ...parts);

export const depositInfo = (promiseDigest, keyId, index) =>
  info("deposit", promiseDigest, keyId, Uint8Array.of(index));

export const releaseInfo = (promiseDigest, requestLeaf, index) =>
  info("release", promiseDigest, requestLeaf, Uint8Array.of(index));

/** An X-Wing key pair, for one request only. */
export async function oneTimeKey() {
  const pair = await suite.kem.generateKeyPair();
  return {
    privateKey: pair.privateKey,
    publicKey: new Uint8Array(await suite.kem.serializePublicKey(pair.publicKey)),
  };
}

export const importSeed = (seed) => suite.kem.importKey("raw", seed, false);

/** HPKE message (enc ‖ ciphertext) to a raw X-Wing public key. */
export async function hpkeSeal(publicKey, context, plaintext) {
  const recipientPublicKey = await suite.kem.deserializePublicKey(publicKey);
  const { ct, enc } = await suite.seal({ recipientPublicKey, info: context }, plaintext);
  return concat(new Uint8Array(enc), new Uint8Array(ct));
}

export async function hpkeOpen(privateKey, context, sealed) {
  try {
    const opened = await suite.open(
      { recipientKey: privateKey, enc: sealed.slice(0, ENC_BYTES), info: context },
      sealed.slice(ENC_BYTES),
    );
    return new Uint8Array(opened);
  } catch {
    throw new SealError("does-not-open", "The sealed message does not open.");
  }
}

async function derive(dataKey, label) {
  const key = await crypto.subtle.importKey("raw", dataKey, "HKDF", false, ["deriveBits"]);
  const how = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info: utf8(label) };
  return new Uint8Array(await crypto.subtle.deriveBits(how, key, 256));
}

export const keyCommitment = (dataKey) => derive(dataKey, "habeas/v1/key-commitment");

const encryptionKey = async (dataKey, use) =>
  crypto.subtle.importKey(
    "raw",
    await derive(dataKey, "habeas/v1/encryption-key"),
    "AES-GCM",
    false,
    [use],
  );

const gcm = (termsDigest) => ({ name: "AES-GCM", iv: ZERO_NONCE, additionalData: termsDigest });

export async function encryptPhoto(dataKey, termsDigest, photo) {
  const key = await encryptionKey(dataKey, "encrypt");
  return new Uint8Array(await crypto.subtle.encrypt(gcm(termsDigest), key, photo));
}

function same(a, b) {
  let difference = a.length ^ b.length;
  for (let at = 0; at < Math.min(a.length, b.length); at += 1) difference |= a[at] ^ b[at];
  return difference === 0;
}

export async function decryptPhoto(dataKey, commitment, termsDigest, ciphertext) {
  if (!same(await keyCommitment(dataKey), commitment)) {
    throw new SealError("key-commitment", "The combined key is not the promised one.");
  }
  try {
    const key = await encryptionKey(dataKey, "decrypt");
    return new Uint8Array(await crypto.subtle.decrypt(gcm(termsDigest), key, ciphertext));
  } catch {
    throw new SealError("does-not-open", "The sealed photo was changed.");
  }
}

export const splitKey = (dataKey, k, n) => split(dataKey, n, k);
export const combineShares = (shares) => combine(shares);

/** One deposit: share and track key, wrapped to a trustee's expiry-month key. */
export const sealDeposit = (trusteeKey, context, share, trackKey) =>
  hpkeSeal(trusteeKey, context, concat(share, trackKey));

/**
 * Open a photo from what the desk answers: unwrap each share, check it against the promise,
 * combine, check the key commitment, decrypt.
 *
 * Returns the picture and the trustees whose shares were not the promised ones.
 */
export async function openPhoto(answer, privateKey) {
  const promise = JSON.parse(answer.promise);
  const promiseBytes = utf8(answer.promise);
  if (!same(canonical(promise), promiseBytes)) {
    throw new SealError("malformed", "The promise is not in canonical form.");
  }
  const ciphertext = fromBase64(answer.ciphertext);
  if (toHex(await sha256(ciphertext)) !== promise.photo.sha256) {
    throw new SealError("ciphertext", "The sealed photo is not the promised one.");
  }
  const digest = await sha256(promiseBytes);
  const leaf = await leafHash(utf8(answer.entry));
  const good = [];
  const bad = [];
  for (const each of answer.shares) {
    try {
      if (promise.trustees.keys[each.index]?.trustee !== each.trustee) {
        throw new SealError("share", "This share index belongs to another trustee.");
      }
      const context = releaseInfo(digest, leaf, each.index);
      const share = await hpkeOpen(privateKey, context, fromBase64(each.release));
      const expected = promise.shares[each.index];
      if (share.length !== SHARE_BYTES || toHex(await sha256(share)) !== expected) {
        throw new SealError("share", "This is not the promised share.");
      }
      good.push(share);
    } catch (error) {
      bad.push({ trustee: each.trustee, cause: error.message });
    }
  }
  if (good.length < promise.trustees.k) {
    throw new SealError("too-few-shares", `${good.length} of ${promise.trustees.k} good shares.`);
  }
  const dataKey = await combineShares(good.slice(0, promise.trustees.k));
  const terms = await sha256(canonical(termsOf(promise)));
  const photo = await decryptPhoto(dataKey, fromHex(promise.key_commitment), terms, ciphertext);
  return { photo, bad };
}
