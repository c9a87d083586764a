import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { fromBase64, fromHex, fromUtf8, same, toBase64, toHex, utf8 } from "../../formats/bytes.js";
import { code } from "../vectors.js";

const malformed = code("malformed");

test("hex and base64 read back what they write", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      assert.deepEqual(fromHex(toHex(bytes)), new Uint8Array(bytes));
      assert.deepEqual(fromBase64(toBase64(bytes)), new Uint8Array(bytes));
    }),
  );
});

test("base64 of many bytes needs no deep stack", () => {
  const bytes = new Uint8Array(3_000_000).fill(7);
  assert.ok(same(fromBase64(toBase64(bytes)), bytes));
});

test("other spellings of the same bytes are refused", () => {
  for (const text of ["AB", "a", "0g", " 00", "00\n"]) {
    assert.throws(() => fromHex(text), malformed, text);
  }
  for (const text of ["AB==", "AA", "AA= =", "-_8=", "AA==\n", "A"]) {
    assert.throws(() => fromBase64(text), malformed, text);
  }
});

test("text is UTF-8, and nothing is mended", () => {
  assert.equal(fromUtf8(utf8("é€😀")), "é€😀");
  assert.equal(fromUtf8(Uint8Array.of(0xef, 0xbb, 0xbf)), "\ufeff");
  assert.throws(() => fromUtf8(Uint8Array.of(0xff)), malformed);
  assert.throws(() => fromUtf8(Uint8Array.of(0xed, 0xa0, 0x80)), malformed);
});

test("equal is equal in length and in every byte", () => {
  assert.ok(same(Uint8Array.of(1, 2), Uint8Array.of(1, 2)));
  assert.ok(!same(Uint8Array.of(1, 2), Uint8Array.of(1, 3)));
  assert.ok(!same(Uint8Array.of(1), Uint8Array.of(1, 0)));
  assert.ok(!same(Uint8Array.of(1, 0), Uint8Array.of(1)));
});
