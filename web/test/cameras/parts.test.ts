import assert from "node:assert/strict";
import { test } from "node:test";

import {
  AHEAD,
  KEPT,
  actOf,
  farthest,
  nextToLoad,
  partAt,
  speedBeside,
  step,
} from "../../cameras/parts.js";

const starts = [0, 6, 12, 18, 24, 300, 306];

test("the part that shows a moment is the last that began", () => {
  assert.deepEqual(
    [-1, 0, 5.9, 6, 23, 100, 306, 999].map((at) => partAt(starts, at)),
    [0, 0, 0, 1, 3, 4, 6, 6],
  );
});

test("parts are loaded from what is shown on, as far ahead as the speed needs", () => {
  const loaded = new Set<number>();
  const order = [];
  for (let next; (next = nextToLoad(starts, loaded, 7, 1)) !== undefined; loaded.add(next)) {
    order.push(next);
    assert.ok(order.length < 20);
  }
  assert.deepEqual(order, [1, 2, 3]);
  assert.ok((starts[3] ?? 0) <= 7 + AHEAD && (starts[4] ?? 0) > 7 + AHEAD);
  assert.equal(nextToLoad(starts, loaded, 7, 4), 4);
  assert.equal(nextToLoad(starts, new Set([4]), 25, 1), 5, "beyond a gap, the next one still");
  assert.equal(nextToLoad(starts, new Set([6]), 310, 8), undefined);
});

test("what is farthest is let go of, and only when there is much", () => {
  const some = new Set(Array.from({ length: KEPT }, (_, each) => each));
  assert.equal(farthest(some, 10), undefined);
  some.add(KEPT);
  assert.equal(farthest(some, 10), KEPT);
  assert.equal(farthest(some, KEPT), 0);
});

test("a step leads to the very next frame, however long each lasts", () => {
  const times = [0, 0.1, 0.2, 1.7, 1.8];
  let at = 0;
  const seen = [];
  for (let next; (next = step(times, at, 1)) !== undefined; at = next) seen.push(next);
  assert.deepEqual(
    seen.map((each) => each.toFixed(1)),
    ["0.1", "0.2", "1.7", "1.8"],
  );
  for (let next; (next = step(times, at, -1)) !== undefined; at = next) seen.push(next);
  assert.deepEqual(
    seen.slice(4).map((each) => each.toFixed(1)),
    ["1.7", "0.2", "0.1", "0.0"],
  );
  assert.equal(step([], 3, 1), undefined);
});

test("speeds have a first and a last", () => {
  assert.equal(speedBeside(1, 1), 2);
  assert.equal(speedBeside(8, 1), 8);
  assert.equal(speedBeside(0.5, -1), 0.5);
});

test("keys do what the help says, and others nothing", () => {
  assert.deepEqual(actOf(" "), { does: "toggle" });
  assert.deepEqual(actOf("ArrowLeft"), { does: "move", by: -5 });
  assert.deepEqual(actOf("."), { does: "step", by: 1 });
  assert.deepEqual(actOf("["), { does: "speed", by: -1 });
  assert.equal(actOf("a"), undefined);
  assert.equal(actOf("constructor"), undefined);
});
