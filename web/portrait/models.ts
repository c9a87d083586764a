// The five models that the checks ask, as a port: what runs them is given from outside.

export const MODELS = ["short", "full", "mesh", "iris", "person"] as const;
export type ModelName = (typeof MODELS)[number];

/** All outputs of a model for one input, in the order of its file. */
export type Run = (model: ModelName, input: Float32Array) => Promise<readonly Float32Array[]>;

/** Sides of their square inputs, pixels. */
export const SIDES = { short: 128, full: 192, mesh: 192, iris: 64, person: 256 } as const;

/** Pixels as most of the models take them: 0 to 1. */
export function inputOf(pixels: Uint8Array): Float32Array {
  const input = new Float32Array(pixels.length);
  for (let at = 0; at < pixels.length; at += 1) input[at] = (pixels[at] ?? 0) / 255;
  return input;
}

export const sigmoid = (logit: number): number =>
  1 / (1 + Math.exp(-Math.min(50, Math.max(-50, logit))));
