// What lies in the browser's database opens with both halves of its key, under its own name.

import assert from "node:assert/strict";
import { test } from "node:test";

import { boxed, nameOf, unboxed } from "../../photo/device/box.js";
import { fromUtf8, secureRandom, utf8 } from "../../formats/index.js";

const part = secureRandom(32);
const text = "Wilhelmina Featherstonehaugh";

test("a box opens with the session's part, and with no other", async () => {
  const name = await nameOf(part, "row hunting-licence HL-1");
  const box = await boxed(utf8(text), part, name);
  assert.equal(fromUtf8(await unboxed(box, part, name)), text);
  await assert.rejects(unboxed(box, secureRandom(32), name));
  await assert.rejects(unboxed(box, part, await nameOf(part, "row hunting-licence HL-2")));
  const again = await boxed(utf8(text), part, name);
  await assert.rejects(unboxed({ ...box, half: again.half }, part, name));
  assert.notDeepEqual(new Uint8Array(again.content), new Uint8Array(box.content));
});

test("the half that lies beside a box cannot be read out", async () => {
  const { half } = await boxed(utf8(text), part, "name");
  assert.equal(half.extractable, false);
  await assert.rejects(crypto.subtle.exportKey("raw", half));
});

test("a name is the same in a session, and says nothing in another", async () => {
  const name = await nameOf(part, "row a b");
  assert.match(name, /^[0-9a-f]{32}$/);
  assert.equal(await nameOf(part, "row a b"), name);
  assert.notEqual(await nameOf(part, "row a c"), name);
  assert.notEqual(await nameOf(secureRandom(32), "row a b"), name);
});
