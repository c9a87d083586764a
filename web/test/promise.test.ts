import assert from "node:assert/strict";
import test from "node:test";

import { filled } from "../promise/lines.js";
import { PROMISE_WORDS } from "../promise/words.js";

test("a number has the form that its language asks for", () => {
  const said = (language: "en" | "pl" | "ru", max: number) =>
    filled(PROMISE_WORDS[language].atMost, { max, day: 1 }, language);
  for (const [language, max, expected] of [
    ["en", 1, "1 time in"],
    ["en", 20, "20 times in"],
    ["pl", 1, "1 raz w"],
    ["pl", 3, "3 razy w"],
    ["pl", 20, "20 razy w"],
    ["ru", 1, "1 раза и"],
    ["ru", 3, "3 раз и"],
    ["ru", 21, "21 раза и"],
  ] as const) {
    assert.ok(said(language, max).includes(expected), said(language, max));
  }
  const later = (days: number) =>
    filled(PROMISE_WORDS.ru.until, { days, date: "1 мая" }, "ru").includes(
      { 1: "1 день", 2: "2 дня", 5: "5 дней", 90: "90 дней" }[days] ?? "?",
    );
  for (const days of [1, 2, 5, 90]) assert.ok(later(days), String(days));
});
