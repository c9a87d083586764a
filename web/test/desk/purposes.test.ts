import assert from "node:assert/strict";
import { test } from "node:test";

import { Problem } from "../../desk/problem.js";
import { purposeInWords } from "../../desk/purposes.js";
import { ALL_LANGUAGES, WORDS } from "../../desk/words/index.js";
import { PURPOSES } from "../../formats/index.js";

const refused = new Problem(
  "purpose",
  "The applicant was not told that the photo would be used for appeal.",
  "It may be opened for: decide-application, applicant-copy.",
  23,
);
const promised = ["decide-application", "applicant-copy"] as const;

test("a purpose that was not promised is refused in words, and so is what was promised", () => {
  const said = ALL_LANGUAGES.map((language) => {
    const word = (name: keyof typeof WORDS.en.texts): string => WORDS[language].texts[name];
    const told = purposeInWords(refused, "appeal", promised, word);
    assert.ok(told instanceof Problem);
    assert.deepEqual([told.code, told.index, told.original], ["purpose", 23, ""]);
    for (const code of PURPOSES.filter((each) => each.includes("-")))
      assert.ok(!`${told.message} ${told.remedy}`.includes(code), language);
    return [language, told.message, told.remedy];
  });
  assert.deepEqual(
    said.find(([language]) => language === "en"),
    [
      "en",
      "The applicant was not told of this purpose: to handle an appeal.",
      "What was promised: to decide the application, to give the applicant a copy.",
    ],
  );
  assert.deepEqual(
    said.find(([language]) => language === "ru"),
    [
      "ru",
      "Об этой цели заявителю не говорили: рассмотреть жалобу.",
      "Обещано: решить по заявлению, выдать заявителю копию.",
    ],
  );
  assert.equal(new Set(said.flatMap(([, ...texts]) => texts)).size, 2 * ALL_LANGUAGES.length);
});

test("every other error stays what it is", () => {
  for (const error of [new Problem("withdrawn", "It is withdrawn."), new TypeError("?")])
    assert.equal(
      purposeInWords(error, "appeal", promised, (name) => name),
      error,
    );
});
