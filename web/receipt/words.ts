// What a receipt says, in each language.

import type { Language } from "../promise/language.js";
import { type ReceiptWord, en } from "./en.js";
import { pl } from "./pl.js";
import { ru } from "./ru.js";

export type { ReceiptWord } from "./en.js";

export const RECEIPT_WORDS: Record<Language, Record<ReceiptWord, string>> = { en, ru, pl };
export const isReceiptWord = (text: string): text is ReceiptWord => text in en;
