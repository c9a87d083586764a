// From a file or the camera to pixels, upright, and from pixels to the picture that is kept.

import { encodeJpeg } from "../../jpeg/index.js";
import { type Place, frameOf, keptSize } from "./frame.js";
import { type Pixels, resample } from "./resample.js";
import { sizeOf } from "./size.js";

/** Bytes of a file that is looked at (habeas.portrait). */
const MOST_BYTES = 25_000_000;
/** Pixels that a device decodes: more than any phone's camera has in one picture. */
const MOST_PIXELS = 64_000_000;
/** Pixels that are worked on; a larger picture is made smaller on the way. */
const WORKED_PIXELS = 12_000_000;

/** Why a picture cannot be used; the name of what is said. */
export class PictureError extends Error {
  constructor(readonly word: "tooLarge" | "unreadable") {
    super(word);
  }
}

/** The pixels of a file's picture, turned upright, on white where it is transparent. */
export async function pixelsOf(file: Blob): Promise<Pixels> {
  if (file.size > MOST_BYTES) throw new PictureError("tooLarge");
  const size = sizeOf(new Uint8Array(await file.arrayBuffer()));
  if (!size) throw new PictureError("unreadable");
  if (size.width * size.height > MOST_PIXELS) throw new PictureError("tooLarge");
  let picture: ImageBitmap;
  try {
    picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    throw new PictureError("unreadable");
  }
  try {
    return drawn(picture, picture.width, picture.height);
  } finally {
    picture.close();
  }
}

/** The pixels of what is drawn; of a video, the frame that it shows. */
export function drawn(source: CanvasImageSource, width: number, height: number): Pixels {
  const scale = Math.min(1, Math.sqrt(WORKED_PIXELS / (width * height)));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new PictureError("unreadable");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  const pixels = { width: canvas.width, height: canvas.height, data };
  canvas.width = canvas.height = 1;
  return pixels;
}

/** The picture that is kept, encoded afresh: cut to the frame, or whole. */
export function keptOf(pixels: Pixels, place: Place | undefined): Uint8Array<ArrayBuffer> {
  const whole = { left: 0, top: 0, width: pixels.width, height: pixels.height };
  const box = place ? frameOf(pixels, place) : whole;
  const { width, height } = keptSize(box, place !== undefined);
  return encodeJpeg(resample(pixels, box, width, height).data, width, height);
}
