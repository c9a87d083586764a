// All that the photo step says, in one language: English is part of the page, another language is
// loaded when somebody reads it.

import type { Language } from "../../promise/language.js";
import { later } from "./later.js";
import { type Texts, texts as ENGLISH } from "./texts/en.js";

export { type Texts, texts as ENGLISH } from "./texts/en.js";

type Loads = () => Promise<Texts>;
const LOADS: Readonly<Record<Language, Loads>> = {
  en: () => Promise.resolve(ENGLISH),
  pl: later("pl", async () => (await import("./texts/pl.js")).texts),
  ru: later("ru", async () => (await import("./texts/ru.js")).texts),
};

/** The texts of a language; raises where they do not come. */
export const textsIn = (language: Language): Promise<Texts> => LOADS[language]();
