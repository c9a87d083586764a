// The strongest regular pattern of a face, over its neighbourhood: screens and prints are made
// of dots, and photographs of them keep the dots or their moiré as lone peaks of the spectrum.

import { type Measure, logistic, meanOf, scored } from "./ofiq.js";
import type { Plane } from "./picture.js";

/** The magnitudes of the discrete Fourier transform of a real square, whole. */
function magnitudes(real: Float64Array, side: number): Float64Array {
  const cos = Float64Array.from({ length: side }, (_, k) => Math.cos((2 * Math.PI * k) / side));
  const sin = Float64Array.from({ length: side }, (_, k) => Math.sin((2 * Math.PI * k) / side));
  // Of real values, half of the frequencies along rows say all.
  const half = Math.floor(side / 2) + 1;
  const re = new Float64Array(side * half);
  const im = new Float64Array(side * half);
  for (let row = 0; row < side; row += 1) {
    for (let u = 0; u < half; u += 1) {
      let a = 0;
      let b = 0;
      let phase = 0;
      for (let x = 0; x < side; x += 1) {
        const value = real[row * side + x] ?? 0;
        a += value * (cos[phase] ?? 0);
        b -= value * (sin[phase] ?? 0);
        phase += u;
        if (phase >= side) phase -= side;
      }
      re[row * half + u] = a;
      im[row * half + u] = b;
    }
  }
  const result = new Float64Array(side * side);
  const [columnRe, columnIm] = [new Float64Array(side), new Float64Array(side)];
  for (let u = 0; u < half; u += 1) {
    for (let row = 0; row < side; row += 1) {
      columnRe[row] = re[row * half + u] ?? 0;
      columnIm[row] = im[row * half + u] ?? 0;
    }
    for (let v = 0; v < side; v += 1) {
      let a = 0;
      let b = 0;
      let phase = 0;
      // A million turns: nothing is made anew in one.
      for (let row = 0; row < side; row += 1) {
        const c = cos[phase] ?? 0;
        const s = sin[phase] ?? 0;
        const p = columnRe[row] ?? 0;
        const q = columnIm[row] ?? 0;
        a += p * c + q * s;
        b += q * c - p * s;
        phase += v;
        if (phase >= side) phase -= side;
      }
      const size = Math.hypot(a, b);
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
      const value = (at: number): number => from[begin + ((at + side) % side) * step] ?? 0;
      let sum = 0;
      for (let at = -reach; at <= reach; at += 1) sum += value(at);
      for (let at = 0; at < side; at += 1) {
        sums[begin + at * step] = sum;
        sum += value(at + reach + 1) - value(at - reach);
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
