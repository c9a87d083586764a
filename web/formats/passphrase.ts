// Keys from passphrases: PBKDF2-HMAC-SHA256 (RFC 8018), the passphrase in NFC.

import { type Bytes, utf8 } from "./bytes.js";

/** OWASP Password Storage Cheat Sheet (2023) for PBKDF2-HMAC-SHA256. */
export const ITERATIONS = 600_000;
export const MOST_ITERATIONS = 10_000_000;

/** The AES-256-GCM key of a passphrase and a salt of 32 random bytes. */
export async function keyOfPassphrase(
  passphrase: string,
  salt: Bytes,
  iterations: number,
): Promise<CryptoKey> {
  const raw = utf8(passphrase.normalize("NFC"));
  const key = await crypto.subtle.importKey("raw", raw, "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  const aes = { name: "AES-GCM", length: 256 };
  return crypto.subtle.deriveKey(how, key, aes, false, ["encrypt", "decrypt"]);
}
