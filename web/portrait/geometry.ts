// Where things are in a portrait: pose, the aligned face and its parts.

import {
  type Landmarks,
  type Point,
  between,
  degrees,
  distance,
  eyeMidpoint,
  faceHeight,
  leanOf,
  meshDepth,
  meshPoint,
} from "./face.js";
import { luminance } from "./ofiq.js";
import { type Edges, type Picture, crop } from "./picture.js";
import { BICUBIC, resize } from "./resize.js";
import type { Mask } from "./texture.js";
import { type Affine, SAMPLES, transform, turnedMap } from "./transform.js";
import { PORTRAIT as TUNING } from "./tuning.js";

/** Side of the aligned face, pixels. ISO/IEC 29794-5 uses 616; T is half of ours. */
export const ALIGNED = 256;

/** The face's outline in the mesh, in order. */
// prettier-ignore
const OUTLINE = [
  10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152,
  148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
];
/** Without the forehead, as OFIQ's landmarks have it: the jaw, ear to ear, and the brows. */
// prettier-ignore
const OFIQ_HULL = [
  454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136, 172, 58, 132,
  93, 234, 70, 63, 105, 66, 107, 336, 296, 334, 293, 300,
];

/** Parts of the mesh that show skin in most people, each by some of its points. */
export const LIT = {
  rightCheek: [118, 101, 50],
  leftCheek: [347, 330, 280],
  belowRightEye: [119, 120, 100],
  belowLeftEye: [348, 349, 329],
  noseBridge: [6, 197, 195],
  noseTip: [1, 4, 5],
  besideNoseRight: [205, 36, 50],
  besideNoseLeft: [425, 266, 280],
} as const;
/** Of those, the right side and the left, each beside its counterpart. */
export const RIGHT_SIDE = ["rightCheek", "belowRightEye", "besideNoseRight"] as const;
export const LEFT_SIDE = ["leftCheek", "belowLeftEye", "besideNoseLeft"] as const;
export const FOREHEAD = [151, 9, 108, 337] as const;

/** Angles in degrees: turned to the person's left, chin up, counter-clockwise, positive. */
export interface Pose {
  readonly yaw: number;
  readonly pitch: number;
  readonly roll: number;
}

/** How far the line of the eyes leans in the picture, degrees clockwise. */
export const lean = ({ pupils }: Landmarks): number => degrees(leanOf(...pupils));

/** The pose, from the mesh's depth: temple to temple, and forehead to chin. */
export function poseOf(landmarks: Landmarks): Pose {
  const slope = (from: number, to: number): number =>
    degrees(
      Math.atan2(
        meshDepth(landmarks, to) - meshDepth(landmarks, from),
        distance(meshPoint(landmarks, from), meshPoint(landmarks, to)),
      ),
    );
  const yaw = slope(234, 454);
  return {
    yaw: yaw * (1 + TUNING.yaw_growth * Math.abs(yaw)),
    pitch: slope(10, 152) * TUNING.pitch_gain,
    roll: -lean(landmarks),
  };
}

/** The face's outline, pixels. */
export const outline = (landmarks: Landmarks): Point[] =>
  OUTLINE.map((at) => meshPoint(landmarks, at));

/** The face, of one size, and upright but for a lean that measures do not mind. */
export interface Aligned {
  readonly picture: Picture;
  /** Within the face's outline, and the same without the forehead. */
  readonly hull: Mask;
  readonly ofiqHull: Mask;
  readonly luminance: Float32Array;
  /** A point of the picture, here. */
  readonly place: (point: Point) => Point;
}

/** Cuts the face out: T half of the side, eyes level unless they nearly were. */
export function align(picture: Picture, landmarks: Landmarks): Aligned {
  const [x, y] = eyeMidpoint(landmarks);
  const step = (2 * faceHeight(landmarks)) / ALIGNED;
  const leaning = lean(landmarks);
  const angle = Math.abs(leaning) <= TUNING.roll_left ? 0 : leaning;
  const place = inverse(turnedMap(x, y, step, angle, ALIGNED / 2, ALIGNED * 0.4));
  const cut = sampled(picture, [x, y], step, angle);
  const filled = (points: readonly number[]): Mask =>
    polygon(points.map((at) => place(meshPoint(landmarks, at))));
  return {
    picture: cut,
    hull: filled(OUTLINE),
    ofiqHull: filled(OFIQ_HULL),
    luminance: luminance(cut.data),
    place,
  };
}

/** The inverse of a map that is a turn and one scale: its transpose, scaled back. */
function inverse([a, b, c, d, e, f]: Affine): (point: Point) => Point {
  const size = a * e - b * d;
  return ([x, y]) => [((x - c) * a + (y - f) * d) / size, ((x - c) * b + (y - f) * e) / size];
}

