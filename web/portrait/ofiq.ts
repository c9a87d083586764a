// Measures of ISO/IEC 29794-5:2025, with the formulas of BSI's OFIQ 1.0.3 and its names: those
// of habeas.portrait.ofiq. Each is a pure function that gives the native value and a score.
// σ is the logistic function; T the distance from eye midpoint to chin; IED that of the eye
// centres; Y the linear-light Rec. 709 luminance, 0 to 255.

/** A native value and its score, 0 (worst) to 100. */
export interface Measure {
  readonly native: number;
  readonly score: number;
}

/** 1 / (1 + exp((x0 − x) / w)). */
export const logistic = (x: number, x0: number, width: number): number =>
  1 / (1 + Math.exp(Math.min(60, Math.max(-60, (x0 - x) / width))));

/** A measure, rounded and within its scale. */
export const scored = (native: number, score: number): Measure => ({
  native,
  score: Math.min(100, Math.max(0, Math.round(score))),
});

const cos = (degrees: number): number => Math.cos((degrees * Math.PI) / 180);

/** Area of the second face over that of the first: 100 (1 − x). */
export function singleFace(largest: number, second: number): Measure {
  const x = largest ? second / largest : 0;
  return scored(x, 100 * (1 - x));
}

/** Distance of the eyes over cos(yaw), pixels of the original: 100 σ(x; 70, 20). */
export function interEyeDistance(pixels: number, yaw: number): Measure {
  const x = pixels / Math.max(0.2, cos(yaw));
  return scored(x, 100 * logistic(x, 70, 20));
}

/** T over the picture's height; its distance d from 0.45 scores 200 (1 − σ(d; 0, 0.05)). */
export function headSize(t: number, height: number): Measure {
  const x = t / height;
  return scored(x, 200 * (1 - logistic(Math.abs(x - 0.45), 0, 0.05)));
}

/** Distance of the outer eye from the picture's edge over IED: 100 σ(x; 0.9, 0.1). */
export function cropMargin(eyeToEdge: number, eyeDistance: number): Measure {
  const x = eyeToEdge / eyeDistance;
  return scored(x, 100 * logistic(x, 0.9, 0.1));
}

/** Eye midpoint to the upper edge over T: 100 σ(x; 1.4, 0.1). */
export const marginAbove = (eyesToTop: number, t: number): Measure =>
  scored(eyesToTop / t, 100 * logistic(eyesToTop / t, 1.4, 0.1));

/** Eye midpoint to the lower edge over T: 100 σ(x; 1.8, 0.1). */
export const marginBelow = (eyesToBottom: number, t: number): Measure =>
  scored(eyesToBottom / t, 100 * logistic(eyesToBottom / t, 1.8, 0.1));

/** A pose angle, degrees: 100 max(0, cos x)². */
export const angle = (degrees: number): Measure =>
  scored(degrees, 100 * Math.max(0, cos(degrees)) ** 2);

/** The smaller eye's largest lid gap over T: 100 σ(x; 0.02, 0.01). */
export const eyesOpen = (smallerGap: number, t: number): Measure =>
  scored(smallerGap / t, 100 * logistic(smallerGap / t, 0.02, 0.01));

/** Largest gap of the inner lips over T: 100 (1 − σ(x; 0.2, 0.06)). */
export const mouthClosed = (gap: number, t: number): Measure =>
  scored(gap / t, 100 * (1 - logistic(gap / t, 0.2, 0.06)));

type Values = Iterable<number> & ArrayLike<number>;

export function meanOf(values: Values): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** The variance of values. */
export function varianceOf(values: Values): number {
  const mean = meanOf(values);
  let sum = 0;
  for (const value of values) sum += (value - mean) ** 2;
  return sum / values.length;
}

/** Mean of Y / 255: 100 σ(x; .2, .05) (1 − σ(x; .8, .05)). Reported, never advised on. */
export function luminanceMean(y: Float32Array): Measure {
  const x = meanOf(y) / 255;
  return scored(x, 100 * logistic(x, 0.2, 0.05) * (1 - logistic(x, 0.8, 0.05)));
}

/** Variance of Y / 255 (v): 100 sin(π · 60v / (60v + 1)). Reported, never advised on. */
export function luminanceVariance(y: Float32Array): Measure {
  const v = varianceOf(y) / 255 ** 2;
  return scored(v, 100 * Math.sin((Math.PI * 60 * v) / (60 * v + 1)));
}

function histogram(values: Float32Array, rounding = 0): Float64Array {
  const counts = new Float64Array(256);
  for (const value of values) {
    const at = Math.trunc(Math.min(255, Math.max(0, value + rounding)));
    counts[at] = (counts[at] ?? 0) + 1;
  }
  return counts.map((count) => count / values.length);
}

/** Entropy of the histogram of Y, bits: 12.5 x. */
export function dynamicRange(y: Float32Array): Measure {
  const x = histogram(y).reduce((sum, p) => (p > 0 ? sum - p * Math.log2(p) : sum), 0);
  return scored(x, 12.5 * x);
}

