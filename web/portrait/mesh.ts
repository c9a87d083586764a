// MediaPipe's face mesh (Kartynnik et al. 2019, arXiv:1907.06724) and iris (arXiv:2006.11341):
// 468 points of one face, and the contours of both irises and eyelids. They describe where
// things are in this picture; nothing in them is made to tell people apart.

import {
  CHIN,
  type Face,
  LEFT_EYE,
  LIP_LOWER,
  LIP_UPPER,
  type Landmarks,
  NOSE_TIP,
  type Point,
  RIGHT_EYE,
  between,
  distance,
  heightOf,
  leanOf,
  meshPoint,
  pointOf,
  widthOf,
} from "./face.js";
import { type Run, SIDES, inputOf, sigmoid } from "./models.js";
import { type Picture, reduce } from "./picture.js";
import { SAMPLES, transform } from "./transform.js";
import { FACES } from "./tuning.js";

const POINTS = 468;
/** Of the iris model's 71 contour points, the upper and the lower lid of the eye proper. */
const LID_POINTS = 16;

/** A turned square of the picture: centre, side, angle in radians. */
interface Region {
  readonly x: number;
  readonly y: number;
  readonly side: number;
  readonly angle: number;
}

/** Whether two are farther apart than one look at the mesh forgives. */
function differs(one: Region, other: Region): boolean {
  const limit = FACES.same_region;
  return (
    Math.hypot(one.x - other.x, one.y - other.y) > limit * one.side ||
    Math.abs(one.side - other.side) > limit * one.side ||
    Math.abs(Math.sin(one.angle - other.angle)) > limit
  );
}

function cut(picture: Picture, region: Region, pixels: number, mirrored = false): Float32Array {
  const step = region.side / pixels;
  const [cos, sin] = [Math.cos(region.angle) * step, Math.sin(region.angle) * step];
  const half = pixels / 2;
  const [a, b, d, e] = mirrored ? [-cos, -sin, -sin, cos] : [cos, -sin, sin, cos];
  const square = transform(
    picture,
    pixels,
    pixels,
    [a, b, region.x - (a + b) * half, d, e, region.y - (d + e) * half],
    SAMPLES.bilinear,
  );
  return inputOf(square.data);
}

/** A point of the cut square, back in the picture. */
function place(region: Region, pixels: number, mirrored: boolean, [x, y]: Point): Point {
  const step = region.side / pixels;
  const [right, down] = [(x - pixels / 2) * step * (mirrored ? -1 : 1), (y - pixels / 2) * step];
  const [cos, sin] = [Math.cos(region.angle), Math.sin(region.angle)];
  return [right * cos - down * sin + region.x, right * sin + down * cos + region.y];
}

/** What lies around a face, shrunk: a large picture costs no more. */
function partAround(picture: Picture, { box }: Face): { part: Picture; scale: number; at: Point } {
  const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
  const size = Math.max(widthOf(box), heightOf(box));
  const left = Math.max(0, Math.trunc(x - 1.1 * size));
  const top = Math.max(0, Math.trunc(y - 1.1 * size));
  const right = Math.min(picture.width, Math.trunc(x + 1.1 * size) + 1);
  const bottom = Math.min(picture.height, Math.trunc(y + 1.1 * size) + 1);
  const times = Math.max(1, Math.trunc((1.5 * size) / (FACES.mesh_side * SIDES.mesh)));
  if (right - left < times || bottom - top < times) return { part: picture, scale: 1, at: [0, 0] };
  return {
    part: reduce(picture, times, [left, top, right, bottom]),
    scale: times,
    at: [left, top],
  };
}

interface Mesh {
  readonly mesh: Float64Array;
  readonly presence: number;
}

async function runMesh(run: Run, picture: Picture, region: Region): Promise<Mesh> {
  const [raw, flag] = await run("mesh", cut(picture, region, SIDES.mesh));
  const mesh = new Float64Array(3 * POINTS);
  for (let at = 0; at < 3 * POINTS; at += 3) {
    const [x, y] = place(region, SIDES.mesh, false, [raw?.[at] ?? 0, raw?.[at + 1] ?? 0]);
    mesh.set([x, y, ((raw?.[at + 2] ?? 0) * region.side) / SIDES.mesh], at);
  }
  return { mesh, presence: sigmoid(flag?.[0] ?? -50) };
}

/** The region that a mesh itself encloses. */
function around(found: Mesh): Region {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let at = 0; at < POINTS; at += 1) {
    const [x, y] = meshPoint(found, at);
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
  }
  return {
    x: (left + right) / 2,
    y: (top + bottom) / 2,
    side: Math.max(right - left, bottom - top) * 1.5,
    angle: leanOf(meshPoint(found, RIGHT_EYE[0]), meshPoint(found, LEFT_EYE[0])),
  };
}

