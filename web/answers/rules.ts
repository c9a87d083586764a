// What counts as an answer to a question of a form: habeas.portal.catalogue.answering, which the
// portal's server follows where it reads answers. `vectors/answers.json` holds both to one.

import * as v from "valibot";

/** A text in several languages, by code; in English for any other. */
export const Words = v.pipe(
  v.record(v.string(), v.string()),
  v.check((words) => words["en"] !== undefined, "English is missing"),
);

export const Question = v.object({
  name: v.pipe(v.string(), v.regex(/^[a-z][a-z0-9_]{0,40}$/)),
  label: Words,
  hint: v.nullable(Words),
  kind: v.picklist(["text", "lines", "date", "email", "tel"]),
  autocomplete: v.string(),
  required: v.boolean(),
  /** Most characters (code points). */
  most: v.number(),
  /** What is said of an answer that is none, by why. */
  said: v.record(v.string(), Words),
});

/** What the desk has of a question. */
export const AskedQuestion = v.pick(Question, ["name", "label", "kind", "required", "most"]);

export type Question = v.InferOutput<typeof Question>;
/** Why something typed is no answer. */
export type Wrong = "required" | "too-long" | "character" | "email" | "date";

type Rules = Pick<Question, "kind" | "required" | "most">;

const LETTER = "A-Za-z0-9\u00a1-\ud7ff\uf900-\uffff";
const LABEL = `[${LETTER}](?:[${LETTER}-]{0,61}[${LETTER}])?`;
const EMAIL = new RegExp(`^[A-Za-z0-9.!#$%&'*+/=?^_\`{|}~-]+@(?:${LABEL}[.])+${LABEL}$`, "u");
const SPACE = /^\p{White_Space}$/u;
/** NUL, and halves of characters. */
const UNUSABLE = /[\0\ud800-\udfff]/u;

/** Without white space around it, in linear time: what the desk opens may be anybody's. */
function trimmed(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && SPACE.test(text.charAt(from))) from += 1;
  while (to > from && SPACE.test(text.charAt(to - 1))) to -= 1;
  return text.slice(from, to);
}

/** The day as YYYY-MM-DD, if there is one. */
function dayOf(text: string): string | undefined {
  const [, y, m, d] = /^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})$/.exec(text) ?? [];
  const [, d2, m2, y2] = /^([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})$/.exec(text) ?? [];
  const [year, month, day] = [y ?? y2, m ?? m2, d ?? d2].map(Number);
  if (year === undefined || month === undefined || day === undefined) return undefined;
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1)) return undefined;
  const end = new Date(0);
  end.setUTCFullYear(year, month, 0);
  if (day > end.getUTCDate()) return undefined;
  const digits = (value: number, count: number) => String(value).padStart(count, "0");
  return `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}`;
}

/**
 * The answer in what was typed: trimmed, lines ended by LF, dates as YYYY-MM-DD; empty where an
 * optional question is not answered. Else why it is none.
 */
export function answerOf(
  { kind, required, most }: Rules,
  typed: string,
): { readonly answer: string } | { readonly wrong: Wrong } {
  const text = trimmed(typed.replace(/\r\n?/g, "\n"));
  if (!text) return required ? { wrong: "required" } : { answer: "" };
  if (Array.from(text).length > most) return { wrong: "too-long" };
  if (UNUSABLE.test(text)) return { wrong: "character" };
  if (kind === "email" && !EMAIL.test(text)) return { wrong: "email" };
  if (kind !== "date") return { answer: text };
  const day = dayOf(text);
  return day === undefined ? { wrong: "date" } : { answer: day };
}

/** What was typed, held against all questions. */
export function answersOf(
  questions: readonly Question[],
  typed: Readonly<Record<string, string>>,
): { answers: Record<string, string>; wrongs: Map<string, Wrong> } {
  const answers: Record<string, string> = {};
  const wrongs = new Map<string, Wrong>();
  for (const question of questions) {
    const found = answerOf(question, typed[question.name] ?? "");
    if ("wrong" in found) wrongs.set(question.name, found.wrong);
    else if (found.answer) answers[question.name] = found.answer;
  }
  return { answers, wrongs };
}

/** Which of opened answers do not fit the questions of their service, by name. */
export function misfit(
  questions: readonly Pick<Question, "name" | keyof Rules>[],
  answers: Readonly<Record<string, unknown>>,
): string[] {
  const names = new Set(questions.map(({ name }) => name));
  const unasked = Object.keys(answers).filter((name) => !names.has(name));
  const wrong = questions.filter((question) => {
    const given = answers[question.name] ?? "";
    if (typeof given !== "string") return true;
    const found = answerOf(question, given);
    return !("answer" in found) || found.answer !== given;
  });
  return [...unasked, ...wrong.map(({ name }) => name)];
}
