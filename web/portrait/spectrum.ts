// The strongest regular pattern of a face, over its neighbourhood: screens and prints are made
// of dots, and photographs of them keep the dots or their moiré as lone peaks of the spectrum.

import { type Measure, logistic, meanOf, scored } from "./ofiq.js";
import type { Plane } from "./picture.js";

/** cos and sin of each of `side` parts of a turn. */
const turns = (side: number): readonly [Float64Array, Float64Array] => [
  Float64Array.from({ length: side }, (_, k) => Math.cos((2 * Math.PI * k) / side)),
  Float64Array.from({ length: side }, (_, k) => Math.sin((2 * Math.PI * k) / side)),
];

type Complex = readonly [Float64Array, Float64Array];
/** Transforms in place: the discrete Fourier transform of one line. */
type Transform = (line: Complex) => void;

/** By Cooley and Tukey (1965), where the length is a power of two. */
function fast(side: number): Transform {
  const [cos, sin] = turns(side);
  return ([re, im]) => {
    for (let at = 1, mirrored = 0; at < side; at += 1) {
      let bit = side >> 1;
      for (; mirrored & bit; bit >>= 1) mirrored ^= bit;
      mirrored ^= bit;
      if (at >= mirrored) continue;
      const a = re[at] ?? 0;
      const b = im[at] ?? 0;
      re[at] = re[mirrored] ?? 0;
      im[at] = im[mirrored] ?? 0;
      re[mirrored] = a;
      im[mirrored] = b;
    }
    for (let half = 1, turn = side >> 1; half < side; half *= 2, turn >>= 1) {
      for (let begin = 0; begin < side; begin += 2 * half) {
        for (let at = begin, phase = 0; at < begin + half; at += 1, phase += turn) {
          const c = cos[phase] ?? 0;
          const s = sin[phase] ?? 0;
          const p = re[at + half] ?? 0;
          const q = im[at + half] ?? 0;
          const x = p * c + q * s;
          const y = q * c - p * s;
          re[at + half] = (re[at] ?? 0) - x;
          im[at + half] = (im[at] ?? 0) - y;
          re[at] = (re[at] ?? 0) + x;
          im[at] = (im[at] ?? 0) + y;
        }
      }
    }
  };
}

/** By its definition, for any length. */
function plain(side: number): Transform {
  const [cos, sin] = turns(side);
  const [real, imaginary] = [new Float64Array(side), new Float64Array(side)];
  return ([re, im]) => {
    for (let u = 0; u < side; u += 1) {
      let a = 0;
      let b = 0;
      let phase = 0;
      for (let at = 0; at < side; at += 1) {
        const c = cos[phase] ?? 0;
        const s = sin[phase] ?? 0;
        const p = re[at] ?? 0;
        const q = im[at] ?? 0;
        a += p * c + q * s;
        b += q * c - p * s;
        phase += u;
        if (phase >= side) phase -= side;
      }
      real[u] = a;
      imaginary[u] = b;
    }
    re.set(real);
    im.set(imaginary);
  };
}

/** The magnitudes of the discrete Fourier transform of a real square, whole. */
export function magnitudes(real: Float64Array, side: number): Float64Array {
  const transform = (side & (side - 1)) === 0 ? fast(side) : plain(side);
  // Of real values, half of the frequencies along rows say all.
  const half = Math.floor(side / 2) + 1;
  const re = new Float64Array(side * half);
  const im = new Float64Array(side * half);
  const line: Complex = [new Float64Array(side), new Float64Array(side)];
  for (let row = 0; row < side; row += 1) {
    line[0].set(real.subarray(row * side, (row + 1) * side));
    line[1].fill(0);
    transform(line);
    re.set(line[0].subarray(0, half), row * half);
    im.set(line[1].subarray(0, half), row * half);
  }
  const result = new Float64Array(side * side);
  for (let u = 0; u < half; u += 1) {
    for (let row = 0; row < side; row += 1) {
      line[0][row] = re[row * half + u] ?? 0;
      line[1][row] = im[row * half + u] ?? 0;
    }
    transform(line);
    for (let v = 0; v < side; v += 1) {
      const size = Math.hypot(line[0][v] ?? 0, line[1][v] ?? 0);
      result[v * side + u] = size;
      // The other half mirrors this one.
      result[((side - v) % side) * side + ((side - u) % side)] = size;
    }
  }
  return result;
}

/** Sums of squares around each value, which wrap around the edges. */
function boxSums(values: Float64Array, side: number, box: number): Float64Array {
  const reach = box >> 1;
  const along = (from: Float64Array, step: number, line: number): Float64Array => {
    const sums = new Float64Array(from.length);
    for (let row = 0; row < side; row += 1) {
      const begin = row * line;
      let sum = 0;
      for (let at = -reach; at <= reach; at += 1) {
        sum += from[begin + ((at + side) % side) * step] ?? 0;
      }
      // What comes next on the one side, and goes on the other.
      let [next, last] = [(reach + 1) % side, (side - reach) % side];
      for (let at = 0; at < side; at += 1) {
        sums[begin + at * step] = sum;
        sum += (from[begin + next * step] ?? 0) - (from[begin + last * step] ?? 0);
        next = next + 1 < side ? next + 1 : 0;
        last = last + 1 < side ? last + 1 : 0;
      }
    }
    return sums;
  };
  return along(along(values, 1, side), side, 1);
}

/** The frequency of a place in a spectrum, in cycles for one pixel. */
const frequency = (at: number, side: number): number =>
  (at < Math.ceil(side / 2) ? at : at - side) / side;

/** The strongest peak of a square part of a face over what is around it: 100 (1 − σ(x; 8.5, 0.6)). */
export function screen(grey: Plane): Measure {
  const side = Math.min(grey.width, grey.height);
  const part = new Float64Array(side * side);
  for (let at = 0; at < part.length; at += 1) {
    part[at] = grey.data[Math.floor(at / side) * grey.width + (at % side)] ?? 0;
  }
  const mean = meanOf(part);
  const hann = Float64Array.from(
    { length: side },
    (_, at) => 0.5 - 0.5 * Math.cos((2 * Math.PI * at) / (side - 1)),
  );
  const windowed = part.map(
    (value, at) => (value - mean) * (hann[Math.floor(at / side)] ?? 0) * (hann[at % side] ?? 0),
  );
  const spectrum = magnitudes(windowed, side);
  // The mean of 15 × 15 frequencies around, without the 5 × 5 that a peak may take.
  const [wide, narrow] = [boxSums(spectrum, side, 15), boxSums(spectrum, side, 5)];
  let peak = 0;
  for (let row = 0; row < side; row += 1) {
    const y = frequency(row, side);
    // The other half of the spectrum says the same.
    if (y <= 4 / side) continue;
    for (let column = 0; column < side; column += 1) {
      const x = frequency(column, side);
      const radius = Math.hypot(x, y);
      if (radius <= 0.1 || radius >= 0.5 || Math.abs(x) <= 4 / side) continue;
      const at = row * side + column;
      const around = ((wide[at] ?? 0) - (narrow[at] ?? 0)) / (15 ** 2 - 5 ** 2);
      peak = Math.max(peak, (spectrum[at] ?? 0) / (around + 1));
    }
  }
  return scored(peak, 100 * (1 - logistic(peak, 8.5, 0.6)));
}
