// Signatures: Ed25519 (RFC 8032) by WebCrypto, ML-DSA-44 (FIPS 204) by a library.

import { ml_dsa44 } from "@noble/post-quantum/ml-dsa.js";

import type { Bytes } from "./bytes.js";

/** Whether an Ed25519 signature is that key's (32 bytes) of a message. */
export async function verifyEd25519(
  key: Bytes,
  signature: Bytes,
  message: Bytes,
): Promise<boolean> {
  try {
    const imported = await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
    return await crypto.subtle.verify("Ed25519", imported, signature, message);
  } catch {
    // A key that is no point of the curve verifies nothing.
    return false;
  }
}

/** Whether an ML-DSA-44 signature (2,420 bytes) is that key's (1,312 bytes) of a message. */
export function verifyMldsa44(key: Bytes, signature: Bytes, message: Bytes): boolean {
  try {
    return ml_dsa44.verify(signature, message, key);
  } catch {
    return false;
  }
}
