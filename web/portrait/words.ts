// What people are told about their photo: cause and remedy by code, in every language. Written
// out of habeas.portrait.words by `python -m bench.portrait.vectors`.

import texts from "./words.json";

export type Language = "en" | "ru";

/** Cause and remedy of a code. */
export function wordsOf(code: string, language: Language): readonly [string, string] {
  const said = (texts as Partial<Record<string, Record<Language, string[]>>>)[code];
  const [cause = code, remedy = ""] = said?.[language] ?? [];
  return [cause, remedy];
}
