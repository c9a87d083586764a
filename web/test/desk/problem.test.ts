import assert from "node:assert/strict";
import { test } from "node:test";

import { Problem } from "../../desk/problem.js";

test("problem details are told as the portal says them", () => {
  const problem = Problem.of(
    {
      code: "withdrawn",
      detail: "Фото отозвано.",
      remedy: "Решите без него.",
      original: "It is withdrawn.",
      index: 23,
    },
    403,
  );
  const { code, message, remedy, index, original } = problem;
  assert.deepEqual(
    [code, message, remedy, index, original],
    ["withdrawn", "Фото отозвано.", "Решите без него.", 23, "It is withdrawn."],
  );
});

test("anything else is told by its status", () => {
  for (const body of [undefined, null, "x", [], {}, { detail: 7 }, { detail: "x", index: -1 }]) {
    const { message, original } = Problem.of(body, 502);
    // The page says in its own words that it did not work.
    assert.equal(message, "");
    assert.match(original, /502/);
  }
});
