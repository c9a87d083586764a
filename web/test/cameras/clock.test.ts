import assert from "node:assert/strict";
import { test } from "node:test";

import { clockAt } from "../../cameras/clock.js";

test("the time of day is the camera's, in UTC, to the tenth", () => {
  assert.equal(clockAt(Date.UTC(2027, 4, 31, 23, 59, 58) / 1000, 1.9), "23:59:59.9");
  assert.equal(clockAt(Date.UTC(2027, 4, 31, 23, 59, 58) / 1000, 2), "00:00:00.0");
});
