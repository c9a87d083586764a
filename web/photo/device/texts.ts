// All that the photo step says, in one language: English is part of the page, another language is
// loaded when somebody reads it.

import type { Said } from "../../portrait/words.js";
import english from "../../portrait/words/en.json";
import type { Language } from "../../promise/language.js";
import { type PromiseWords, en as promise } from "../../promise/en.js";
import { later } from "./later.js";
import { type Word, en as app } from "./words.js";

export interface Texts {
  readonly app: Readonly<Record<Word, string>>;
  readonly promise: PromiseWords;
  /** Of a photo. */
  readonly said: Said;
}

export const ENGLISH: Texts = { app, promise, said: english };

type Loads = () => Promise<Texts>;
const LOADS: Readonly<Record<Language, Loads>> = {
  en: () => Promise.resolve(ENGLISH),
  pl: later("pl", async () => (await import("./texts/pl.js")).texts),
  ru: later("ru", async () => (await import("./texts/ru.js")).texts),
};

/** The texts of a language; raises where they do not come. */
export const textsIn = (language: Language): Promise<Texts> => LOADS[language]();
