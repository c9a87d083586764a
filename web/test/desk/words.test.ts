import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import { ALL_LANGUAGES, WORDS, directionOf, isWord } from "../../desk/words/index.js";

const html = readFileSync("desk/index.html", "utf8");
const scripts = readdirSync("desk", { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts") && !name.startsWith("words"))
  .map((name) => readFileSync(`desk/${name}`, "utf8"))
  // The purposes are those of the protocol, which the desk's words follow.
  .concat(readFileSync("formats/fields.ts", "utf8"))
  .join("\n");
const inPage = [...html.matchAll(/data-t(?:-label)?="([^"]+)"/g)].map(([, name]) => name ?? "");
/** Words of names that come from others: states, acts and codes. */
const NAMED = /^(approved|declined|code-.*|act-.*)$/;

test("every text of the page is one of the words", () => {
  assert.ok(inPage.length > 40);
  for (const name of inPage) assert.ok(isWord(name), name);
});

test("every word is used, and said in Russian", () => {
  const used = new Set([
    ...inPage,
    ...[...scripts.matchAll(/"([\w-]+)"/g)].map(([, name]) => name),
  ]);
  for (const [name, text] of Object.entries<string>(WORDS.ru.texts)) {
    assert.match(text, /[А-Яа-яЁё]/, name);
    assert.ok(used.has(name) || NAMED.test(name), name);
  }
});

test("every language has each word, and each form of a sentence that its numbers need", () => {
  for (const language of ALL_LANGUAGES) {
    const { texts, plurals } = WORDS[language];
    assert.deepEqual(Object.keys(texts).sort(), Object.keys(WORDS.en.texts).sort(), language);
    const rules = new Intl.PluralRules(language);
    const needed = new Set([...Array(101).keys()].map((n) => rules.select(n)));
    for (const [name, forms] of Object.entries(plurals)) {
      const holes = (text: string): string => (text.match(/\{\w+\}/g) ?? []).sort().join();
      for (const form of needed) {
        const text = forms[form] ?? forms.other;
        if (name === "shown") continue; // the same for every number but one
        assert.equal(holes(text), holes(forms.other), `${language} ${name} ${form}`);
        if (form !== "other") assert.ok(forms[form], `${language} ${name} lacks ${form}`);
      }
    }
  }
});

test("scripts that run from right to left are known", () => {
  assert.equal(directionOf("ar"), "rtl");
  assert.equal(directionOf("ru"), "ltr");
});
