// Protocol 2, conventions: labelled hashes and MACs, so that no bytes mean two things.

import { type Bytes, concat, sha256, utf8 } from "./bytes.js";

/** "habeas/v2/label" ‖ 00 ‖ parts: what an HPKE message or a signature is bound to. */
export const labelled = (label: string, ...parts: Uint8Array[]): Bytes =>
  concat(utf8(`habeas/v2/${label}\0`), ...parts);

/** H(label, content): SHA-256("habeas/v2/label" ‖ 00 ‖ content); 32 bytes. */
export const digest = (label: string, ...content: Uint8Array[]): Promise<Bytes> =>
  sha256(labelled(label, ...content));

/** HMAC-SHA256 (RFC 2104); 32 bytes. */
export async function hmac(key: Bytes, message: Bytes): Promise<Bytes> {
  const how = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", key, how, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, message));
}
