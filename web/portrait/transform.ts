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

type Sample = (picture: Picture, x: number, y: number, into: Uint8Array, at: number) => void;

const within = (value: number, length: number): number =>
  value < 0 ? 0 : value < length ? value : length - 1;

const bilinear: Sample = ({ width, height, data }, x, y, into, at) => {
  const column = Math.floor(x);
  const row = Math.floor(y);
  const dx = x - column;
  const dy = y - row;
  const upper = within(row, height) * width;
  const lower = row + 1 < height ? Math.max(0, row + 1) * width : upper;
  const left = within(column, width);
  const right = within(column + 1, width);
  for (let band = 0; band < 3; band += 1) {
    const a = data[3 * (upper + left) + band] ?? 0;
    const b = data[3 * (upper + right) + band] ?? 0;
    const c = data[3 * (lower + left) + band] ?? 0;
    const d = data[3 * (lower + right) + band] ?? 0;
    const above = a + (b - a) * dx;
    into[at + band] = above + (c + (d - c) * dx - above) * dy;
  }
};

function cubic(a: number, b: number, c: number, d: number, t: number): number {
  return b + t * (c - a + t * (2 * (a - b) + c - d + t * (b - a - c + d)));
}

const bicubic: Sample = ({ width, height, data }, x, y, into, at) => {
  const column = Math.floor(x);
  const row = Math.floor(y);
  const dx = x - column;
  const dy = y - row;
  const c0 = within(column - 1, width);
  const c1 = within(column, width);
  const c2 = within(column + 1, width);
  const c3 = within(column + 2, width);
  // Sixteen values for each band and pixel: nothing is made anew for them.
  const along = (off: number, band: number): number => {
    const line = within(row + off, height) * width;
    return cubic(
      data[3 * (line + c0) + band] ?? 0,
      data[3 * (line + c1) + band] ?? 0,
      data[3 * (line + c2) + band] ?? 0,
      data[3 * (line + c3) + band] ?? 0,
      dx,
    );
  };
  for (let band = 0; band < 3; band += 1) {
    const value = cubic(along(-1, band), along(0, band), along(1, band), along(2, band), dy);
    into[at + band] = Math.min(255, Math.max(0, value));
  }
};

export const SAMPLES = { bilinear, bicubic } as const;

/** What the map leads to, `width` × `height` pixels; `blank` where it leads out of the picture. */
export function transform(
  picture: Picture,
  width: number,
  height: number,
  [a, b, c, d, e, f]: Affine,
  sample: Sample,
  blank = 0,
): Picture {
  const data = new Uint8Array(3 * width * height);
  for (let row = 0, at = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1, at += 3) {
      const x = a * (column + 0.5) + b * (row + 0.5) + c;
      const y = d * (column + 0.5) + e * (row + 0.5) + f;
      if (x >= 0 && x < picture.width && y >= 0 && y < picture.height) {
        sample(picture, x - 0.5, y - 0.5, data, at);
      } else if (blank) {
        data.fill(blank, at, at + 3);
      }
    }
  }
  return { width, height, data };
}
