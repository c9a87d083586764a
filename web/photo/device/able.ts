// Whether this device can seal: what the photo step needs of a browser, tried and not guessed.

import { canvasIsTrue } from "../canvas.js";

/** An Ed25519 key of RFC 8032, section 7.1, test 1: browsers without the curve refuse it. */
const KEY = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

async function hasCurve(): Promise<boolean> {
  const raw = Uint8Array.from(KEY.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  const key = await crypto.subtle.importKey("raw", raw, "Ed25519", false, ["verify"]);
  return key.type === "public";
}

/** Whether a photo can be sealed here: randomness, ciphers, and a canvas that tells the truth. */
export async function canSeal(): Promise<boolean> {
  try {
    if (!window.isSecureContext || !("subtle" in crypto)) return false;
    return (await hasCurve()) && (await canvasIsTrue());
  } catch {
    return false;
  }
}
