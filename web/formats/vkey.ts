// C2SP signed-note: verifier keys, name+hex key id+base64(type ‖ public key). Their ids are
// checked where they are used (`verifierOf`), because hashing is asynchronous in browsers.

import { type Bytes, concat, fromBase64, sha256, toHex, utf8 } from "./bytes.js";
import { FormatError } from "./errors.js";

export const ED25519 = 0x01;
export const COSIGNATURE_V1 = 0x04;
export const MLDSA44 = 0x06;
const KEY_BYTES: Record<number, number> = { [ED25519]: 32, [COSIGNATURE_V1]: 32, [MLDSA44]: 1312 };
const USES = {
  note: [ED25519],
  log: [ED25519, MLDSA44],
  witness: [COSIGNATURE_V1, MLDSA44],
};

/** A key that signs notes; `id` is 8 digits of hex. */
export interface Verifier {
  readonly name: string;
  readonly id: string;
  readonly kind: number;
  readonly key: Bytes;
}

/** A verifier key as it is written. Whether its id is that of its key is left open. */
export function parseVkey(text: string, use: keyof typeof USES): Verifier {
  const match = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/.exec(text);
  const [, name, id, blob] = match ?? [];
  if (!name || !id || !blob) throw new FormatError("malformed", "This is no verifier key.");
  const content = fromBase64(blob);
  const kind = content[0] ?? 0;
  if (!USES[use].includes(kind) || content.length !== 1 + (KEY_BYTES[kind] ?? 0)) {
    throw new FormatError("malformed", `The key ${name} is of another type.`);
  }
  return { name, id, kind, key: content.slice(1) };
}

/** First 4 bytes of SHA-256(name ‖ 0x0A ‖ type ‖ public key), in hex. */
async function idOf(name: string, kind: number, key: Bytes): Promise<string> {
  const hashed = await sha256(concat(utf8(`${name}\n`), Uint8Array.of(kind), key));
  return toHex(hashed.slice(0, 4));
}

/** The verifier of a key, its id checked. */
export async function verifierOf(text: string, use: keyof typeof USES): Promise<Verifier> {
  const verifier = parseVkey(text, use);
  if (verifier.id !== (await idOf(verifier.name, verifier.kind, verifier.key))) {
    throw new FormatError("malformed", "The id of the verifier key is not that of its key.");
  }
  return verifier;
}
