import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import { WORDS, isWord } from "../../desk/words.js";

const html = readFileSync("desk/index.html", "utf8");
const scripts = readdirSync("desk", { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts") && !name.endsWith("words.ts"))
  .map((name) => readFileSync(`desk/${name}`, "utf8"))
  // The purposes are those of the protocol, which the desk's words follow.
  .concat(readFileSync("formats/fields.ts", "utf8"))
  .join("\n");
const inPage = [...html.matchAll(/data-t(?:-label)?="([^"]+)"/g)].map(([, name]) => name ?? "");

test("every text of the page is one of the words", () => {
  assert.ok(inPage.length > 40);
  for (const name of inPage) assert.ok(isWord(name), name);
});

test("every word is used, and said in Russian", () => {
  const used = new Set([
    ...inPage,
    ...[...scripts.matchAll(/"([\w-]+)"/g)].map(([, name]) => name),
  ]);
  for (const [name, text] of Object.entries(WORDS.ru)) {
    assert.match(text, /[А-Яа-яЁё]/, name);
    // States of a decided case come from the portal.
    assert.ok(used.has(name) || ["approved", "declined"].includes(name), name);
  }
});
