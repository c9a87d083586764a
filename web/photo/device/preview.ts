// What the screen shows of a photo while its frame is moved: small enough to be drawn at every move.

import { type Leaning, rgbaOf } from "../../portrait/kept.js";
import { type Picture, reduce } from "../../portrait/picture.js";

/** Most pixels of the preview's longer side; the screen shows no more. */
const PREVIEW = 720;

/** The means of whole pixels, on a canvas: of a phone's picture that is a quarter. */
export function nearOf(picture: Picture): HTMLCanvasElement {
  const longest = Math.max(picture.width, picture.height);
  const near = reduce(picture, Math.max(1, Math.floor(longest / PREVIEW)));
  const canvas = document.createElement("canvas");
  canvas.width = near.width;
  canvas.height = near.height;
  canvas.getContext("2d")?.putImageData(new ImageData(rgbaOf(near), near.width), 0, 0);
  return canvas;
}

/** The preview of a picture, upright as its head; what is drawn of is emptied. */
export function previewOf(
  near: HTMLCanvasElement,
  { width, height }: Picture,
  leaning: Leaning | undefined,
): HTMLCanvasElement {
  const scale = Math.min(1, PREVIEW / Math.max(width, height));
  const preview = document.createElement("canvas");
  preview.width = Math.max(1, Math.round(width * scale));
  preview.height = Math.max(1, Math.round(height * scale));
  const context = preview.getContext("2d");
  if (context) {
    context.fillStyle = "#fff";
    context.fillRect(0, 0, preview.width, preview.height);
    if (leaning) {
      const [x, y] = leaning.about;
      context.translate(x * scale, y * scale);
      context.rotate((-leaning.degrees * Math.PI) / 180);
      context.translate(-x * scale, -y * scale);
    }
    context.drawImage(near, 0, 0, preview.width, preview.height);
  }
  near.width = near.height = 1;
  return preview;
}