/** The inside of a polygon, its edges too; vertices are cut to whole pixels, as Pillow does. */
export function polygon(points: readonly Point[]): Mask {
  const corners = points.map(([x, y]): Point => [Math.trunc(x), Math.trunc(y)]);
  const data = new Uint8Array(ALIGNED * ALIGNED);
  for (let y = 0; y < ALIGNED; y += 1) {
    const crossed: number[] = [];
    corners.forEach(([x0, y0], at) => {
      const [x1, y1] = corners[(at + 1) % corners.length] ?? [x0, y0];
      if (y0 === y1) {
        if (y === y0) fill(data, y, Math.min(x0, x1), Math.max(x0, x1));
        return;
      }
      // Half open, so that a corner is crossed once.
      if (y >= Math.min(y0, y1) && y < Math.max(y0, y1)) {
        crossed.push(x0 + ((y - y0) * (x1 - x0)) / (y1 - y0));
      } else if (y === Math.max(y0, y1)) {
        const end = y0 > y1 ? x0 : x1;
        fill(data, y, end, end);
      }
    });
    crossed.sort((a, b) => a - b);
    for (let pair = 0; pair + 1 < crossed.length; pair += 2) {
      fill(data, y, Math.round(crossed[pair] ?? 0), Math.round(crossed[pair + 1] ?? 0));
    }
  }
  return { width: ALIGNED, height: ALIGNED, data };
}

function fill(data: Uint8Array, row: number, first: number, last: number): void {
  const [from, to] = [Math.max(0, first), Math.min(ALIGNED - 1, last)];
  if (from <= to) data.fill(1, row * ALIGNED + from, row * ALIGNED + to + 1);
}

/** The aligned face's pixels: scaled, then turned; of both only what has to be done. */
function sampled(picture: Picture, [x, y]: Point, step: number, angle: number): Picture {
  // The corner that is farthest from the eyes' midpoint.
  const reach = Math.hypot(0.5, 0.6) * ALIGNED * step;
  const [half, above] = [(ALIGNED * step) / 2, ALIGNED * step * 0.4];
  const wanted: Edges = angle
    ? [x - reach, y - reach, x + reach, y + reach]
    : [x - half, y - above, x + half, y - above + 2 * half];
  const box: Edges = [
    Math.max(0, wanted[0]),
    Math.max(0, wanted[1]),
    Math.min(picture.width, wanted[2]),
    Math.min(picture.height, wanted[3]),
  ];
  const width = Math.max(1, Math.round((box[2] - box[0]) / step));
  const height = Math.max(1, Math.round((box[3] - box[1]) / step));
  // Means of whole pixels first, where there are many: a large face costs no more.
  const scaled = resize(picture, [width, height], BICUBIC, box, 2);
  if (width === ALIGNED && height === ALIGNED && !angle) return scaled;
  const map = turnedMap(
    (x - box[0]) / step,
    (y - box[1]) / step,
    1,
    angle,
    ALIGNED / 2,
    ALIGNED * 0.4,
  );
  return transform(scaled, ALIGNED, ALIGNED, map, angle ? SAMPLES.bicubic : SAMPLES.bilinear);
}

/** Left and top of the small square at a part of the face, pixels of the aligned face. */
function patchAt(aligned: Aligned, landmarks: Landmarks, points: readonly number[]): Point {
  const reach = Math.floor(TUNING.patch_side / 2);
  const middle = between(...points.map((at) => aligned.place(meshPoint(landmarks, at))));
  const [x, y] = middle.map((each) =>
    Math.min(Math.max(Math.trunc(each), reach), ALIGNED - reach),
  ) as [number, number];
  return [x - reach, y - reach];
}

/** The pixels of a small square at a part of the face, by points of the mesh. */
export function patch(
  aligned: Aligned,
  landmarks: Landmarks,
  points: readonly number[],
): Uint8Array {
  const [left, top] = patchAt(aligned, landmarks, points);
  const side = 2 * Math.floor(TUNING.patch_side / 2);
  return crop(aligned.picture, [left, top, left + side, top + side]).data;
}

/** OFIQ's zones of the right and left cheek: squares of 0.3 IED, half-way down to the mouth. */
export function cheekZones(aligned: Aligned, landmarks: Landmarks): [Uint8Array, Uint8Array] {
  const middle = (...points: readonly number[]): Point =>
    between(...points.map((at) => aligned.place(meshPoint(landmarks, at))));
  const [right, left, mouth] = [middle(33, 133), middle(263, 362), middle(13, 14)];
  const side = Math.max(2, Math.trunc(0.3 * distance(right, left)));
  const down = distance(mouth, between(right, left)) / 2;
  const zone = (x: number, y: number): Uint8Array => {
    const inside = (value: number): number =>
      Math.trunc(Math.min(Math.max(value, 0), ALIGNED - side));
    const [column, row] = [inside(x), inside(y)];
    return crop(aligned.picture, [column, row, column + side, row + side]).data;
  };
  return [zone(right[0] - side, right[1] + down), zone(left[0], left[1] + down)];
}
