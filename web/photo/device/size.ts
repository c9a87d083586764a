// How large the picture in a file says it is, before anything decodes it: a small file can claim
// a picture that fills a device's memory. Formats that this does not know are not decoded.
//
// ITU-T T.81 section B.2.2 (JPEG), W3C PNG section 11.2.1, RFC 9649 (WebP), ISO/IEC 23008-12
// section 6.5.3 (`ispe` in HEIC and AVIF).

import type { Size } from "../../portrait/picture.js";

const text = (file: Uint8Array, at: number, length: number): string =>
  String.fromCharCode(...file.subarray(at, at + length));

/** Whether this is a HEIC or AVIF file, whatever it is called: its brands (annex B). */
export const isHeif = (file: Uint8Array): boolean =>
  text(file, 4, 4) === "ftyp" && /^(avi[fs]|he[iv][cxms]|mif1|msf1)$/.test(text(file, 8, 4));

/** The size of a picture, or undefined where this is no file of a format that is known here. */
export function sizeOf(file: Uint8Array): Size | undefined {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  try {
    if (view.getUint16(0) === 0xffd8) return ofJpeg(view);
    if (text(file, 1, 3) === "PNG" && text(file, 12, 4) === "IHDR") {
      return { width: view.getUint32(16), height: view.getUint32(20) };
    }
    if (text(file, 0, 4) === "RIFF" && text(file, 8, 4) === "WEBP") return ofWebp(file, view);
    if (isHeif(file)) return ofHeif(file, view);
  } catch (error) {
    // It ends before its size.
    if (!(error instanceof RangeError)) throw error;
  }
  return undefined;
}

function ofJpeg(view: DataView): Size {
  let at = 2;
  for (;;) {
    const marker = view.getUint16(at);
    if (marker === 0xffff) {
      at += 1;
      continue;
    }
    const kind = marker & 0xff;
    const isFrame = kind >= 0xc0 && kind <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(kind);
    if (marker < 0xff00 || kind === 0xda) throw new RangeError("A JPEG has a frame.");
    if (isFrame) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    at += 2 + view.getUint16(at + 2);
  }
}

function ofWebp(file: Uint8Array, view: DataView): Size {
  const u24 = (at: number): number => view.getUint16(at, true) + (view.getUint8(at + 2) << 16);
  switch (text(file, 12, 4)) {
    case "VP8 ":
      return {
        width: view.getUint16(26, true) & 0x3fff,
        height: view.getUint16(28, true) & 0x3fff,
      };
    case "VP8L": {
      const bits = view.getUint32(21, true);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case "VP8X":
      return { width: u24(24) + 1, height: u24(27) + 1 };
    default:
      throw new RangeError("A WebP has a picture.");
  }
}

/** The largest of the sizes that its items have: a grid's parts are smaller than the whole. */
function ofHeif(file: Uint8Array, view: DataView): Size {
  const head = text(file, 0, Math.min(file.length, 4096));
  let found: Size = { width: 0, height: 0 };
  for (let at = head.indexOf("ispe"); at >= 0; at = head.indexOf("ispe", at + 4)) {
    const size = { width: view.getUint32(at + 8), height: view.getUint32(at + 12) };
    if (size.width * size.height > found.width * found.height) found = size;
  }
  if (found.width === 0) throw new RangeError("A HEIC or AVIF has a size.");
  return found;
}
