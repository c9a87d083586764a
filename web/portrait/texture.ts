// Measures of our own of what a picture's surface shows: detail, backgrounds, blocks, grain.
// Those of habeas.portrait.texture, where each has its reasons.

import { type Measure, logistic, meanOf, scored, varianceOf } from "./ofiq.js";
import type { Plane } from "./picture.js";

type Grey = Plane<Float32Array>;
/** 1 where something is, else 0. */
export type Mask = Plane<Uint8Array>;

const at = ({ width, data }: Plane, x: number, y: number): number => data[y * width + x] ?? 0;

/** Fine detail of the face over its coarse shapes, along the blurriest direction. */
export function detail(grey: Grey, hull: Mask): Measure {
  const within = coarse(hull).length ? hull : { ...hull, data: hull.data.map(() => 1) };
  const [part, inside] = around(grey, within);
  const half = halved(part);
  const eighth = halved(halved(half));
  const fine = Math.sqrt(leastDetail(part, inside) * leastDetail(half, everySecond(inside)));
  const bends = coarse(inside).map(([x, y]) => laplacian(eighth, x, y));
  const x = fine / (varianceOf(bends) + 1);
  return scored(x, 100 * logistic(Math.log10(x + 1e-9), -1.99, 0.08));
}

/** Places within a hull, on the grid of every eighth pixel: of the plane at an eighth. */
function coarse(hull: Mask): [number, number][] {
  const places: [number, number][] = [];
  for (let y = 8; y < hull.height - 8; y += 8) {
    for (let x = 8; x < hull.width - 8; x += 8) if (at(hull, x, y)) places.push([x / 8, y / 8]);
  }
  return places;
}

/** Both, without what lies outside of the hull and its nearest neighbours. */
function around(grey: Grey, hull: Mask): [Grey, Mask] {
  let [first, last, upper, lower] = [hull.width, 0, hull.height, 0];
  for (let y = 0; y < hull.height; y += 1) {
    for (let x = 0; x < hull.width; x += 1) {
      if (!at(hull, x, y)) continue;
      if (x < first) first = x;
      if (x > last) last = x;
      if (y < upper) upper = y;
      lower = y;
    }
  }
  // On the grid of 16 × 16 pixels, so that halving three times changes nothing.
  const span = (begin: number, end: number, length: number): [number, number] => [
    Math.max(0, Math.floor(begin / 16) * 16 - 16),
    Math.min(length, Math.ceil((end + 1) / 16) * 16 + 16),
  ];
  const [left, right] = span(first, last, hull.width);
  const [top, bottom] = span(upper, lower, hull.height);
  const [width, height] = [right - left, bottom - top];
  const cut = <Values extends Float32Array | Uint8Array>(plane: Plane, into: Values) => {
    for (let y = 0, to = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1, to += 1) into[to] = at(plane, left + x, top + y);
    }
    return { width, height, data: into };
  };
  return [cut(grey, new Float32Array(width * height)), cut(hull, new Uint8Array(width * height))];
}

function halved({ width: from, height: rows, data: values }: Grey): Grey {
  const [width, height] = [from >> 1, rows >> 1];
  const data = new Float32Array(width * height);
  for (let y = 0, to = 0; y < height; y += 1) {
    for (let x = 0, i = 2 * y * from; x < width; x += 1, i += 2, to += 1) {
      const upper = (values[i] ?? 0) + (values[i + 1] ?? 0);
      data[to] = (upper + (values[i + from] ?? 0) + (values[i + from + 1] ?? 0)) / 4;
    }
  }
  return { width, height, data };
}

function everySecond(mask: Mask): Mask {
  const [width, height] = [mask.width >> 1, mask.height >> 1];
  const data = Uint8Array.from({ length: width * height }, (_, place) =>
    at(mask, 2 * (place % width), 2 * Math.floor(place / width)),
  );
  return { width, height, data };
}

const laplacian = (grey: Grey, x: number, y: number): number =>
  at(grey, x, y - 1) +
  at(grey, x, y + 1) +
  at(grey, x - 1, y) +
  at(grey, x + 1, y) -
  4 * at(grey, x, y);

/** Directions: where both neighbours are, and their distance, squared. */
const DIRECTIONS = [
  [0, 1, 1],
  [1, 0, 1],
  [1, 1, 2],
  [-1, 1, 2],
] as const;

