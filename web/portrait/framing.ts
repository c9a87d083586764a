// The product's frame around a face, and which side of the picture leaves too little room.

import { type Landmarks, eyeMidpoint, faceHeight } from "./face.js";
import { lean, outline } from "./geometry.js";
import type { Edges, Plane, Size } from "./picture.js";
import { PORTRAIT as TUNING } from "./tuning.js";

/** The frame, in pixels of the picture; turned by `roll` degrees. */
export interface Crop {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly roll: number;
}

/** How the frame sits in the picture: each number is the size that it could have, over its full
 * size, if only that were in its way. */
export interface Framing {
  /** Undefined where it cannot be had. */
  readonly crop: Crop | undefined;
  readonly room: number;
  readonly above: number;
  readonly below: number;
  readonly aside: number;
}

const placed = (wanted: number, most: number): number =>
  Math.min(Math.max(0, wanted), Math.max(0, most));

/** The frame around a face: as large as it should be, or as it can be. */
export function frame(landmarks: Landmarks, { width, height }: Size): Framing {
  const fullHeight = faceHeight(landmarks) * TUNING.frame_height;
  const fullWidth = fullHeight * TUNING.frame_aspect;
  const [x, y] = eyeMidpoint(landmarks);
  const room = Math.min(width / fullWidth, height / fullHeight);
  const above = Math.max(0, y / (TUNING.eyes_highest * fullHeight));
  const below = Math.max(0, (height - y) / ((1 - TUNING.eyes_lowest) * fullHeight));
  const aside = Math.max(0, Math.min(x, width - x) / ((0.5 - TUNING.eyes_aside) * fullWidth));
  const share = Math.min(1, room, above, below, aside);
  const sides = { room, above, below, aside };
  if (share < TUNING.least_frame) return { crop: undefined, ...sides };
  const [tall, wide] = [fullHeight * share, fullWidth * share];
  const crop = {
    x: placed(x - wide / 2, width - wide),
    y: placed(y - TUNING.eyes_from_top * tall, height - tall),
    width: wide,
    height: tall,
    roll: lean(landmarks),
  };
  return { crop, ...sides };
}

/** How far the head is inside of the picture, in T; below 0 where part of it is outside. */
export async function inside(
  landmarks: Landmarks,
  { width, height }: Size,
  touching: () => Promise<number>,
): Promise<number> {
  const t = faceHeight(landmarks);
  const points = outline(landmarks);
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const nearest = Math.min(...xs, ...ys, ...xs.map((x) => width - x), ...ys.map((y) => height - y));
  const above = eyeMidpoint(landmarks)[1] / t;
  const face = Math.min(nearest / t, above - TUNING.skull);
  // Hair is cut off where the person reaches the upper edge over more than a parting's width.
  return above >= TUNING.hair ? face : Math.min(face, TUNING.parting - (await touching()));
}

/** Over what width the person reaches the upper edge above the face, T; the mask is over `box`. */
export function touching(landmarks: Landmarks, person: Plane, box: Edges): number {
  const t = faceHeight(landmarks);
  const [x] = eyeMidpoint(landmarks);
  const step = (box[2] - box[0]) / person.width;
  const column = (side: number): number =>
    Math.trunc(Math.min(person.width - 1, Math.max(0, (x + side * t - box[0]) / step)));
  let columns = 0;
  for (let at = column(-1); at <= column(1); at += 1) {
    const most = Math.max(person.data[at] ?? 0, person.data[person.width + at] ?? 0);
    if (most > 127) columns += 1;
  }
  return (columns * step) / t;
}