/** Share of Y ≤ 25: 120 (0.832 − σ(x; 0.92, 0.05)). Reported, never advised on. */
export function underExposure(y: Float32Array): Measure {
  const x = y.reduce((sum, value) => sum + (value <= 25 ? 1 : 0), 0) / y.length;
  return scored(x, 120 * (0.832 - logistic(x, 0.92, 0.05)));
}

/** Share of Y ≥ 247: 1 / (x + 0.01). */
export function overExposure(y: Float32Array): Measure {
  const x = y.reduce((sum, value) => sum + (value >= 247 ? 1 : 0), 0) / y.length;
  return scored(x, 1 / (x + 0.01));
}

/** Σ min of the histograms of Y in the two zones of the cheeks: 100 x^0.3. */
export function illuminationUniformity(left: Float32Array, right: Float32Array): Measure {
  const [one, other] = [histogram(left, 0.5), histogram(right, 0.5)];
  const x = one.reduce((sum, share, at) => sum + Math.min(share, other[at] ?? 0), 0);
  return scored(x, 100 * x ** 0.3);
}

const linear = (c: number): number => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
/** The cube root of CIE 15, and its line near black. */
const cubic = (x: number): number =>
  x > 216 / 24389 ? Math.cbrt(x) : ((24389 / 27) * x + 16) / 116;

/** The mean of each band of RGB pixels, 0 to 255. */
function bandMeans(rgb: Uint8Array): [number, number, number] {
  let [red, green, blue] = [0, 0, 0];
  for (let at = 0; at < rgb.length; at += 3) {
    red += rgb[at] ?? 0;
    green += rgb[at + 1] ?? 0;
    blue += rgb[at + 2] ?? 0;
  }
  const count = rgb.length / 3;
  return [red / count, green / count, blue / count];
}

/**
 * How far the zones' mean colour is outside of a* 5–25 and b* 5–35: 200 (1 − σ(x; 0, 10)).
 * x is 100 where a* or b* is negative. The mean is of the coded values, in CIELAB of D50.
 */
export function naturalColour(zones: Uint8Array): Measure {
  const [r = 0, g = 0, b = 0] = bandMeans(zones).map((each) => linear(each / 255));
  const fx = cubic((0.43605 * r + 0.38508 * g + 0.14309 * b) / 0.964221);
  const fy = cubic(0.22249 * r + 0.71689 * g + 0.06062 * b);
  const fz = cubic((0.01393 * r + 0.0971 * g + 0.71419 * b) / 0.825211);
  const [aStar, bStar] = [500 * (fx - fy), 200 * (fy - fz)];
  const off =
    aStar >= 0 && bStar >= 0
      ? Math.hypot(Math.max(5 - aStar, 0, aStar - 25), Math.max(5 - bStar, 0, bStar - 35))
      : 100;
  return scored(off, 200 * (1 - logistic(off, 0, 10)));
}

/** Linear light of each coded value, 0 to 1 (IEC 61966-2-1). */
export const LINEAR = Float32Array.from({ length: 256 }, (_, value) => linear(value / 255));
/** What each coded value of red, green and blue adds to Y (ITU-R BT.709). */
const [Y_RED, Y_GREEN, Y_BLUE] = [0.2126, 0.7152, 0.0722].map((weight) =>
  LINEAR.map((light) => 255 * weight * light),
) as [Float32Array, Float32Array, Float32Array];

/** Linear-light Rec. 709 luminance of sRGB pixels, 0 to 255. */
export function luminance(rgb: Uint8Array): Float32Array {
  const y = new Float32Array(rgb.length / 3);
  for (let to = 0, at = 0; to < y.length; to += 1, at += 3) {
    y[to] =
      (Y_RED[rgb[at] ?? 0] ?? 0) +
      (Y_GREEN[rgb[at + 1] ?? 0] ?? 0) +
      (Y_BLUE[rgb[at + 2] ?? 0] ?? 0);
  }
  return y;
}

/** Puts at its place what is there of the sorted values, and none that is larger before it (Hoare 1961). */
function select(values: Float64Array, place: number): void {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const pivot = values[(low + high) >> 1] ?? 0;
    let [left, right] = [low, high];
    while (left <= right) {
      while ((values[left] ?? 0) < pivot) left += 1;
      while ((values[right] ?? 0) > pivot) right -= 1;
      if (left > right) break;
      const value = values[left] ?? 0;
      values[left] = values[right] ?? 0;
      values[right] = value;
      left += 1;
      right -= 1;
    }
    if (place <= right) high = right;
    else if (place >= left) low = left;
    else return;
  }
}

/** What a share of the values do not exceed, between the two nearest. */
export function quantile(values: ArrayLike<number>, share: number): number {
  const some = new Float64Array(values);
  const at = share * (some.length - 1);
  const low = Math.trunc(at);
  select(some, low);
  const a = some[low] ?? 0;
  // The next one is the least of what stands behind it.
  let b = low + 1 < some.length ? Infinity : a;
  for (let from = low + 1; from < some.length; from += 1) b = Math.min(b, some[from] ?? 0);
  return a + (at - low) * (b - a);
}

export const medianOf = (values: ArrayLike<number>): number => quantile(values, 0.5);
