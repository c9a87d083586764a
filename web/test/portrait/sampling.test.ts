// Scaling, turning and averaging pixels gives what Pillow gives, to the bit.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { type Picture, grey, reduce, reducedOf, rowsOf, turned } from "../../portrait/picture.js";
import { BICUBIC, BILINEAR, BOX, resize } from "../../portrait/resize.js";
import { SAMPLES, transform } from "../../portrait/transform.js";
import { ycbcr } from "../../portrait/ycbcr.js";
import { PURE } from "./vectors.js";

const FILTERS = { box: BOX, bilinear: BILINEAR, bicubic: BICUBIC };

export function pattern(width: number, height: number): Picture {
  const data = Uint8Array.from({ length: 3 * width * height }, (_, at) => {
    const [band, pixel] = [at % 3, Math.floor(at / 3)];
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    return (7 * x + 13 * y + 101 * band + 3 * ((x * y) % 29)) % 256;
  });
  return { width, height, data };
}

/** The bytes that a known answer is about. */
function made(answer: (typeof PURE.sampling)[number]): Uint8Array {
  const picture = pattern(...answer.from);
  const box = answer.box ?? undefined;
  switch (answer.op) {
    case "resize":
      return resize(picture, answer.to, FILTERS[answer.filter], box, answer.gap ?? undefined).data;
    case "reduce":
      return reduce(picture, answer.times, box).data;
    case "transform": {
      if (answer.filter === "box") throw new Error("There is no such sample.");
      return transform(picture, ...answer.to, answer.map, SAMPLES[answer.filter]).data;
    }
    case "turn":
      return turned(picture, answer.turn).data;
    case "L":
      return grey(picture).data;
    case "YCbCr": {
      const bands = ycbcr(picture);
      return Uint8Array.from({ length: 3 * bands[0].length }, (_, at) => {
        return bands[at % 3]?.[Math.floor(at / 3)] ?? 0;
      });
    }
  }
}

for (const answer of PURE.sampling) {
  const { sha256, ...what } = answer;
  test(`Pillow's pixels: ${JSON.stringify(what)}`, () => {
    assert.equal(createHash("sha256").update(made(answer)).digest("hex"), sha256);
  });
}

test("opaque RGBA pixels have the means of their RGB", () => {
  for (const [width, height] of [
    [48, 36],
    [47, 36],
    [48, 35],
    // More rows than are read at a time.
    [24, 300],
    [23, 299],
  ] as const) {
    const picture = pattern(width, height);
    const rgba = new Uint8ClampedArray(4 * width * height);
    for (let at = 0; at < width * height; at += 1) {
      rgba.set([...picture.data.subarray(3 * at, 3 * at + 3), 255], 4 * at);
    }
    const rows = rowsOf({ width, height, data: rgba });
    for (const times of [1, 2, 3, 4, 8, 150]) {
      assert.deepEqual(reducedOf(rows, times), reduce(picture, times));
    }
  }
});
