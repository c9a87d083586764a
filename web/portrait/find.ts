// The faces of a picture, after it was turned the right way up.

import { bySize, findFaces, findLarge } from "./blazeface.js";
import { type Face, type Landmarks, type Point, fits, overlap, widthOf } from "./face.js";
import { findLandmarks } from "./mesh.js";
import type { Run } from "./models.js";
import { type Picture, type Turn, crop, grey, mapped, reduce, turned } from "./picture.js";
import { PORTRAIT as TUNING } from "./tuning.js";
import { type Looks, isSure, waysUp } from "./upright.js";

/** What a picture shows. */
export interface Found {
  /** Upright. */
  readonly picture: Picture;
  /** The same, smaller: for what needs no detail. */
  readonly small: Picture;
  /** The quarter turn that was needed, degrees counter-clockwise. */
  readonly turned: Turn;
  /** The largest face that landmarks fit. */
  readonly face: Face;
  readonly landmarks: Landmarks;
  /** Further faces, largest first. */
  readonly others: readonly Face[];
}

const longest = ({ width, height }: Picture): number => Math.max(width, height);

/** How much lighter a dark picture has to be made for the models to see faces in it. */
function gainFor(small: Picture): number {
  const counts = new Uint32Array(256);
  const { data } = grey(small);
  for (const value of data) counts[value] = (counts[value] ?? 0) + 1;
  let [bright, seen] = [0, counts[0] ?? 0];
  while (seen < 0.99 * data.length) seen += counts[(bright += 1)] ?? 0;
  return Math.max(1, Math.min(TUNING.most_gain, TUNING.bright / Math.max(1, bright)));
}

function lighter(picture: Picture, gain: number): Picture {
  if (gain === 1) return picture;
  const table = Uint8Array.from({ length: 256 }, (_, value) =>
    Math.min(255, Math.round(value * gain)),
  );
  return mapped(picture, table);
}

/** The faces in a picture as it is and, unless they are surely upright, after each turn. */
async function looksOf(run: Run, small: Picture): Promise<Looks> {
  const seen = await findLarge(run, small);
  if (isSure(seen)) {
    const largest = Math.max(...seen.map(({ box }) => widthOf(box)));
    // Other faces that would matter are large enough for this model, too.
    if (largest >= TUNING.alone_face * longest(small)) return { 0: seen };
    return { 0: await findFaces(run, small, seen) };
  }
  return {
    90: await findFaces(run, turned(small, 90)),
    180: await findFaces(run, turned(small, 180)),
    270: await findFaces(run, turned(small, 270)),
    0: await findFaces(run, small, seen),
  };
}

function larger({ box, score, points }: Face, scale: number, left = 0, top = 0): Face {
  return {
    box: {
      left: box.left * scale + left,
      top: box.top * scale + top,
      right: box.right * scale + left,
      bottom: box.bottom * scale + top,
    },
    score,
    points: points.map(([x, y]): Point => [x * scale + left, y * scale + top]),
  };
}

/** Where parts of `side` begin that cover `length` and overlap by a third at least. */
export function steps(length: number, side: number): number[] {
  if (length <= side) return [0];
  const count = Math.ceil((length - side) / Math.floor((side * 2) / 3)) + 1;
  return Array.from({ length: count }, (_, step) =>
    Math.round(((length - side) * step) / (count - 1)),
  );
}

/** The faces known, and further ones behind them, largest first, as of a group. */
async function withSmaller(run: Run, picture: Picture, known: readonly Face[]): Promise<Face[]> {
  const times = Math.max(1, Math.floor(longest(picture) / (2 * TUNING.find_side)));
  const closer = reduce(picture, times);
  const side = TUNING.find_side;
  const found: Face[] = [];
  for (const top of steps(closer.height, side)) {
    for (const left of steps(closer.width, side)) {
      // A part beyond the picture's edge is black there, as Pillow's crop is.
      const part = padded(closer, left, top, side);
      for (const each of await findFaces(run, part)) {
        const placed = larger(each, times, left * times, top * times);
        if ([...known, ...found].every(({ box }) => overlap(placed.box, box) < TUNING.same_face)) {
          found.push(placed);
        }
      }
    }
  }
  return [...known, ...found.sort(bySize)];
}

function padded(picture: Picture, left: number, top: number, side: number): Picture {
  const right = Math.min(picture.width, left + side);
  const bottom = Math.min(picture.height, top + side);
  const inner = crop(picture, [left, top, right, bottom]);
  if (inner.width === side && inner.height === side) return inner;
  const data = new Uint8Array(3 * side * side);
  for (let row = 0; row < inner.height; row += 1) {
    const from = 3 * row * inner.width;
    data.set(inner.data.subarray(from, from + 3 * inner.width), 3 * row * side);
  }
  return { width: side, height: side, data };
}

/** The largest face that landmarks fit. */
async function firstOf(run: Run, picture: Picture, located: readonly Face[]) {
  for (const face of located.slice(0, TUNING.faces)) {
    const landmarks = await findLandmarks(run, picture, face);
    if (fits(landmarks)) return { face, landmarks };
  }
  return undefined;
}

/** Those of others that are surely faces; small ones are too small for the mesh. */
async function confirmed(
  run: Run,
  picture: Picture,
  face: Face,
  others: readonly Face[],
): Promise<Face[]> {
  const kept: Face[] = [];
  for (const [number, other] of others.entries()) {
    // What the detector sees twice in one face is no further face.
    if (overlap(other.box, face.box) > 0) continue;
    const sure = other.score >= TUNING.sure_other;
    if (sure || (number < TUNING.faces && fits(await findLandmarks(run, picture, other)))) {
      kept.push(other);
    }
  }
  return kept;
}

/** Looks for faces; undefined where there is none that the mesh model sees, too. */
export async function find(run: Run, picture: Picture): Promise<Found | undefined> {
  const small = reduce(picture, Math.max(1, Math.floor(longest(picture) / TUNING.find_side)));
  const gain = gainFor(small);
  const lit = lighter(picture, gain);
  const looks = await looksOf(run, lighter(small, gain));
  let turn: Turn = 0;
  let upright = lit;
  let located: Face[] = [];
  let first: Awaited<ReturnType<typeof firstOf>>;
  for (const way of waysUp(looks)) {
    turn = way;
    upright = turned(lit, way);
    const scale = upright.width / (way === 90 || way === 270 ? small.height : small.width);
    located = (looks[way] ?? []).map((each) => larger(each, scale)).sort(bySize);
    first = await firstOf(run, upright, located);
    if (first) break;
  }
  if (!first) {
    // Seen from nearer, small faces are found, and their points are better.
    [turn, upright] = [0, lit];
    located = await withSmaller(run, lit, []);
    first = await firstOf(run, lit, located);
  }
  if (!first) return undefined;
  const { face, landmarks } = first;
  let others = located.filter((each) => each !== face);
  if (widthOf(face.box) < TUNING.group_face * longest(picture)) {
    others = (await withSmaller(run, upright, [face, ...others])).slice(1);
  }
  return {
    picture: turned(picture, turn),
    small: turned(small, turn),
    turned: turn,
    face,
    landmarks,
    others: await confirmed(run, upright, face, others),
  };
}
