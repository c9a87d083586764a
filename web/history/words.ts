// What happened to a photo, in words of each language: acts, what trustees say, and why they
// refused, by code; having a photo destroyed, and being told of it.

import type { PurposeName } from "../formats/fields.js";
import type { Forms, Language } from "../promise/language.js";
import * as en from "./en.js";
import type { HistoryWord, PanelWord, TellingWord } from "./en.js";
import * as pl from "./pl.js";
import * as ru from "./ru.js";

export type { HistoryWord, PanelWord, TellingWord } from "./en.js";

export const HISTORY_WORDS: Record<Language, Record<HistoryWord, string>> = {
  en: en.history,
  ru: ru.history,
  pl: pl.history,
};
export const OPENINGS: Record<Language, Forms> = {
  en: en.openings,
  ru: ru.openings,
  pl: pl.openings,
};
export const PURPOSE_WORDS: Record<Language, Record<PurposeName, string>> = {
  en: en.purposes,
  ru: ru.purposes,
  pl: pl.purposes,
};
export const PANEL_WORDS: Record<Language, Record<PanelWord, string>> = {
  en: en.panel,
  ru: ru.panel,
  pl: pl.panel,
};
export const TELLING_WORDS: Record<Language, Record<TellingWord, string>> = {
  en: en.telling,
  ru: ru.telling,
  pl: pl.telling,
};

const REFUSALS = { en: en.refusals, ru: ru.refusals, pl: pl.refusals };
const CAUSES = { en: en.causes, ru: ru.causes, pl: pl.causes };
const APP_CAUSES = { en: en.appCauses, ru: ru.appCauses, pl: pl.appCauses };
const OTHER = { en: en.other, ru: ru.other, pl: pl.other };

export const refusalInWords = (code: string, language: Language): string =>
  REFUSALS[language][code] ?? OTHER[language].refusal.replace("{code}", code);

export const causeInWords = (code: string, language: Language): string =>
  CAUSES[language][code] ?? OTHER[language].cause.replace("{code}", code);

export const appCauseInWords = (code: string, language: Language): string =>
  APP_CAUSES[language][code] ?? OTHER[language].app.replace("{code}", code);

/** Codes that have words of their own, by language, for a test. */
export const REFUSAL_CODES: Record<Language, string[]> = codes(REFUSALS);
export const CAUSE_CODES: Record<Language, string[]> = codes(CAUSES);
export const APP_CODES: Record<Language, string[]> = codes(APP_CAUSES);

function codes(texts: Record<Language, Record<string, string>>): Record<Language, string[]> {
  return { en: Object.keys(texts.en), ru: Object.keys(texts.ru), pl: Object.keys(texts.pl) };
}
