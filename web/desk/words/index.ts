// What the desk says, in each language of `promise/language.ts`: a file like `en.ts` each
// (docs/translating.md). Errors of the portal come in its own words, of the same language.

import { LANGUAGES, type Language } from "../../promise/language.js";
import * as en from "./en.js";
import type { Plurals, Texts, Word } from "./en.js";
import * as pl from "./pl.js";
import * as ru from "./ru.js";

interface Words {
  /** BCP 47, for the way in which days and numbers are written. */
  readonly locale: string;
  readonly texts: Texts;
  readonly plurals: Plurals;
}

export const WORDS: Readonly<Record<Language, Words>> = {
  en: { locale: "en-GB", ...en },
  pl: { locale: "pl", ...pl },
  ru: { locale: "ru", ...ru },
};
export const ALL_LANGUAGES = Object.keys(LANGUAGES) as readonly Language[];
export const isWord = (value: string): value is Word => value in en.texts;

export type { Plural, Word } from "./en.js";
export { directionOf } from "../../pages/direction.js";
export { LANGUAGES, type Language, isLanguage } from "../../promise/language.js";
