import assert from "node:assert/strict";
import { test } from "node:test";

import { Problem } from "../../desk/problem.js";

test("problem details are told as the portal says them", () => {
  const problem = Problem.of(
    { code: "withdrawn", detail: "It is withdrawn.", remedy: "Decide without.", index: 23 },
    403,
  );
  assert.deepEqual(
    [problem.code, problem.message, problem.remedy, problem.index],
    ["withdrawn", "It is withdrawn.", "Decide without.", 23],
  );
});

test("anything else is told by its status", () => {
  for (const body of [undefined, null, "x", [], {}, { detail: 7 }, { detail: "x", index: -1 }]) {
    assert.match(Problem.of(body, 502).message, /502/);
  }
});
