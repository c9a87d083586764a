// Every text of the pages that applicants keep or load exists in every language.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import {
  APP_CODES,
  CAUSE_CODES,
  HISTORY_WORDS,
  OPENINGS,
  PANEL_WORDS,
  PURPOSE_WORDS,
  REFUSAL_CODES,
  TELLING_WORDS,
} from "../../history/words.js";
import { en } from "../../photo/device/words.js";
import { pl } from "../../photo/device/pl.js";
import { ru } from "../../photo/device/ru.js";
import { LANGUAGES, isLanguage, languageOf } from "../../promise/language.js";
import { PROMISE_WORDS } from "../../promise/words.js";
import { RECEIPT_WORDS } from "../../receipt/words.js";
import { PAGE_WORDS } from "../../receipts/words.js";

type Texts = Record<string, Record<string, string>>;

const holes = (text: string) => (text.match(/\{\w+(?=[,}])/g) ?? []).sort();
/** The categories of each number of a text that has forms. */
const categories = (text: string) =>
  [...text.matchAll(/\{\w+, plural,((?: \w+ \{[^{}]*\})+)\}/g)].map(([, forms]) =>
    [...(forms ?? "").matchAll(/ (\w+) \{/g)].map(([, category]) => category).sort(),
  );
const ROOMS: Record<string, Texts> = {
  history: HISTORY_WORDS,
  panel: PANEL_WORDS,
  photo: { en, pl, ru },
  promise: PROMISE_WORDS,
  purposes: PURPOSE_WORDS,
  receipt: RECEIPT_WORDS,
  receipts: PAGE_WORDS,
  telling: TELLING_WORDS,
};
/** The same in English and in a language with the Latin script. */
const SAME = new Set(["Portal"]);

for (const [room, texts] of Object.entries(ROOMS)) {
  for (const language of Object.keys(LANGUAGES).filter(isLanguage)) {
    test(`each text of ${room} is said in ${LANGUAGES[language]}`, () => {
      const [said, english] = [texts[language] ?? {}, texts["en"] ?? {}];
      assert.deepEqual(Object.keys(said).sort(), Object.keys(english).sort());
      for (const [name, text] of Object.entries(said)) {
        assert.ok(text, name);
        const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
        for (const each of categories(text)) assert.deepEqual(each, [...pluralCategories].sort());
        assert.deepEqual(holes(text), holes(english[name] ?? ""), name);
        if (text.startsWith("{") && text.endsWith("}")) continue; // only what others give
        if (language === "ru") assert.match(text, /[А-Яа-яЁё]/);
        else if (language !== "en" && !SAME.has(text)) {
          assert.notEqual(text, english[name], `${name} was left in English`);
        }
      }
    });
  }
}

test("each code is said in each language", () => {
  for (const codes of [REFUSAL_CODES, CAUSE_CODES, APP_CODES]) {
    for (const [language, said] of Object.entries(codes)) {
      assert.deepEqual(said.toSorted(), codes.en.toSorted(), language);
    }
  }
});

test("a number has each form that its language needs", () => {
  for (const [language, forms] of Object.entries(OPENINGS)) {
    const rules = new Intl.PluralRules(language);
    for (const n of Array(101).keys()) {
      const form = rules.select(n);
      assert.ok(form === "other" || forms[form], `${language} lacks ${form}`);
    }
  }
});

test("pages without scripts say in each language what they need", () => {
  for (const page of ["photo/device/index.html", "receipt/receipt.html", "desk/index.html"]) {
    const html = readFileSync(page, "utf8");
    const [, still = ""] = /<noscript>([^]*?)<\/noscript>/.exec(html) ?? [];
    for (const language of Object.keys(LANGUAGES)) {
      assert.ok(still.includes(`lang="${language}"`), `${page} ${language}`);
    }
  }
});

test("a language is known by its tag", () => {
  assert.equal(languageOf("pl-PL"), "pl");
  assert.equal(languageOf("ru"), "ru");
  assert.equal(languageOf("de"), "en");
  assert.equal(isLanguage("constructor"), false);
});
