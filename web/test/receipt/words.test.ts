import assert from "node:assert/strict";
import { test } from "node:test";

import { PROMISE_WORDS } from "../../promise/words.js";
import { RECEIPT_WORDS } from "../../receipt/words.js";

const holes = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();

const texts: Record<string, Record<string, Record<string, string>>> = {
  promise: PROMISE_WORDS,
  receipt: RECEIPT_WORDS,
};
for (const [name, { en, ru }] of Object.entries(texts)) {
  test(`each language says everything of the ${name}`, () => {
    assert.deepEqual(Object.keys(ru ?? {}), Object.keys(en ?? {}));
    for (const [key, text] of Object.entries(ru ?? {})) {
      assert.match(text, /[А-Яа-яЁё]/);
      assert.deepEqual(holes(text), holes(en?.[key] ?? ""));
    }
  });
}
