// Protocol 2, section 4: the photo's own cipher, AES-256-GCM under a key that HKDF-SHA256
// (RFC 5869) derives from the data key, with a key commitment beside it, because AES-GCM
// alone lets one ciphertext open under two keys to two pictures; and padded, because a length tells
// one picture from others.

import { type Bytes, same, utf8 } from "./bytes.js";
import { FormatError } from "./errors.js";
import { PHOTO_STEP_BYTES, pad, paddedPhotoBytes, unpad } from "./padding.js";

/** Each data key encrypts exactly one message, so the nonce need not vary. */
const NONCE = new Uint8Array(12);

async function derive(dataKey: Bytes, label: string): Promise<Bytes> {
  const key = await crypto.subtle.importKey("raw", dataKey, "HKDF", false, ["deriveBits"]);
  const info = utf8(`habeas/v2/${label}`);
  const how = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info };
  return new Uint8Array(await crypto.subtle.deriveBits(how, key, 256));
}

/** The value that binds a ciphertext to one data key; 32 bytes, safe to publish. */
export const keyCommitment = (dataKey: Bytes): Promise<Bytes> => derive(dataKey, "key-commitment");

async function encryptionKey(dataKey: Bytes, use: "encrypt" | "decrypt"): Promise<CryptoKey> {
  const raw = await derive(dataKey, "encryption-key");
  return crypto.subtle.importKey("raw", raw, "AES-GCM", false, [use]);
}

const gcm = (termsDigest: Bytes): AesGcmParams => ({
  name: "AES-GCM",
  iv: NONCE,
  additionalData: termsDigest,
});

/** Encrypts a picture under a fresh data key, authenticated together with the terms. */
export async function encryptPhoto(
  dataKey: Bytes,
  termsDigest: Bytes | Promise<Bytes>,
  photo: Bytes,
): Promise<Bytes> {
  const [key, digest] = await Promise.all([encryptionKey(dataKey, "encrypt"), termsDigest]);
  const padded = pad(photo, paddedPhotoBytes);
  return new Uint8Array(await crypto.subtle.encrypt(gcm(digest), key, padded));
}

/** Checks the key commitment, then decrypts. */
export async function decryptPhoto(
  dataKey: Bytes,
  commitment: Bytes,
  termsDigest: Bytes,
  ciphertext: Bytes,
): Promise<Bytes> {
  if (!same(await keyCommitment(dataKey), commitment)) {
    throw new FormatError("does-not-open", "The combined key is not the promised one.");
  }
  let padded: Bytes;
  try {
    const key = await encryptionKey(dataKey, "decrypt");
    padded = new Uint8Array(await crypto.subtle.decrypt(gcm(termsDigest), key, ciphertext));
  } catch {
    throw new FormatError("does-not-open", "The sealed photo was changed.");
  }
  // Sealed by a release that did not pad.
  if (padded.length % PHOTO_STEP_BYTES !== 0) return padded;
  try {
    return unpad(padded, paddedPhotoBytes);
  } catch {
    throw new FormatError("does-not-open", "The sealed photo is not padded as it should be.");
  }
}
