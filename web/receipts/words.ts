// The portal's page of receipts, in each language.

import type { Language } from "../promise/language.js";
import { type PageWord, en } from "./en.js";
import { pl } from "./pl.js";
import { ru } from "./ru.js";

export type { PageWord } from "./en.js";

export const PAGE_WORDS: Record<Language, Record<PageWord, string>> = { en, ru, pl };
