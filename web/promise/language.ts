// The languages of all that runs on devices. No word of any is in this file, so that a page loads
// the language that it shows, and no other.

/** As their speakers call them, in the order in which they are offered. */
export const LANGUAGES = { en: "English", pl: "Polski", ru: "Русский" };
export type Language = keyof typeof LANGUAGES;
export const isLanguage = (text: unknown): text is Language =>
  typeof text === "string" && Object.hasOwn(LANGUAGES, text);
/** A sentence by plural category (Unicode CLDR); `other` is for all that a language lacks. */
export type Forms = Readonly<Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }>;

/** The language of a tag (BCP 47), as pages and browsers name it; else English. */
export const languageOf = (tag: string): Language => {
  const name = tag.slice(0, 2).toLowerCase();
  return isLanguage(name) ? name : "en";
};
