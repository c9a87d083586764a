// What is promised about a photo, in each language: one text for the photo step and the receipt.
// A new language is a file like `pl.ts` here and beside each other `words.ts`, and a line in each
// of them: the compiler says which lacks it (docs/translating.md).

import { type PromiseWords, en } from "./en.js";
import type { Language } from "./language.js";
import { pl } from "./pl.js";
import { ru } from "./ru.js";

export const PROMISE_WORDS: Record<Language, PromiseWords> = { en, ru, pl };
