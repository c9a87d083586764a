// A part of a picture at another size, as Pillow's `Image.resize` gives it, to the bit: a filter
// that is widened where the picture gets smaller, first along rows, then along columns, in
// whole numbers with 22 bits behind the point.

import { type Edges, type Picture, reduce, wholeOf } from "./picture.js";

interface Filter {
  /** How far it reaches, pixels of the smaller of both sizes. */
  readonly support: number;
  readonly weight: (distance: number) => number;
}

export const BOX: Filter = {
  support: 0.5,
  weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0),
};
export const BILINEAR: Filter = {
  support: 1,
  weight: (x) => Math.max(0, 1 - Math.abs(x)),
};
/** Keys' cubic convolution (IEEE Trans. ASSP 29, 1981) with a = -1/2. */
export const BICUBIC: Filter = {
  support: 2,
  weight(x) {
    const d = Math.abs(x);
    if (d < 1) return (1.5 * d - 2.5) * d * d + 1;
    return d < 2 ? ((-0.5 * d + 2.5) * d - 4) * d + 2 : 0;
  },
};

const ONE = 1 << 22;
const HALF = 1 << 21;

/** For each output: where its inputs begin, how many there are, and their weights. */
interface Weights {
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** `most` for each output. */
  readonly each: Int32Array;
  readonly most: number;
}

function weightsOf(filter: Filter, begin: number, end: number, outputs: number, inputs: number) {
  const scale = Math.fround(end - begin) / outputs;
  const stretch = Math.max(1, scale);
  const support = filter.support * stretch;
  const most = Math.ceil(support) * 2 + 1;
  const [first, count] = [new Int32Array(outputs), new Int32Array(outputs)];
  const each = new Int32Array(outputs * most);
  for (let output = 0; output < outputs; output += 1) {
    const centre = begin + (output + 0.5) * scale;
    const low = Math.max(0, Math.trunc(centre - support + 0.5));
    const high = Math.min(inputs, Math.trunc(centre + support + 0.5));
    const raw = Array.from({ length: high - low }, (_, at) =>
      filter.weight((low + at - centre + 0.5) / stretch),
    );
    const sum = raw.reduce((total, weight) => total + weight, 0) || 1;
    first[output] = low;
    count[output] = high - low;
    raw.forEach((weight, at) => {
      const fixed = (weight / sum) * ONE;
      each[output * most + at] = Math.trunc(fixed < 0 ? fixed - 0.5 : fixed + 0.5);
    });
  }
  return { first, count, each, most };
}

const clipped = (sum: number): number => Math.min(255, Math.max(0, sum >> 22));

/** Rows of a picture, from `top` on, with their new width. Sums stay within 32 bits. */
function alongRows(picture: Picture, weights: Weights, top: number, rows: number): Picture {
  const { data: from } = picture;
  const { first, count, each, most } = weights;
  const width = first.length;
  const data = new Uint8Array(3 * width * rows);
  for (let row = 0, to = 0; row < rows; row += 1) {
    const line = 3 * (top + row) * picture.width;
    for (let x = 0; x < width; x += 1, to += 3) {
      let at = line + 3 * (first[x] ?? 0);
      let by = x * most;
      const last = by + (count[x] ?? 0);
      let red = HALF;
      let green = HALF;
      let blue = HALF;
      for (; by < last; by += 1, at += 3) {
        const weight = each[by] ?? 0;
        red = (red + Math.imul(weight, from[at] ?? 0)) | 0;
        green = (green + Math.imul(weight, from[at + 1] ?? 0)) | 0;
        blue = (blue + Math.imul(weight, from[at + 2] ?? 0)) | 0;
      }
      data[to] = clipped(red);
      data[to + 1] = clipped(green);
      data[to + 2] = clipped(blue);
    }
  }
  return { width, height: rows, data };
}

function alongColumns({ width, data: from }: Picture, weights: Weights, top: number): Picture {
  const { first, count, each, most } = weights;
  const height = first.length;
  const line = 3 * width;
  const data = new Uint8Array(line * height);
  for (let y = 0, to = 0; y < height; y += 1) {
    const begin = ((first[y] ?? 0) - top) * line;
    const start = y * most;
    const last = start + (count[y] ?? 0);
    for (let x = 0; x < line; x += 1, to += 1) {
      let sum = HALF;
      for (let by = start, at = begin + x; by < last; by += 1, at += line) {
        sum = (sum + Math.imul(each[by] ?? 0, from[at] ?? 0)) | 0;
      }
      data[to] = clipped(sum);
    }
  }
  return { width, height, data };
}

/** The part within `box`, `width` × `height` pixels large; nothing is taken in advance. */
function resampled(
  picture: Picture,
  [width, height]: readonly [number, number],
  filter: Filter,
  box: Edges,
): Picture {
  // Pillow keeps a part's edges in 32 bits.
  const [left = 0, top = 0, right = 0, bottom = 0] = box.map(Math.fround);
  const down = weightsOf(filter, top, bottom, height, picture.height);
  const first = down.first[0] ?? 0;
  const last = (down.first[height - 1] ?? 0) + (down.count[height - 1] ?? 0);
  const straight = width === picture.width && left === 0 && right === picture.width;
  const rows = straight
    ? { ...picture, data: picture.data.subarray(3 * first * width) }
    : alongRows(picture, weightsOf(filter, left, right, width, picture.width), first, last - first);
  if (height === picture.height && top === 0 && bottom === picture.height) return rows;
  return alongColumns(rows, down, first);
}

/**
 * The part of a picture within `box`, `width` × `height` pixels large.
 *
 * Where the picture becomes more than `gap` times smaller, the means of whole pixels are taken
 * first, which costs a fraction and is hardly seen.
 */
export function resize(
  picture: Picture,
  size: readonly [number, number],
  filter: Filter,
  box: Edges = wholeOf(picture),
  gap = Infinity,
): Picture {
  const [left, top, right, bottom] = box;
  const scale = [(right - left) / size[0], (bottom - top) / size[1]] as const;
  const times = [Math.trunc(scale[0] / gap) || 1, Math.trunc(scale[1] / gap) || 1] as const;
  if (times[0] === 1 && times[1] === 1) return resampled(picture, size, filter, box);
  const reach = filter.support - 0.5;
  const safe: Edges = [
    Math.max(0, Math.trunc(left - reach * scale[0])),
    Math.max(0, Math.trunc(top - reach * scale[1])),
    Math.min(picture.width, Math.ceil(right + reach * scale[0])),
    Math.min(picture.height, Math.ceil(bottom + reach * scale[1])),
  ];
  return resampled(reduce(picture, times, safe), size, filter, [
    (left - safe[0]) / times[0],
    (top - safe[1]) / times[1],
    (right - safe[0]) / times[0],
    (bottom - safe[1]) / times[1],
  ]);
}
