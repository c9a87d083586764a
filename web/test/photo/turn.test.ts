// What was begun in one view shows nothing in the next one.

import assert from "node:assert/strict";
import { test } from "node:test";

import { here, turn } from "../../photo/device/turn.js";

test("what was begun in a view stays in it, and ends with it", () => {
  turn();
  const stays = here();
  assert.ok(stays());
  assert.ok(stays(), "asking changes nothing");
  turn();
  assert.ok(!stays());
});

test("what is begun in the next view stays there, whatever began before it", () => {
  const before = here();
  turn();
  const after = here();
  assert.ok(!before());
  assert.ok(after());
  turn();
  turn();
  assert.ok(!before() && !after());
});
