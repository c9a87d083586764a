// Formats, *Receipt*, *Locked*: a receipt that only a passphrase opens.

import * as v from "valibot";

import { fromBase64, fromHex, toBase64, toHex } from "./bytes.js";
import { decode, encode, read } from "./canonical.js";
import { labelled } from "./digest.js";
import { FormatError } from "./errors.js";
import { Hex32, whole } from "./fields.js";
import { ITERATIONS, MOST_ITERATIONS, keyOfPassphrase } from "./passphrase.js";
import { type Receipt, readReceipt } from "./receipt.js";
import type { Random } from "./shares.js";

const MAX_RECEIPT_BYTES = 192 * 1024;

const LockedReceipt = v.strictObject({
  v: v.literal(2),
  kind: v.literal("habeas-receipt-locked"),
  salt: Hex32,
  iterations: whole(ITERATIONS, MOST_ITERATIONS),
  nonce: v.pipe(v.string(), v.regex(/^[A-Za-z0-9+/]{16}$/)),
  ciphertext: v.pipe(v.string(), v.maxLength(300_000), v.regex(/^[A-Za-z0-9+/]+={0,2}$/)),
});

/** A receipt under a passphrase. */
export type LockedReceipt = v.InferOutput<typeof LockedReceipt>;

export const isLocked = (document: unknown): boolean =>
  (document as { kind?: unknown } | null)?.kind === "habeas-receipt-locked";

const gcm = (nonce: Uint8Array<ArrayBuffer>): AesGcmParams => ({
  name: "AES-GCM",
  iv: nonce,
  additionalData: labelled("locked-receipt"),
});

/** Encrypts a receipt under a passphrase. */
export async function lockReceipt(
  receipt: Receipt,
  passphrase: string,
  random: Random,
): Promise<LockedReceipt> {
  const [salt, nonce] = [random(32), random(12)];
  const key = await keyOfPassphrase(passphrase, salt, ITERATIONS);
  const ciphertext = await crypto.subtle.encrypt(gcm(nonce), key, encode(receipt));
  return {
    v: 2,
    kind: "habeas-receipt-locked",
    salt: toHex(salt),
    iterations: ITERATIONS,
    nonce: toBase64(nonce),
    ciphertext: toBase64(new Uint8Array(ciphertext)),
  };
}

/** The receipt that a passphrase opens; raises `does-not-open` with another. */
export async function unlockReceipt(document: unknown, passphrase: string): Promise<Receipt> {
  const { salt, iterations, nonce, ciphertext } = read(LockedReceipt, document);
  const key = await keyOfPassphrase(passphrase, fromHex(salt), iterations);
  let content: ArrayBuffer;
  try {
    content = await crypto.subtle.decrypt(gcm(fromBase64(nonce)), key, fromBase64(ciphertext));
  } catch {
    throw new FormatError("does-not-open", "The receipt does not open with this passphrase.");
  }
  return readReceipt(decode(new Uint8Array(content), MAX_RECEIPT_BYTES));
}
