import assert from "node:assert/strict";
import test from "node:test";
import * as formats from "../src/formats.js";

test("a sealed message opens with its key and context, and no other", async () => {
  const pair = await formats.oneTimeKey();
  assert.equal(pair.publicKey.length, 1216);
  const sealed = await formats.hpkeSeal(pair.publicKey, formats.utf8("a"), formats.utf8("hello"));
  assert.equal(sealed.length, 1120 + 16 + 5);
  const opened = await formats.hpkeOpen(pair.privateKey, formats.utf8("a"), sealed);
  assert.equal(new TextDecoder().decode(opened), "hello");
  await assert.rejects(formats.hpkeOpen(pair.privateKey, formats.utf8("b"), sealed));
});
