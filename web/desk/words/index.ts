// The languages of the desk. A new one is a file like `en.ts` and a line in `LANGUAGES`
// (docs/translating.md). Errors of the portal come in its own words.

import * as en from "./en.js";
import * as pl from "./pl.js";
import * as ru from "./ru.js";

/** The name of a text. */
export type Word = keyof typeof en.texts;
/** The name of a sentence with a number. */
export type Plural = keyof typeof en.plurals;
export type Texts = Readonly<Record<Word, string>>;
/** `other` stands in for every category that a language does not have. */
export type Forms = Readonly<Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }>;
export type Plurals = Readonly<Record<Plural, Forms>>;

interface Words {
  /** As its speakers call it. */
  readonly name: string;
  /** BCP 47, for the way in which days and numbers are written. */
  readonly locale: string;
  readonly texts: Texts;
  readonly plurals: Plurals;
}

const LANGUAGES = {
  en: { name: "English", locale: "en-GB", ...en },
  pl: { name: "Polski", locale: "pl", ...pl },
  ru: { name: "Русский", locale: "ru", ...ru },
} as const satisfies Record<string, Words>;

export const WORDS: Readonly<Record<Language, Words>> = LANGUAGES;
export type Language = keyof typeof LANGUAGES;
export const ALL_LANGUAGES = Object.keys(LANGUAGES) as readonly Language[];

export const isLanguage = (value: unknown): value is Language =>
  ALL_LANGUAGES.some((each) => each === value);
export const isWord = (value: string): value is Word => value in en.texts;

export { directionOf } from "../../pages/direction.js";
