// From a file or the camera to what is looked at, upright, and from there to the picture that
// is kept.

import { encodeJpeg } from "../../jpeg/index.js";
import type { Taken } from "../../portrait/check.js";
import { type JpegFacts, isJpeg, jpegFacts } from "../../portrait/jpegfile.js";
import { type Leaning, framed, rgbaOf, whole } from "../../portrait/kept.js";
import { type Picture, ROWS_READ, rowsOf } from "../../portrait/picture.js";
import { takenOf } from "../../portrait/taken.js";
import { type FramePlace, frameOf } from "./frame.js";
import { decodeHeic } from "../heic/heic.js";
import { isHeif, sizeOf } from "./size.js";
import { PictureError } from "./unusable.js";

/** Bytes of a file that is looked at (habeas.portrait). */
const MOST_BYTES = 25_000_000;
/** Pixels that a device decodes: more than any phone's camera has in one picture. */
const MOST_PIXELS = 64_000_000;
/** Pixels of a side: more than every browser's canvas takes. */
const MOST_SIDE = 32_767;
/** Bytes in which the size of nearly every picture stands. */
const HEAD_BYTES = 131_072;
/** End of a JPEG: decoders that miss it show nothing of what is there. */
const END = Uint8Array.of(0xff, 0xd9);

/** The picture of a file, turned upright, on white where it is transparent. */
export async function takenFrom(file: Blob): Promise<Taken> {
  if (file.size > MOST_BYTES) throw new PictureError("tooLarge");
  await refuseBombs(file);
  // The browser decodes while the file is read here; where it breaks off, it is decoded once more.
  const first = bitmapOf(file);
  const bytes = await bytesOf(file);
  const jpeg = isJpeg(bytes) ? jpegFacts(bytes) : undefined;
  const bitmap = jpeg && !jpeg.whole ? await ended(file, first) : await first;
  if (!bitmap) return isHeif(bytes) ? heicFrom(bytes) : Promise.reject(unreadable());
  try {
    return read(bitmap, jpeg);
  } finally {
    bitmap.close();
  }
}

/** Raises where a file is no picture, or one of more pixels than a device decodes. */
async function refuseBombs(file: Blob): Promise<void> {
  // Nearly always its beginning says it: the rest is read while it is decoded.
  const size =
    sizeOf(await bytesOf(file.slice(0, HEAD_BYTES))) ??
    (file.size > HEAD_BYTES ? sizeOf(await bytesOf(file)) : undefined);
  if (!size) throw unreadable();
  const { width, height } = size;
  if (width * height > MOST_PIXELS || Math.max(width, height) > MOST_SIDE) {
    throw new PictureError("tooLarge");
  }
}

const bytesOf = async (file: Blob): Promise<Uint8Array> => new Uint8Array(await file.arrayBuffer());

const unreadable = (): PictureError => new PictureError("unreadable");

/** What the browser itself makes of a file, if anything. */
async function bitmapOf(file: Blob): Promise<ImageBitmap | undefined> {
  try {
    return await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return undefined;
  }
}

/** The same of a JPEG that breaks off, with its end. */
async function ended(
  file: Blob,
  first: Promise<ImageBitmap | undefined>,
): Promise<ImageBitmap | undefined> {
  (await first)?.close();
  return bitmapOf(new Blob([file, END], { type: file.type }));
}

/** A HEIC picture, which few browsers decode: by a decoder that is loaded now. */
const heicFrom = async (bytes: Uint8Array): Promise<Taken> =>
  takenOf(rowsOf(await decodeHeic(bytes)), undefined);

/**
 * What is decoded, as it is looked at.
 *
 * It is read back a few rows at a time from one small canvas: a canvas of the whole picture, and
 * what is read of it at once, take a phone 100 MB, and twice the time.
 */
function read(bitmap: ImageBitmap, jpeg: JpegFacts | undefined): Taken {
  const { width, height } = bitmap;
  const { canvas, context } = canvasOf(width, ROWS_READ);
  const rows = (top: number, count: number): Uint8ClampedArray<ArrayBuffer> => {
    if (canvas.height < count) canvas.height = count;
    if (!jpeg) whiten(context);
    context.drawImage(bitmap, 0, top, width, count, 0, 0, width, count);
    return context.getImageData(0, 0, width, count).data;
  };
  try {
    return takenOf({ width, height, read: rows }, jpeg);
  } finally {
    canvas.width = canvas.height = 1;
  }
}

/** The frame that a video shows, as it is looked at. */
export const frameOfVideo = (video: HTMLVideoElement): Taken =>
  takenOf(rowsOf(pixelsOf(video, video.videoWidth, video.videoHeight)), undefined);

/** The pixels of the frame that a video shows, at this size. */
export function pixelsOf(video: HTMLVideoElement, width: number, height: number): ImageData {
  const { canvas, context } = canvasOf(width, height);
  whiten(context);
  context.imageSmoothingQuality = "high";
  context.drawImage(video, 0, 0, width, height);
  const pixels = context.getImageData(0, 0, width, height);
  canvas.width = canvas.height = 1;
  return pixels;
}

function canvasOf(width: number, height: number) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
  if (!context) throw new PictureError("unreadable");
  return { canvas, context };
}

/** White, which stays where nothing opaque is drawn. */
function whiten(context: CanvasRenderingContext2D): void {
  context.fillStyle = "#fff";
  context.fillRect(0, 0, context.canvas.width, context.canvas.height);
}

/** The picture that is kept, encoded afresh: cut to the frame, or whole. */
export function keptOf(
  picture: Picture,
  place: FramePlace | undefined,
  leaning: Leaning | undefined,
): Uint8Array<ArrayBuffer> {
  const kept = place ? framed(picture, frameOf(picture, place), leaning) : whole(picture);
  return encodeJpeg(rgbaOf(kept), kept.width, kept.height);
}
