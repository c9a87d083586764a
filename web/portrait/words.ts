// What people are told about their photo: cause and remedy by code, in every language. Written
// out of habeas.portrait.words by `python -m bench.portrait.vectors`.

import texts from "./words.json";

/** Cause and remedy of a code; in English where the language has no words for it. */
export function wordsOf(code: string, language: string): readonly [string, string] {
  const said = (texts as Partial<Record<string, Partial<Record<string, string[]>>>>)[code];
  const [cause = code, remedy = ""] = said?.[language] ?? said?.["en"] ?? [];
  return [cause, remedy];
}
