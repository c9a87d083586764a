import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";
import * as library from "shamir-secret-sharing";

import { combine, secureRandom, split } from "../../formats/shares.js";
import { code } from "../vectors.js";

test("what is split here combines in the audited library, and the other way round", async () => {
  const secret = secureRandom(32);
  for (const [k, n] of [
    [2, 3],
    [3, 5],
    [5, 255],
  ] as const) {
    const ours = split(secret, k, n, secureRandom).slice(-k);
    assert.deepEqual(await library.combine(ours), secret);
    const theirs = await library.split(secret, n, k);
    assert.deepEqual(combine(theirs.slice(0, k).map((share) => new Uint8Array(share))), secret);
  }
});

test("any k of n shares give any secret back", () => {
  const sizes = fc
    .tuple(fc.integer({ min: 2, max: 6 }), fc.integer({ min: 0, max: 6 }))
    .map(([k, more]) => [k, k + more] as const);
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), sizes, (bytes, [k, n]) => {
      const secret = new Uint8Array(bytes);
      assert.deepEqual(combine(split(secret, k, n, secureRandom).slice(n - k)), secret);
    }),
  );
});

test("shares that are no set of shares are refused", () => {
  const [a, b] = split(secureRandom(32), 2, 3, secureRandom);
  assert.ok(a && b);
  for (const shares of [[], [a], [a, a], [a, b.slice(1)], [a, new Uint8Array(33)]]) {
    assert.throws(() => combine(shares), code("shares"));
  }
  assert.throws(() => split(new Uint8Array(0), 2, 3, secureRandom), RangeError);
  assert.throws(() => split(secureRandom(1), 1, 3, secureRandom), RangeError);
  assert.throws(() => split(secureRandom(1), 4, 3, secureRandom), RangeError);
});