interface Iris {
  readonly pupil: Point;
  readonly lids: readonly Point[];
}

/** Pupil and lids of one eye. The model knows right eyes only. */
async function runIris(
  run: Run,
  picture: Picture,
  found: Mesh,
  [outer, inner]: readonly [number, number],
  angle: number,
): Promise<Iris> {
  const mirrored = outer === LEFT_EYE[0];
  const corners = [meshPoint(found, outer), meshPoint(found, inner)] as const;
  const [x, y] = between(...corners);
  const region = { x, y, side: distance(...corners) * 2.3, angle };
  const [contours, iris] = await run("iris", cut(picture, region, SIDES.iris, mirrored));
  const placed = (values: Float32Array | undefined, at: number): Point =>
    place(region, SIDES.iris, mirrored, [values?.[3 * at] ?? 0, values?.[3 * at + 1] ?? 0]);
  return {
    pupil: placed(iris, 0),
    lids: Array.from({ length: LID_POINTS }, (_, at) => placed(contours, at)),
  };
}

/** How far eyes, nose and mouth of the mesh are from the detector's, in eye distances. */
function fitOf(found: Mesh, points: readonly Point[]): number {
  const eye = (corners: readonly [number, number]): Point =>
    between(meshPoint(found, corners[0]), meshPoint(found, corners[1]));
  const [right, left] = [eye(RIGHT_EYE), eye(LEFT_EYE)];
  const mouth = between(meshPoint(found, LIP_UPPER), meshPoint(found, LIP_LOWER));
  // Of a head in profile the eyes are one behind the other: the face's height counts too.
  const height = distance(meshPoint(found, CHIN), between(right, left));
  const unit = Math.max(distance(right, left), height / 2, 1);
  const seen = [right, left, meshPoint(found, NOSE_TIP), mouth];
  return Math.max(...seen.map((each, at) => distance(each, pointOf(points, at)))) / unit;
}

/** Where a face lies in its part: the mesh, once more on what its own points enclose. */
async function meshOf(
  run: Run,
  part: Picture,
  face: Face,
  toPart: (point: Point) => Point,
  scale: number,
): Promise<{ found: Mesh; angle: number; points: readonly Point[] }> {
  const { box } = face;
  const points = face.points.map(toPart);
  const [x, y] = toPart([(box.left + box.right) / 2, (box.top + box.bottom) / 2]);
  const region = {
    x,
    y,
    side: (Math.max(widthOf(box), heightOf(box)) / scale) * 1.5,
    angle: leanOf(pointOf(points, 0), pointOf(points, 1)),
  };
  const first = await runMesh(run, part, region);
  const tight = around(first);
  const found = differs(tight, region) ? await runMesh(run, part, tight) : first;
  return { found, angle: tight.angle, points };
}

/** The landmarks of one face that was found in a picture. */
export async function findLandmarks(run: Run, picture: Picture, face: Face): Promise<Landmarks> {
  const { part, scale, at } = partAround(picture, face);
  const toPart = ([x, y]: Point): Point => [(x - at[0]) / scale, (y - at[1]) / scale];
  const back = ([x, y]: Point): Point => [x * scale + at[0], y * scale + at[1]];
  const { found, angle, points } = await meshOf(run, part, face, toPart, scale);
  const right = await runIris(run, part, found, RIGHT_EYE, angle);
  const left = await runIris(run, part, found, LEFT_EYE, angle);
  const fit = fitOf(found, points);
  const mesh = found.mesh.map((value, index) => value * scale + (at[index % 3] ?? 0));
  return {
    mesh,
    pupils: [back(right.pupil), back(left.pupil)],
    lids: [right.lids.map(back), left.lids.map(back)],
    presence: found.presence,
    fit,
  };
}

/** The same without the irises: pupils are the middles of the eyes. For live pictures. */
export async function findMesh(run: Run, picture: Picture, face: Face): Promise<Landmarks> {
  const { part, scale, at } = partAround(picture, face);
  const toPart = ([x, y]: Point): Point => [(x - at[0]) / scale, (y - at[1]) / scale];
  const { found, points } = await meshOf(run, part, face, toPart, scale);
  const mesh = found.mesh.map((value, index) => value * scale + (at[index % 3] ?? 0));
  const eye = ([outer, inner]: readonly [number, number]): Point =>
    between(meshPoint({ mesh }, outer), meshPoint({ mesh }, inner));
  return {
    mesh,
    pupils: [eye(RIGHT_EYE), eye(LEFT_EYE)],
    lids: [[], []],
    presence: found.presence,
    fit: fitOf(found, points),
  };
}
