// What the checks have to know of a JPEG file (ITU-T T.81) beside its pixels: how coarse its
// tables are, which way up it was taken (CIPA DC-008), and whether its end is there.

export interface JpegFacts {
  /** IJG quality whose tables are as coarse as those of the file's luminance, 1 to 100. */
  readonly quality: number | undefined;
  /** EXIF's orientation, 1 to 8; whatever cannot be read means upright. */
  readonly orientation: number;
  readonly whole: boolean;
}

const [SOI, EOI, SOS, DQT, APP1] = [0xd8, 0xd9, 0xda, 0xdb, 0xe1];
const PROGRESSIVE = 0xc2;
/** Sum of the standard luminance table at quality 50 (annex K.1). */
const STANDARD = 3692;

export const isJpeg = (file: Uint8Array): boolean => file[0] === 0xff && file[1] === SOI;

/** Reads the markers of a JPEG; what they ask to be decoded is not looked at. */
export function jpegFacts(file: Uint8Array): JpegFacts {
  let sum: number | undefined;
  let orientation: number | undefined;
  let [at, coded, progressive] = [2, false, false];
  for (let start = markerAfter(file, at); start >= 0; start = markerAfter(file, at)) {
    const marker = file[start + 1] ?? 0;
    if (marker === EOI) return { ...facts(sum, orientation), whole: true };
    const alone = marker === 0x01 || marker === SOI;
    const length = alone ? 0 : ((file[start + 2] ?? 0) << 8) | (file[start + 3] ?? 0);
    const body = file.subarray(start + 4, start + 2 + length);
    if (marker === DQT) sum = luminanceSum(body) ?? sum;
    if (marker === APP1 && !coded) orientation ??= orientationOf(body);
    coded ||= marker === SOS;
    progressive ||= marker === PROGRESSIVE;
    at = start + 2 + length;
  }
  // A progressive picture that breaks off is there, only coarser.
  return { ...facts(sum, orientation), whole: progressive && coded };
}

function facts(sum: number | undefined, orientation: number | undefined) {
  return { quality: sum && qualityOf(sum), orientation: orientation ?? 1 };
}

/** Where the next marker stands: not stuffed zeros, restarts or fill bytes; -1 for none. */
function markerAfter(file: Uint8Array, from: number): number {
  for (let at = file.indexOf(0xff, from); at >= 0; at = file.indexOf(0xff, at + 1)) {
    const next = file[at + 1] ?? 0;
    if (next !== 0 && next !== 0xff && (next < 0xd0 || next > 0xd7)) return at;
  }
  return -1;
}

/** The sum of table 0 of a segment of tables, if it is in it (B.2.4.1). */
function luminanceSum(body: Uint8Array): number | undefined {
  for (let at = 0; at < body.length;) {
    const head = body[at] ?? 0;
    const wide = head >> 4 ? 2 : 1;
    if ((head & 15) === 0) {
      let sum = 0;
      for (let value = 0; value < 64; value += 1) {
        const byte = at + 1 + wide * value;
        sum += wide === 2 ? ((body[byte] ?? 0) << 8) | (body[byte + 1] ?? 0) : (body[byte] ?? 0);
      }
      return sum || undefined;
    }
    at += 1 + 64 * wide;
  }
  return undefined;
}

function qualityOf(sum: number): number {
  const scale = (100 * sum) / STANDARD;
  return scale <= 100 ? 100 - scale / 2 : 5000 / scale;
}

/** The orientation in an EXIF segment's TIFF structure (TIFF 6.0 section 2). */
function orientationOf(body: Uint8Array): number | undefined {
  if (String.fromCharCode(...body.subarray(0, 5)) !== "Exif\0") return undefined;
  const tiff = new DataView(body.buffer, body.byteOffset + 6, Math.max(0, body.length - 6));
  try {
    const little = tiff.getUint16(0) === 0x4949;
    if (!little && tiff.getUint16(0) !== 0x4d4d) return 1;
    const directory = tiff.getUint32(4, little);
    const count = Math.min(500, tiff.getUint16(directory, little));
    for (let entry = 0; entry < count; entry += 1) {
      const at = directory + 2 + 12 * entry;
      if (tiff.getUint16(at, little) !== 0x0112) continue;
      const value = tiff.getUint16(at + 8, little);
      return tiff.getUint16(at + 2, little) === 3 && value >= 1 && value <= 8 ? value : 1;
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return 1;
}
