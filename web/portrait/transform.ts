// A turned and scaled part of a picture, as Pillow's `Image.transform` gives it: each pixel of
// the result is looked up where an affine map takes its centre, between four or sixteen pixels.

import type { Picture } from "./picture.js";

/** (a, b, c, d, e, f): x' = a x + b y + c, y' = d x + e y + f. */
export type Affine = readonly [number, number, number, number, number, number];

/** The map that takes (cx, cy) of the result to (x, y), turned by degrees and scaled. */
export function turnedMap(
  x: number,
  y: number,
  step: number,
  degrees: number,
  cx: number,
  cy: number,
): Affine {
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle) * step, Math.sin(angle) * step];
  return [cos, -sin, x - cos * cx + sin * cy, sin, cos, y - sin * cx - cos * cy];
}

/** Fills `into` with what the map leads to; `blank` where it leads out of the picture. */
type Sample = (picture: Picture, map: Affine, into: Picture, blank: number) => void;

const within = (value: number, length: number): number =>
  value < 0 ? 0 : value < length ? value : length - 1;

// Each way of sampling has loops of its own: nothing is made anew, or called, for each pixel.

const bilinear: Sample = (picture, [a, b, c, d, e, f], into, blank) => {
  const { width, height, data: from } = picture;
  const { data } = into;
  for (let row = 0, at = 0; row < into.height; row += 1) {
    for (let column = 0; column < into.width; column += 1, at += 3) {
      const x = a * (column + 0.5) + b * (row + 0.5) + c;
      const y = d * (column + 0.5) + e * (row + 0.5) + f;
      if (!(x >= 0 && x < width && y >= 0 && y < height)) {
        if (blank) data.fill(blank, at, at + 3);
        continue;
      }
      const left = Math.floor(x - 0.5);
      const top = Math.floor(y - 0.5);
      const dx = x - 0.5 - left;
      const dy = y - 0.5 - top;
      const upper = within(top, height) * width;
      const lower = top + 1 < height ? Math.max(0, top + 1) * width : upper;
      const near = within(left, width);
      const far = within(left + 1, width);
      const i = 3 * (upper + near);
      const j = 3 * (upper + far);
      const k = 3 * (lower + near);
      const l = 3 * (lower + far);
      for (let band = 0; band < 3; band += 1) {
        const p = from[i + band] ?? 0;
        const q = from[k + band] ?? 0;
        const above = p + ((from[j + band] ?? 0) - p) * dx;
        data[at + band] = above + (q + ((from[l + band] ?? 0) - q) * dx - above) * dy;
      }
    }
  }
};

function cubic(a: number, b: number, c: number, d: number, t: number): number {
  return b + t * (c - a + t * (2 * (a - b) + c - d + t * (b - a - c + d)));
}

const bicubic: Sample = (picture, [a, b, c, d, e, f], into, blank) => {
  const { width, height, data: from } = picture;
  const { data } = into;
  for (let row = 0, at = 0; row < into.height; row += 1) {
    for (let column = 0; column < into.width; column += 1, at += 3) {
      const x = a * (column + 0.5) + b * (row + 0.5) + c;
      const y = d * (column + 0.5) + e * (row + 0.5) + f;
      if (!(x >= 0 && x < width && y >= 0 && y < height)) {
        if (blank) data.fill(blank, at, at + 3);
        continue;
      }
      const left = Math.floor(x - 0.5);
      const top = Math.floor(y - 0.5);
      const dx = x - 0.5 - left;
      const dy = y - 0.5 - top;
      const c0 = 3 * within(left - 1, width);
      const c1 = 3 * within(left, width);
      const c2 = 3 * within(left + 1, width);
      const c3 = 3 * within(left + 2, width);
      const along = (line: number): number =>
        cubic(
          from[line + c0] ?? 0,
          from[line + c1] ?? 0,
          from[line + c2] ?? 0,
          from[line + c3] ?? 0,
          dx,
        );
      const r0 = 3 * width * within(top - 1, height);
      const r1 = 3 * width * within(top, height);
      const r2 = 3 * width * within(top + 1, height);
      const r3 = 3 * width * within(top + 2, height);
      for (let band = 0; band < 3; band += 1) {
        const value = cubic(
          along(r0 + band),
          along(r1 + band),
          along(r2 + band),
          along(r3 + band),
          dy,
        );
        data[at + band] = Math.min(255, Math.max(0, value));
      }
    }
  }
};

export const SAMPLES = { bilinear, bicubic } as const;

/** What the map leads to, `width` × `height` pixels; `blank` where it leads out of the picture. */
export function transform(
  picture: Picture,
  width: number,
  height: number,
  map: Affine,
  sample: Sample,
  blank = 0,
): Picture {
  const into = { width, height, data: new Uint8Array(3 * width * height) };
  sample(picture, map, into, blank);
  return into;
}
