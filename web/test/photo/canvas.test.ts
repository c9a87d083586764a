import assert from "node:assert/strict";
import { test } from "node:test";

import { SIDE, isPattern, pattern } from "../../photo/canvas.js";

test("the pattern is opaque and has many colours", () => {
  const pixels = pattern();
  assert.equal(pixels.length, SIDE * SIDE * 4);
  const colours = new Set<number>();
  for (let at = 0; at < pixels.length; at += 4) {
    colours.add(((pixels[at] ?? 0) << 16) | ((pixels[at + 1] ?? 0) << 8) | (pixels[at + 2] ?? 0));
    assert.equal(pixels[at + 3], 255);
  }
  assert.ok(colours.size > 1000);
});

test("one changed value of one pixel is noticed, and so are noise, white and nothing", () => {
  assert.ok(isPattern(pattern()));
  const changed = pattern();
  changed[5000] = (changed[5000] ?? 0) ^ 1;
  assert.ok(!isPattern(changed));
  assert.ok(!isPattern(pattern().fill(255)));
  assert.ok(!isPattern([]));
  assert.ok(!isPattern([...pattern(), 0]));
});
