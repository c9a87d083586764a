// What lies in the browser's database is encrypted: AES-256-GCM (NIST SP 800-38D) under a key that
// follows (HKDF, RFC 5869) from two halves. One lies beside it, as a key that no script can read
// out (W3C Web Cryptography, `extractable`); the other is the session's (`part`).
//
// Each box has a key of its own, so that its nonce may be the same each time, and so that whatever
// deletes a box deletes its key.

import { type Bytes, utf8 } from "../../formats/bytes.js";
import { secureRandom } from "../../formats/shares.js";

const KEY_BYTES = 32;
const NONCE = new Uint8Array(12);
const AES = { name: "AES-GCM", length: 256 };

/** What is kept, and the half of its key that is kept with it. */
export interface EncryptedBox {
  readonly half: CryptoKey;
  readonly content: ArrayBuffer;
}

const derived = (part: Bytes, info: string) => ({
  name: "HKDF",
  hash: "SHA-256",
  salt: part,
  info: utf8(`habeas/v2/kept/${info}`),
});

const cipher = (half: CryptoKey, part: Bytes): Promise<CryptoKey> =>
  crypto.subtle.deriveKey(derived(part, "box"), half, AES, false, ["encrypt", "decrypt"]);

const gcm = (name: string): AesGcmParams => ({
  name: "AES-GCM",
  iv: NONCE,
  additionalData: utf8(name),
});

/** A name that says nothing to whoever does not have the session's part; hex. */
export async function nameOf(part: Bytes, text: string): Promise<string> {
  const key = await crypto.subtle.importKey("raw", part, "HKDF", false, ["deriveBits"]);
  const bits = await crypto.subtle.deriveBits(derived(utf8(text), "name"), key, 128);
  return Array.from(new Uint8Array(bits), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Encrypts what is kept under a name. */
export async function boxed(plain: Bytes, part: Bytes, name: string): Promise<EncryptedBox> {
  const drawn = secureRandom(KEY_BYTES);
  const half = await crypto.subtle.importKey("raw", drawn, "HKDF", false, ["deriveKey"]);
  drawn.fill(0);
  return { half, content: await crypto.subtle.encrypt(gcm(name), await cipher(half, part), plain) };
}

/** What was kept under a name; raises where it was kept in another session. */
export async function unboxed(
  { half, content }: EncryptedBox,
  part: Bytes,
  name: string,
): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.decrypt(gcm(name), await cipher(half, part), content));
}
