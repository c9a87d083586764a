// Docs/protocol/formats.md, *Padding*: what is sealed says little by its length. Short messages all
// have one length, longer ones those of Padmé (Nikitin et al., "Reducing Metadata Leakage from
// Encrypted Files and Communication with PURBs", PoPETs 2019(4), section 4), photos whole steps of
// 16 kB; what was added begins as ISO/IEC 7816-4 has it: 80, then zeros.

import type { Bytes } from "./bytes.js";
import { FormatError } from "./errors.js";

/** The length that all shorter messages get, bytes: more than the answers of most forms have. */
const LEAST_BYTES = 2048;
/** Photos have a multiple of it, bytes. */
export const PHOTO_STEP_BYTES = 16_384;
const MARK = 0x80;

const digits = (whole: number): number => 32 - Math.clz32(whole);

/** Padmé's length: as many zeros at its end as it takes digits to say how long it is. */
export function padme(length: number): number {
  if (length < 2) return length;
  const exponent = digits(length) - 1;
  const step = 2 ** (exponent - digits(exponent));
  return Math.ceil(length / step) * step;
}

/** How long so many bytes of content are with their padding. */
export const paddedBytes = (length: number): number => Math.max(LEAST_BYTES, padme(length + 1));

/** How long a photo of so many bytes is with its padding. */
export const paddedPhotoBytes = (length: number): number =>
  Math.ceil((length + 1) / PHOTO_STEP_BYTES) * PHOTO_STEP_BYTES;

export function pad(content: Bytes, bytesOf = paddedBytes): Bytes {
  const padded = new Uint8Array(bytesOf(content.length));
  padded.set(content);
  padded[content.length] = MARK;
  return padded;
}

/** The content of what `pad` has made; raises where it was padded in another way, or not at all. */
export function unpad(padded: Bytes, bytesOf = paddedBytes): Bytes {
  const end = padded.findLastIndex((byte) => byte !== 0);
  if (end < 0 || padded[end] !== MARK || bytesOf(end) !== padded.length) {
    throw new FormatError("malformed", "A sealed message is not padded as it should be.");
  }
  return padded.slice(0, end);
}
