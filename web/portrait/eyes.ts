// What an eye shows: how far its lids are apart, how dark its middle is, how white its white.

import { type Landmarks, type Point, between, distance, leanOf, pointOf } from "./face.js";
import { luminance, medianOf, quantile } from "./ofiq.js";
import { type Picture, crop } from "./picture.js";
import { SAMPLES, transform } from "./transform.js";
import { PORTRAIT as TUNING } from "./tuning.js";

/** Side of the cut-out eye, pixels, and how many widths of the eye it shows. */
const [SIDE, REACH] = [64, 1.4];
/** The eye's width there, pixels. */
const WIDTH = SIDE / REACH;

export interface Eye {
  /** Largest distance of the lids, pixels of the picture. */
  readonly gap: number;
  /** Distance of its corners, pixels of the picture. */
  readonly width: number;
  /** How much darker its darkest row is than the skin around, 0 to 1. */
  readonly contrast: number;
  /** Luminance of the brighter side of its iris, share of white. */
  readonly white: number;
  /** Luminance that a quarter of it and of what is around it exceeds, 0 to 255. */
  readonly around: number;
}

/** The person's right and left eye. */
export const eyesOf = (picture: Picture, { lids, pupils }: Landmarks): readonly [Eye, Eye] => [
  eyeOf(picture, lids[0], pupils[0]),
  eyeOf(picture, lids[1], pupils[1]),
];

/** The largest distance between upper and lower lid: the model's 9 lower, then 7 upper. */
export function lidGap(lids: readonly Point[]): number {
  const gaps = [1, 2, 3, 4, 5, 6, 7].map((at) =>
    distance(pointOf(lids, at), pointOf(lids, at + 8)),
  );
  return Math.max(...gaps);
}

function eyeOf(picture: Picture, lids: readonly Point[], pupil: Point): Eye {
  const corners = [pointOf(lids, 0), pointOf(lids, 8)] as const;
  const [first, last] = corners[0][0] <= corners[1][0] ? corners : [corners[1], corners[0]];
  const width = Math.max(1, distance(first, last));
  const middle = between(first, last);
  // Where the pupil is along the eye; it cannot be seen near the corners.
  const along =
    ((pupil[0] - middle[0]) * (last[0] - first[0]) +
      (pupil[1] - middle[1]) * (last[1] - first[1])) /
    width ** 2;
  const aside = Math.min(Math.max(along, -TUNING.gaze_aside), TUNING.gaze_aside) * WIDTH;
  const pixels = cut(picture, middle, leanOf(first, last), width);
  const column = SIDE / 2 + aside;
  return {
    gap: lidGap(lids),
    width,
    contrast: contrastOf(pixels, column),
    white: whiteOf(pixels, column),
    around: aroundOf(pixels),
  };
}

function cut(picture: Picture, [x, y]: Point, angle: number, width: number): Picture {
  const step = (width * REACH) / SIDE;
  const [cos, sin, half] = [Math.cos(angle) * step, Math.sin(angle) * step, SIDE / 2];
  return transform(
    picture,
    SIDE,
    SIDE,
    [cos, -sin, x - (cos - sin) * half, sin, cos, y - (sin + cos) * half],
    SAMPLES.bilinear,
  );
}

/** Every fourth pixel: what is looked for is large. */
function aroundOf({ data }: Picture): number {
  const light = luminance(data);
  const some = light.filter((_, at) => at % 2 === 0 && Math.floor(at / SIDE) % 2 === 0);
  return quantile(some, 0.75);
}

/** How much darker than the skin the darkest row is, in a band through the pupil. */
function contrastOf({ data }: Picture, column: number): number {
  const band = (middle: number, reach: number): [number, number] => [
    Math.trunc(middle - reach * WIDTH),
    Math.trunc(middle + reach * WIDTH) + 1,
  ];
  const [top, bottom] = band(SIDE / 2, 0.32);
  const [left, right] = band(column, 0.1);
  const profile: number[] = [];
  for (let row = top; row < bottom; row += 1) {
    const greys: number[] = [];
    for (let x = left; x < right; x += 1) {
      const at = 3 * (row * SIDE + x);
      greys.push(
        0.299 * (data[at] ?? 0) + 0.587 * (data[at + 1] ?? 0) + 0.114 * (data[at + 2] ?? 0),
      );
    }
    profile.push(medianOf(greys));
  }
  const skin = Math.max(1, quantile(profile, 0.85));
  return (skin - Math.min(...profile)) / skin;
}

/** The brighter of two spots between the iris and the corners. */
function whiteOf(pixels: Picture, column: number): number {
  const row = SIDE / 2;
  const spots = [SIDE / 2 - WIDTH / 2, SIDE / 2 + WIDTH / 2].map((corner) => {
    const at = Math.trunc(0.45 * corner + 0.55 * column);
    return medianOf(luminance(crop(pixels, [at - 1, row - 1, at + 2, row + 2]).data));
  });
  return Math.max(...spots) / 255;
}