/** The variance of second differences within a hull, along the direction with least. */
function leastDetail({ width, height, data }: Grey, hull: Mask): number {
  const variances = DIRECTIONS.map(([dx, dy, square]) => {
    const off = dy * width + dx;
    let sum = 0;
    let squares = 0;
    let count = 0;
    for (let y = 1; y < height - 1; y += 1) {
      for (let i = y * width + 1; i < (y + 1) * width - 1; i += 1) {
        if (!hull.data[i]) continue;
        const bent = (data[i - off] ?? 0) + (data[i + off] ?? 0) - 2 * (data[i] ?? 0);
        sum += bent;
        squares += bent * bent;
        count += 1;
      }
    }
    return (squares / count - (sum / count) ** 2) / square ** 2;
  });
  return Math.min(...variances);
}

/** Mean steepness outside of the person, levels a pixel: 100 (1 − σ(x; 9.2, 1)). */
export function plainBackground(grey: Plane, background: Mask): Measure {
  let [sum, count] = [0, 0];
  for (let y = 1; y < grey.height - 1; y += 1) {
    for (let x = 1; x < grey.width - 1; x += 1) {
      if (!at(background, x, y)) continue;
      const across = (row: number): number => at(grey, x + 1, row) - at(grey, x - 1, row);
      const down = (column: number): number => at(grey, column, y + 1) - at(grey, column, y - 1);
      // Scharr's gradient, as in OFIQ's background uniformity.
      const gx = 3 * (across(y - 1) + across(y + 1)) + 10 * across(y);
      const gy = 3 * (down(x - 1) + down(x + 1)) + 10 * down(x);
      sum += Math.hypot(gx, gy);
      count += 1;
    }
  }
  if (count === 0) return scored(0, 100);
  const share = count / ((grey.width - 2) * (grey.height - 2));
  const x = (sum / count / 32) * Math.min(1, Math.sqrt(share / 0.25));
  return scored(x, 100 * (1 - logistic(x, 9.2, 1)));
}

/** Part of the picture as its file stores it, which begins at the edge of a block. */
export interface Grid {
  /** None where the picture was decoded too small to tell. */
  readonly grey: Plane | undefined;
  /** Side of a block there, pixels. */
  readonly block: number;
  /** Estimated IJG quality of the file's tables. */
  readonly quality: number | undefined;
}

/** Steps at the edges of blocks over steps elsewhere, and the file's own tables. */
export function blockiness({ grey, block, quality }: Grid): Measure {
  let x = 1;
  if (grey && block >= 4 && Math.min(grey.width, grey.height) > 2 * block) {
    x = Math.max(steps(grey, block, true), steps(grey, block, false));
  }
  const score = 100 * (1 - logistic(x, 2.1, 0.12));
  const coarse = quality === undefined ? Infinity : 100 * logistic(quality, 22, 4);
  return scored(x, Math.min(score, coarse));
}

function steps({ width, height, data }: Plane, block: number, across: boolean): number {
  const [length, lines] = across ? [width, height] : [height, width];
  const [next, aside] = across ? [1, width] : [width, 1];
  const [edges, others]: [number[], number[]] = [[], []];
  for (let along = 0; along < length - 1; along += 1) {
    let sum = 0;
    for (let line = 0, i = along * next; line < lines; line += 1, i += aside) {
      sum += Math.abs((data[i + next] ?? 0) - (data[i] ?? 0));
    }
    (along % block === block - 1 ? edges : others).push(sum / lines);
  }
  // Half a grey level, so that an even picture has no blocks.
  return (meanOf(edges) + 0.5) / (meanOf(others) + 0.5);
}

/** Share of the face without any grain: 100 (1 − σ(x; 0.6, 0.04)). */
export function drawing({ width, height, data }: Plane): Measure {
  let [flat, count] = [0, 0];
  for (let y = 1; y < height - 1; y += 1) {
    for (let i = y * width + 1; i < (y + 1) * width - 1; i += 1) {
      const value = data[i] ?? 0;
      // What is burnt out, or black, is flat in photographs too.
      if (value <= 8 || value >= 247) continue;
      count += 1;
      if (value === data[i + 1] && value === data[i + width]) flat += 1;
    }
  }
  const x = count ? flat / count : 0;
  return scored(x, 100 * (1 - logistic(x, 0.6, 0.04)));
}
