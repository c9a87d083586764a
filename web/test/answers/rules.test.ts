import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { type Question, answerOf, misfit } from "../../answers/rules.js";

interface Case {
  readonly kind: Question["kind"];
  readonly required: boolean;
  readonly typed: string;
  readonly answer?: string;
  readonly wrong?: string;
}
const { cases } = JSON.parse(readFileSync("../vectors/answers.json", "utf8")) as {
  cases: Case[];
};
const rules = ({ kind, required }: Case) => ({
  kind,
  required,
  most: kind === "email" ? 254 : 500,
});

void test("what is typed is an answer here exactly where it is one for the portal", () => {
  assert.ok(cases.length > 50);
  for (const each of cases) {
    const expected = each.wrong === undefined ? { answer: each.answer } : { wrong: each.wrong };
    assert.deepEqual(answerOf(rules(each), each.typed), expected, JSON.stringify(each));
  }
});

const QUESTIONS = [
  { name: "full_name", kind: "text", required: true, most: 500 },
  { name: "born", kind: "date", required: true, most: 500 },
  { name: "email", kind: "email", required: false, most: 254 },
] as const;
const RIGHT = { full_name: "Anna", born: "1980-05-17" };

void test("answers that a form could give fit it", () => {
  assert.deepEqual(misfit(QUESTIONS, RIGHT), []);
  assert.deepEqual(misfit(QUESTIONS, { ...RIGHT, email: "a@example.com" }), []);
});

void test("answers that no form could give are named", () => {
  for (const [more, named] of [
    [{ passport: "1" }, "passport"],
    [{ born: "17.05.1980" }, "born"],
    [{ born: 19800517 }, "born"],
    [{ full_name: "" }, "full_name"],
    [{ full_name: " Anna" }, "full_name"],
    [{ full_name: ["Anna"] }, "full_name"],
    [{ email: "a" }, "email"],
    [{ email: null, constructor: "x" }, "constructor"],
  ] as const) {
    assert.deepEqual(misfit(QUESTIONS, { ...RIGHT, ...more }), [named], named);
  }
  assert.deepEqual(misfit(QUESTIONS, {}), ["full_name", "born"]);
});
