// A part of a picture at another size: Keys' cubic convolution (IEEE Trans. ASSP 29, 1981) with
// a = -1/2, widened by the scale where the picture gets smaller, so that nothing is left out.
//
// A canvas scales differently in each browser; these are the same sums everywhere.

/** Opaque RGBA pixels, row by row. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}

/** A part of a picture, in its pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const REACH = 2;

function cubic(distance: number): number {
  const x = Math.abs(distance);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  if (x < 2) return ((-0.5 * x + 2.5) * x - 4) * x + 2;
  return 0;
}

/** For each of `count` outputs: where its inputs begin, and their weights, which sum to one. */
function weightsOf(begin: number, length: number, count: number, limit: number) {
  const scale = length / count;
  const stretch = Math.max(1, scale);
  return Array.from({ length: count }, (_, index) => {
    const centre = begin + (index + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - REACH * stretch + 0.5));
    const last = Math.min(limit, Math.floor(centre + REACH * stretch + 0.5));
    const weights = Array.from({ length: Math.max(1, last - first) }, (__, at) =>
      cubic((first + at + 0.5 - centre) / stretch),
    );
    const sum = weights.reduce((total, each) => total + each, 0);
    return { first: Math.min(first, limit - 1), weights: weights.map((each) => each / sum) };
  });
}

/** The part of a picture within `box`, `width` by `height` pixels large. */
export function resample(source: Pixels, box: Box, width: number, height: number): Pixels {
  const across = weightsOf(box.left, box.width, width, source.width);
  const down = weightsOf(box.top, box.height, height, source.height);
  const top = down[0]?.first ?? 0;
  const last = down.at(-1);
  const rows = (last ? last.first + last.weights.length : 0) - top;
  // The rows first get their new width; what lies between stays unrounded.
  const between = new Float32Array(3 * width * rows);
  for (let row = 0; row < rows; row += 1) {
    const line = 4 * (top + row) * source.width;
    across.forEach(({ first, weights }, x) => {
      const [red, green, blue] = sums(source.data, line + 4 * first, 4, weights);
      between.set([red, green, blue], 3 * (row * width + x));
    });
  }
  const data = new Uint8ClampedArray(4 * width * height).fill(255);
  down.forEach(({ first, weights }, y) => {
    for (let x = 0; x < width; x += 1) {
      const begin = 3 * ((first - top) * width + x);
      const [red, green, blue] = sums(between, begin, 3 * width, weights);
      const at = 4 * (y * width + x);
      data[at] = red;
      data[at + 1] = green;
      data[at + 2] = blue;
    }
  });
  return { width, height, data };
}

function sums(
  values: ArrayLike<number>,
  begin: number,
  step: number,
  weights: readonly number[],
): [number, number, number] {
  let [red, green, blue, at] = [0, 0, 0, begin];
  for (const weight of weights) {
    red += weight * (values[at] ?? 0);
    green += weight * (values[at + 1] ?? 0);
    blue += weight * (values[at + 2] ?? 0);
    at += step;
  }
  return [red, green, blue];
}
