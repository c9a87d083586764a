// What is promised about a photo, in each language: one text for the photo step and the receipt.
// A new language is a file like `pl.ts` here and beside each other `words.ts`, and a line in each
// of them: the compiler says which lacks it (docs/translating.md).

import { pl } from "./pl.js";

const en = {
  byOffice: "Only this office can open it:",
  forThis: "Only for this:",
  atMost:
    "At most {max, plural, one {# time} other {# times}} in all, and {day} on one day. Each time is on the public register before the photo opens.",
  until:
    "Until {date}. Then it is destroyed. Once your case is decided, nobody opens it any more, and it may go {days, plural, one {# day} other {# days}} later.",
  trustees: "{k} of these {n} independent trustees must agree to each opening:",
  "decide-application": "to decide the application",
  "produce-document": "to produce the document",
  appeal: "to handle an appeal",
  "applicant-copy": "to give you a copy",
};

export type PromiseWord = keyof typeof en;

const ru: Record<PromiseWord, string> = {
  byOffice: "Открыть его может только это ведомство:",
  forThis: "Только для этого:",
  atMost:
    "Всего не больше {max, plural, one {# раза} few {# раз} many {# раз} other {# раза}} и {day} в день. Каждый раз попадает в публичный реестр до открытия.",
  until:
    "До {date}. Потом оно уничтожается. Когда дело решено, его больше никто не откроет, и через {days, plural, one {# день} few {# дня} many {# дней} other {# дня}} его может не стать.",
  trustees: "На каждое открытие должны согласиться {k} из этих независимых хранителей ({n}):",
  "decide-application": "решить по заявлению",
  "produce-document": "изготовить документ",
  appeal: "рассмотреть жалобу",
  "applicant-copy": "выдать вам копию",
};

export const PROMISE_WORDS = { en, ru, pl };
export type Language = keyof typeof PROMISE_WORDS;
/** As their speakers call them, in the order in which they are offered. */
export const LANGUAGES: Record<Language, string> = { en: "English", pl: "Polski", ru: "Русский" };
export const isLanguage = (text: unknown): text is Language =>
  typeof text === "string" && Object.hasOwn(PROMISE_WORDS, text);
/** The language of a tag (BCP 47), as pages and browsers name it; else English. */
export const languageOf = (tag: string): Language => {
  const name = tag.slice(0, 2).toLowerCase();
  return isLanguage(name) ? name : "en";
};
