// What is kept of a photo: the product's frame, or the whole picture; never enlarged. The same
// pixels as habeas.portrait gives (`_framing.cut`, `_decode.encode`).

import type { Point } from "./face.js";
import { type Edges, type Picture, crop } from "./picture.js";
import { BICUBIC, resize } from "./resize.js";
import { SAMPLES, transform, turnedMap } from "./transform.js";
import { PORTRAIT as TUNING } from "./tuning.js";

/** How a head leans: degrees clockwise, and the point that a picture is turned about. */
export interface Leaning {
  readonly degrees: number;
  readonly about: Point;
}

/** Whether a lean is more than offices take: the frame is then turned with the head. */
export const isLeaning = ({ degrees }: Leaning): boolean => Math.abs(degrees) > TUNING.roll_left;

const WHITE = 255;

/** The part within a frame of the product's shape, turned upright where the head leans. */
export function framed(picture: Picture, box: Edges, leaning?: Leaning): Picture {
  const [left, top, right, bottom] = box;
  const whole = Math.round(bottom - top);
  const height = Math.min(TUNING.crop_height, whole);
  const width = Math.round(height * TUNING.frame_aspect);
  const step = (bottom - top) / height;
  if (leaning && isLeaning(leaning)) {
    const [x, y] = leaning.about;
    const map = turnedMap(x, y, step, leaning.degrees, (x - left) / step, (y - top) / step);
    return transform(picture, width, height, map, SAMPLES.bicubic, WHITE);
  }
  if (height === whole) {
    // Its pixels as they are: half of one does not matter.
    const x = Math.max(0, Math.min(Math.round(left), picture.width - width));
    const y = Math.max(0, Math.min(Math.round(top), picture.height - height));
    const [across, down] = [
      Math.min(picture.width, x + width),
      Math.min(picture.height, y + height),
    ];
    return crop(picture, [x, y, across, down]);
  }
  return resize(picture, [width, height], BICUBIC, [left, top, right, bottom], 2);
}

/** The whole picture, its longest side no longer than what is kept. */
export function whole(picture: Picture): Picture {
  const longest = Math.max(picture.width, picture.height);
  if (longest <= TUNING.kept_side) return picture;
  const side = (length: number): number =>
    Math.max(1, Math.round((length * TUNING.kept_side) / longest));
  return resize(picture, [side(picture.width), side(picture.height)], BICUBIC, undefined, 2);
}

/** Opaque RGBA of a picture, as canvases and encoders take it. */
export function rgbaOf({ width, height, data }: Picture): Uint8ClampedArray<ArrayBuffer> {
  const result = new Uint8ClampedArray(4 * width * height).fill(WHITE);
  for (let to = 0, at = 0; to < result.length; to += 4, at += 3) {
    result[to] = data[at] ?? 0;
    result[to + 1] = data[at + 1] ?? 0;
    result[to + 2] = data[at + 2] ?? 0;
  }
  return result;
}
