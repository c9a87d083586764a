// What is exactly a message counts, and nothing else does.

import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { hello, isHello, isReference, readTold, told } from "../../embed/messages.js";
import { wordsFor } from "../../embed/words.js";

const ADDED = { state: "added", reference: "HL-7K2M-9QXT", height: 300 } as const;

void test("what is told is read", () => {
  assert.deepEqual(readTold(told(ADDED)), ADDED);
  const chosen = { state: "choosing", reference: "", height: 0 } as const;
  assert.deepEqual(readTold(told(chosen)), chosen);
  assert.ok(isHello(hello()));
});

void test("everything else is nobody's message", () => {
  const wrong: unknown[] = [
    null,
    "added",
    [],
    {},
    { ...told(ADDED), mark: "habeas-photo/2" },
    { ...told(ADDED), state: "sent" },
    { ...told(ADDED), reference: "" },
    { ...told(ADDED), reference: "HL-7K2M-9QXT<script>" },
    { ...told(ADDED), reference: ["HL-7K2M-9QXT"] },
    { ...told(ADDED), state: "sealed" },
    { ...told(ADDED), height: -1 },
    { ...told(ADDED), height: Infinity },
    { ...told(ADDED), height: "300" },
    { ...told(ADDED), height: NaN },
  ];
  for (const each of wrong) assert.equal(readTold(each), undefined, JSON.stringify(each));
  for (const each of [null, 1, "hello", {}, { hello: true }, { mark: "habeas-photo/1" }])
    assert.ok(!isHello(each));
});

void test("nothing from outside makes a reader fail", () => {
  fc.assert(
    fc.property(fc.anything(), (data) => {
      readTold(data);
      isHello(data);
      isReference(data);
    }),
  );
});

void test("a language without words of its own gets English", () => {
  assert.equal(wordsFor("ru-RU"), wordsFor("ru"));
  assert.notEqual(wordsFor("ru"), wordsFor("en"));
  assert.equal(wordsFor("xx"), wordsFor("en"));
  assert.equal(wordsFor("constructor"), wordsFor("en"));
});
