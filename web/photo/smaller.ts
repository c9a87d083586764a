// A JPEG of at most 1,600 pixels, for slow lines. What the browser cannot decode goes as it
// is, and so does every file where the canvas does not give back what was drawn on it.

import { canvasIsTrue } from "./canvas.js";

/** Longest side that is sent, in pixels; the portal keeps no more. */
const LONGEST = 1600;
/** A file below this many bytes goes as it is, if its picture is not too long either. */
const SMALL_FILE = 700_000;
const QUALITY = 0.92;

/** The chosen file, or a smaller JPEG of its picture. */
export async function smaller(file: File): Promise<Blob> {
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    if ((scale === 1 && file.size < SMALL_FILE) || !(await canvasIsTrue())) return file;
    const width = Math.round(picture.width * scale);
    const blob = await jpegOf(picture, width, Math.round(picture.height * scale), QUALITY);
    picture.close();
    return blob && blob.size < file.size ? blob : file;
  } catch {
    return file;
  }
}

/** The picture of `source`, drawn to this size and encoded; null where the browser cannot. */
export function jpegOf(
  source: CanvasImageSource,
  width: number,
  height: number,
  quality: number,
): Promise<Blob | null> {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d")?.drawImage(source, 0, 0, width, height);
  return new Promise((done) => {
    canvas.toBlob(done, "image/jpeg", quality);
  });
}
