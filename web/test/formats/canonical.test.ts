import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { utf8 } from "../../formats/bytes.js";
import { MAX_DOCUMENT_BYTES, decode, encode } from "../../formats/canonical.js";
import { FormatError } from "../../formats/errors.js";
import { code } from "../vectors.js";

test("what is not canonical is refused", () => {
  for (const text of [
    '{"a":1,"a":2}',
    '{ "a":1}',
    '{"b":1,"a":2}',
    '{"a":1.0}',
    '{"a":-0}',
    '{"a":1e400}',
    '{"a":9007199254740993}',
    '{"a":"\\u0041"}',
    '{"a":"\\ud800"}',
    '\ufeff{"a":1}',
    "[]",
    "null",
    '"a"',
    "",
    "{",
    "[".repeat(30_000),
  ]) {
    assert.throws(() => decode(utf8(text)), code("malformed"), text.slice(0, 40));
  }
  const long = utf8(`{"a":"${"x".repeat(MAX_DOCUMENT_BYTES)}"}`);
  assert.throws(() => decode(long), code("malformed"));
});

test("reading any bytes gives a document that writes the same bytes, or a FormatError", () => {
  const nearly = fc.json().map(utf8);
  const any = fc.uint8Array({ maxLength: 64 }).map((bytes) => new Uint8Array(bytes));
  fc.assert(
    fc.property(fc.oneof(nearly, any), (bytes) => {
      try {
        assert.deepEqual(encode(decode(bytes)), bytes);
      } catch (error) {
        assert.ok(error instanceof FormatError, String(error));
      }
    }),
    { numRuns: 500 },
  );
});
