// What finding faces gives: boxes and points. Nothing here tells one person from another.

import { FACES } from "./tuning.js";

/** x and y, pixels of the picture. */
export type Point = readonly [number, number];

/** A box in pixels of the picture; it may reach beyond its edges. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A face that was found: both eyes' points first, the person's right eye leading. */
export interface Face {
  readonly box: Box;
  /** 0 to 1, how sure the detector is; it says nothing of the picture's quality. */
  readonly score: number;
  readonly points: readonly Point[];
}

export const widthOf = ({ left, right }: Box): number => right - left;
export const heightOf = ({ top, bottom }: Box): number => bottom - top;
export const areaOf = (box: Box): number => Math.max(0, widthOf(box)) * Math.max(0, heightOf(box));

/** Intersection over union, 0 to 1. */
export function overlap(one: Box, other: Box): number {
  const across = Math.min(one.right, other.right) - Math.max(one.left, other.left);
  const down = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
  const shared = Math.max(0, across) * Math.max(0, down);
  const whole = areaOf(one) + areaOf(other) - shared;
  return whole ? shared / whole : 0;
}

/** A point of a list that surely has it. */
export const pointOf = (points: readonly Point[], at: number): Point => points[at] ?? [0, 0];
export const between = (...points: readonly Point[]): Point => [
  points.reduce((sum, [x]) => sum + x, 0) / points.length,
  points.reduce((sum, [, y]) => sum + y, 0) / points.length,
];
export const distance = ([ax, ay]: Point, [bx, by]: Point): number => Math.hypot(bx - ax, by - ay);
/** How far the line from one point to another leans, radians clockwise. */
export const leanOf = ([ax, ay]: Point, [bx, by]: Point): number => Math.atan2(by - ay, bx - ax);
export const degrees = (radians: number): number => (radians * 180) / Math.PI;

/** Points of the mesh: eye corners (outer, inner) of the person's right and left eye. */
export const RIGHT_EYE = [33, 133] as const;
export const LEFT_EYE = [263, 362] as const;
export const [CHIN, NOSE_TIP, LIP_UPPER, LIP_LOWER] = [152, 1, 13, 14] as const;

/** Where the parts of one face are, in pixels of the picture. */
export interface Landmarks {
  /** 468 points: x and y, and z towards the camera negative. */
  readonly mesh: Float64Array;
  /** The person's right pupil first. */
  readonly pupils: readonly [Point, Point];
  /** 16 points each, of the lids' contour; the person's right eye first. */
  readonly lids: readonly [readonly Point[], readonly Point[]];
  /** 0 to 1, how sure the mesh model is that it sees a face. */
  readonly presence: number;
  /** Largest distance of the mesh from the detector's points, in distances of the eyes. */
  readonly fit: number;
}

export const meshPoint = ({ mesh }: Pick<Landmarks, "mesh">, at: number): Point => [
  mesh[3 * at] ?? 0,
  mesh[3 * at + 1] ?? 0,
];
export const meshDepth = ({ mesh }: Pick<Landmarks, "mesh">, at: number): number =>
  mesh[3 * at + 2] ?? 0;

/** Whether the mesh lies on a face; where it does not, its points mean nothing. */
export const fits = ({ presence, fit }: Landmarks): boolean =>
  presence >= FACES.presence && fit <= FACES.fit;
export const eyeDistance = ({ pupils }: Landmarks): number => distance(...pupils);
export const eyeMidpoint = ({ pupils }: Landmarks): Point => between(...pupils);
/** T of ISO/IEC 29794-5: eye midpoint to chin, pixels. */
export const faceHeight = (landmarks: Landmarks): number =>
  distance(meshPoint(landmarks, CHIN), eyeMidpoint(landmarks));
