// What people are told about their photo: cause and remedy by code, in one language. Written out of
// habeas.portrait.words by `python -m bench.portrait.vectors`.

import english from "./words/en.json";

/** Cause and remedy, by code. */
export type Said = Readonly<Partial<Record<string, readonly string[]>>>;

/** Cause and remedy of a code; in English where the language has no words for it. */
export function wordsOf(code: string, said: Said): readonly [string, string] {
  const [cause = code, remedy = ""] = said[code] ?? (english as Said)[code] ?? [];
  return [cause, remedy];
}
