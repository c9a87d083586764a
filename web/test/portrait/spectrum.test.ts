// The fast transform gives what the definition gives.

import assert from "node:assert/strict";
import { test } from "node:test";

import { magnitudes } from "../../portrait/spectrum.js";

/** The magnitude of one frequency, by the definition of the discrete Fourier transform. */
function expected(real: Float64Array, side: number, v: number, u: number): number {
  let [a, b] = [0, 0];
  real.forEach((value, at) => {
    const angle = (2 * Math.PI * (u * (at % side) + v * Math.floor(at / side))) / side;
    a += value * Math.cos(angle);
    b -= value * Math.sin(angle);
  });
  return Math.hypot(a, b);
}

test("the spectrum of a square is that of the definition, whatever its side", () => {
  for (const side of [8, 12, 33, 64]) {
    const real = Float64Array.from({ length: side * side }, (_, at) => ((at * 7919) % 256) - 128);
    const found = magnitudes(real, side);
    assert.equal(found.length, side * side);
    for (let at = 0; at < found.length; at += 5) {
      const known = expected(real, side, Math.floor(at / side), at % side);
      assert.ok(Math.abs((found[at] ?? 0) - known) < 1e-6, `${String(side)}: ${String(at)}`);
    }
  }
});
