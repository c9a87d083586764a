// Bytes and their spellings. Reading is strict: one value has one spelling, and anything
// else is refused, so that two texts never stand for the same bytes.

import { FormatError } from "./errors.js";

/** Bytes that WebCrypto takes: a view of memory that no other thread shares. */
export type Bytes = Uint8Array<ArrayBuffer>;

const HEX = /^(?:[0-9a-f]{2})*$/;

export const utf8 = (text: string): Bytes => new TextEncoder().encode(text);

/** Text of UTF-8 bytes; raises where they are none, and keeps a byte order mark. */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new FormatError("malformed", "These bytes are no UTF-8 text.");
  }
}

export const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Bytes of lower-case hex. */
export function fromHex(text: string): Bytes {
  if (!HEX.test(text)) throw new FormatError("malformed", "This is no lower-case hex.");
  return Uint8Array.from({ length: text.length / 2 }, (_, at) =>
    parseInt(text.slice(2 * at, 2 * at + 2), 16),
  );
}

/** Base64 of RFC 4648 section 4: the standard alphabet, padded. */
export function toBase64(bytes: Uint8Array): string {
  const step = 0x8000;
  let binary = "";
  for (let at = 0; at < bytes.length; at += step) {
    binary += String.fromCharCode(...bytes.subarray(at, at + step));
  }
  return btoa(binary);
}

/** Bytes of canonical base64; other alphabets, spaces and loose last bits are refused. */
export function fromBase64(text: string): Bytes {
  let binary: string;
  try {
    binary = atob(text);
  } catch {
    throw new FormatError("malformed", "This is no base64.");
  }
  if (btoa(binary) !== text) throw new FormatError("malformed", "This base64 is not canonical.");
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

export function concat(...parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export async function sha256(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

/** Whether two byte strings are equal, in a time that does not depend on where they differ. */
export function same(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  a.forEach((byte, at) => {
    difference |= byte ^ (b[at] ?? 0);
  });
  return difference === 0;
}
