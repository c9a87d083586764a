// From a file or the camera to what is looked at, upright, and from there to the picture that
// is kept.

import { encodeJpeg } from "../../jpeg/index.js";
import type { Taken } from "../../portrait/check.js";
import { type JpegFacts, isJpeg, jpegFacts } from "../../portrait/jpegfile.js";
import { type Leaning, framed, rgbaOf, whole } from "../../portrait/kept.js";
import type { Picture } from "../../portrait/picture.js";
import { takenOf } from "../../portrait/taken.js";
import { type Place, frameOf } from "./frame.js";
import { decodeHeic } from "../heic/heic.js";
import { isHeif, sizeOf } from "./size.js";
import { PictureError } from "./unusable.js";

/** Bytes of a file that is looked at (habeas.portrait). */
const MOST_BYTES = 25_000_000;
/** Pixels that a device decodes: more than any phone's camera has in one picture. */
const MOST_PIXELS = 64_000_000;
/** Pixels that are worked on; a larger picture is made smaller on the way. */
const WORKED_PIXELS = 12_000_000;
/** End of a JPEG: decoders that miss it show nothing of what is there. */
const END = Uint8Array.of(0xff, 0xd9);

/** The picture of a file, turned upright, on white where it is transparent. */
export async function takenFrom(file: Blob): Promise<Taken> {
  if (file.size > MOST_BYTES) throw new PictureError("tooLarge");
  const bytes = new Uint8Array(await file.arrayBuffer());
  const size = sizeOf(bytes);
  if (!size) throw new PictureError("unreadable");
  if (size.width * size.height > MOST_PIXELS) throw new PictureError("tooLarge");
  const jpeg = isJpeg(bytes) ? jpegFacts(bytes) : undefined;
  const bitmap = await bitmapOf(file, jpeg);
  if (!bitmap) return isHeif(bytes) ? heicFrom(bytes) : Promise.reject(unreadable());
  try {
    return drawn(bitmap, bitmap.width, bitmap.height, jpeg);
  } finally {
    bitmap.close();
  }
}

const unreadable = (): PictureError => new PictureError("unreadable");

/** What the browser itself makes of a file, if anything. */
async function bitmapOf(file: Blob, jpeg: JpegFacts | undefined) {
  try {
    const ended = jpeg && !jpeg.whole ? new Blob([file, END], { type: file.type }) : file;
    return await createImageBitmap(ended, { imageOrientation: "from-image" });
  } catch {
    return undefined;
  }
}

/** A HEIC picture, which few browsers decode: by a decoder that is loaded now. */
async function heicFrom(bytes: Uint8Array): Promise<Taken> {
  try {
    return takenOf(await decodeHeic(bytes), 1, undefined);
  } catch {
    throw unreadable();
  }
}

/** What is drawn, as it is looked at; of a video, the frame that it shows. */
export function drawn(
  source: CanvasImageSource,
  width: number,
  height: number,
  jpeg?: JpegFacts,
): Taken {
  const scale = Math.min(1, Math.sqrt(WORKED_PIXELS / (width * height)));
  const pixels = pixelsOf(
    source,
    Math.max(1, Math.round(width * scale)),
    Math.max(1, Math.round(height * scale)),
    jpeg !== undefined,
  );
  return takenOf(pixels, width / pixels.width, jpeg);
}

/** The pixels of what is drawn at this size; white where it is transparent. */
export function pixelsOf(
  source: CanvasImageSource,
  width: number,
  height: number,
  opaque = false,
): ImageData {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new PictureError("unreadable");
  if (!opaque) {
    context.fillStyle = "#fff";
    context.fillRect(0, 0, width, height);
  }
  context.imageSmoothingQuality = "high";
  context.drawImage(source, 0, 0, width, height);
  const pixels = context.getImageData(0, 0, width, height);
  canvas.width = canvas.height = 1;
  return pixels;
}

/** The picture that is kept, encoded afresh: cut to the frame, or whole. */
export function keptOf(
  picture: Picture,
  place: Place | undefined,
  leaning: Leaning | undefined,
): Uint8Array<ArrayBuffer> {
  const kept = place ? framed(picture, frameOf(picture, place), leaning) : whole(picture);
  return encodeJpeg(rgbaOf(kept), kept.width, kept.height);
}
