// What a refusal says of purposes, in the words that the form has for them. Trustees and portal
// name them by code, which programs go by; here they are read from the promise itself.

import type { PurposeName } from "../formats/index.js";
import { Problem } from "./problem.js";
import type { Word } from "./words/index.js";

/**
 * The error, or, where a purpose was refused that was not promised, the same in words.
 *
 * `word` gives the words of the page's language. Pure.
 */
export function purposeInWords(
  error: unknown,
  asked: PurposeName,
  promised: readonly PurposeName[],
  word: (name: Word) => string,
): unknown {
  if (!(error instanceof Problem) || error.code !== "purpose") return error;
  // Within a sentence; no language of the desk begins such words with a noun or a name.
  const within = (name: PurposeName): string =>
    word(name).charAt(0).toLowerCase() + word(name).slice(1);
  const detail = `${word("code-purpose").replace(/\.$/, "")}: ${within(asked)}.`;
  const remedy = `${word("promisedPurposes")} ${promised.map(within).join(", ")}.`;
  return new Problem(error.code, detail, remedy, error.index);
}
