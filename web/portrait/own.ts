// Measures of our own, where the standard's are unfair, unclear, or say nothing: those of
// habeas.portrait.own, where each has its reasons. None rests on how bright skin is: under one
// light, skins differ by more than good and bad light do.

import { LINEAR, type Measure, logistic, medianOf, scored } from "./ofiq.js";

/** How large the product's frame can be beside its full size, 1: 50 at 0.8, 100 at 1. */
export function fit(x: number): Measure {
  const least = 0.8;
  return scored(x, x >= least ? 50 + (50 * (x - least)) / (1 - least) : (50 * x) / least);
}

/** How far the head is inside of the picture, T; below 0 part of it is outside: 50 + 500 x. */
export const headInside = (x: number): Measure => scored(x, 50 + 500 * x);

/** The light that falls on the face, as a share of white: 100 σ(log2 x; log2 0.095, 0.25). */
export function faceLight(eyeWhite: number, highlights: number): Measure {
  const x = Math.max(eyeWhite, highlights / 1.4);
  return scored(x, 100 * logistic(Math.log2(x + 1e-4), Math.log2(0.095), 0.25));
}

/** How much brighter the picture is than the face, stops: 100 (1 − σ(x; 2, 0.25)). */
export function backlight(highlights: number, picture: number): Measure {
  const x = Math.log2((picture + 1e-3) / (highlights + 1e-3));
  return scored(x, 100 * (1 - logistic(x, 2, 0.25)));
}

/** The light on a small part of a face. */
export interface Part {
  /** Median luminance, 0 to 255. */
  readonly light: number;
  /** Its standard deviation over its mean. */
  readonly uneven: number;
}

/** Whether it can be skin: hair, lashes and frames vary by half of their light. */
const isSmooth = ({ uneven }: Part): boolean => uneven < 0.45;

/** The light on one side of the face over the other's: 100 σ(x; 0.255, 0.05). */
export function lightBalance(left: readonly Part[], right: readonly Part[]): Measure {
  const ratios = left.flatMap((one, at) => {
    const other = right[at];
    return other && isSmooth(one) && isSmooth(other)
      ? [Math.log((one.light + 1) / (other.light + 1))]
      : [];
  });
  const x = ratios.length ? Math.exp(-Math.abs(medianOf(ratios))) : 1;
  return scored(x, 100 * logistic(x, 0.255, 0.05));
}

/** The darkest part of the face over the brightest: 100 σ(x; 0.2, 0.04). */
export function shade(parts: readonly Part[]): Measure {
  const brightest = Math.max(...parts.map(({ light }) => light)) + 1;
  const shares = parts.filter(isSmooth).map(({ light }) => (light + 1) / brightest);
  const x = Math.min(1, ...shares.filter((share) => share > 0.033));
  return scored(x, 100 * logistic(x, 0.2, 0.04));
}

/**
 * Mean lid gap over the eye's width, and 0.4 times how dark the eye's middle is:
 * 100 σ(x; 0.51, 0.02). Behind black glasses nothing is said of eyes.
 */
export function eyeOpenness(
  gaps: readonly number[],
  contrasts: readonly number[],
  around: number,
): Measure {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const x = mean(gaps) + 0.4 * mean(contrasts);
  return scored(x, around >= 0.05 ? 100 * logistic(x, 0.51, 0.02) : 100);
}

/** Width of the mouth over the distance of the pupils: 100 (1 − σ(x; 0.95, 0.03)). */
export const smile = (x: number): Measure => scored(x, 100 * (1 - logistic(x, 0.95, 0.03)));

/** How much the face's colours differ at one brightness, levels: 100 σ(x; 1.6, 0.15). */
export function hues(luma: Uint8Array, ...chroma: readonly Uint8Array[]): Measure {
  const squares = chroma.map((band) => {
    const [sums, counts] = [new Float64Array(16), new Float64Array(16)];
    luma.forEach((value, at) => {
      sums[value >> 4] = (sums[value >> 4] ?? 0) + (band[at] ?? 0);
      counts[value >> 4] = (counts[value >> 4] ?? 0) + 1;
    });
    const means = sums.map((sum, step) => sum / Math.max(1, counts[step] ?? 0));
    const off = band.reduce(
      (sum, value, at) => sum + (value - (means[(luma[at] ?? 0) >> 4] ?? 0)) ** 2,
      0,
    );
    return off / band.length;
  });
  const x = Math.sqrt(squares.reduce((sum, each) => sum + each, 0) / squares.length);
  return scored(x, 100 * logistic(x, 1.6, 0.15));
}

/** Mean distance of the face's colours from grey, levels: 100 σ(x; 4, 0.5). */
export function tint(blueness: Uint8Array, redness: Uint8Array): Measure {
  const x =
    blueness.reduce(
      (sum, value, at) => sum + Math.hypot(value - 128, (redness[at] ?? 0) - 128),
      0,
    ) / blueness.length;
  return scored(x, 100 * logistic(x, 4, 0.5));
}

/** How far the second most natural part of the face is from skin, in CIELAB. */
export function skinColour(patches: readonly Uint8Array[]): Measure {
  const off = patches.map((patch) => {
    const [, a, b] = lab(patch);
    return Math.hypot(Math.max(3 - a, 0, a - 38), Math.max(2 - b, 0, b - 40));
  });
  const x = off.sort((a, b) => a - b)[1] ?? 0;
  return scored(x, 200 * (1 - logistic(x, 0, 10)));
}

/** Mean L*, a*, b* (CIE 15, D65) of sRGB pixels. */
function lab(rgb: Uint8Array): [number, number, number] {
  let [r, g, b] = [0, 0, 0];
  for (let at = 0; at < rgb.length; at += 3) {
    r += LINEAR[rgb[at] ?? 0] ?? 0;
    g += LINEAR[rgb[at + 1] ?? 0] ?? 0;
    b += LINEAR[rgb[at + 2] ?? 0] ?? 0;
  }
  const count = rgb.length / 3;
  const f = (c: number): number => (c > 0.008856 ? Math.cbrt(c) : 7.787 * c + 16 / 116);
  const fx = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / count / 0.9505);
  const fy = f((0.2126 * r + 0.7152 * g + 0.0722 * b) / count);
  const fz = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / count / 1.089);
  return [116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)];
}
