// Having a photo destroyed, in each language.

import type { Language } from "../promise/language.js";
import { panel } from "./pl.js";

const en = {
  destroy: "Have it destroyed",
  destroyNote:
    "You can have the photo destroyed at any time, and need no reason. The trustees are asked from here.",
  withdraw: "Withdraw the photo",
  sure: "Withdraw the photo?",
  sureNote:
    "Each trustee destroys its part and signs that it has done so. Nobody can open the photo after that, and it cannot be brought back.",
  goesOn: "Your application goes on without the photo.",
  yes: "Yes, withdraw the photo",
  no: "No, keep it",
  withdrawing: "Withdrawing the photo",
  withdrawingNote: "The trustees are asked to destroy their parts.",
  withdrawn: "Photo withdrawn",
  withdrawnNote: "It cannot be opened any more.",
  closed: "Nobody can open the photo any more",
  closedNote:
    "Not all trustees have confirmed yet. The others pass your withdrawal on to them until they do.",
  notYet: "Not yet withdrawn everywhere",
  notYetNote: "Too few trustees have confirmed. Whoever has confirmed tells all others.",
  erased: "has destroyed its part.",
  statement: "Its signed statement",
  neverHeld: "never got its part, and takes it no more.",
  owed: "has destroyed its part; the public log does not show it yet.",
  attest:
    "These are signed statements. They attest the erasure; nothing can prove that a copy was not made before.",
  askAgain: "Ask them again",
};

export type PanelWord = keyof typeof en;

const ru: Record<PanelWord, string> = {
  destroy: "Уничтожить фото",
  destroyNote:
    "Уничтожить фото можно в любое время, без объяснений. Хранителей спрашивают прямо отсюда.",
  withdraw: "Отозвать фото",
  sure: "Отозвать фото?",
  sureNote:
    "Каждый хранитель уничтожит свою часть и подпишет, что сделал это. После этого открыть фото не сможет никто, и вернуть его нельзя.",
  goesOn: "Ваше заявление рассмотрят без фото.",
  yes: "Да, отозвать фото",
  no: "Нет, оставить",
  withdrawing: "Отзываем фото",
  withdrawingNote: "Просим хранителей уничтожить свои части.",
  withdrawn: "Фото отозвано",
  withdrawnNote: "Открыть его больше нельзя.",
  closed: "Фото больше никто не откроет",
  closedNote:
    "Подтвердили ещё не все хранители. Остальные передают им ваш отзыв, пока те не подтвердят.",
  notYet: "Отозвано ещё не везде",
  notYetNote: "Подтвердили слишком немногие хранители. Кто подтвердил, сообщает всем остальным.",
  erased: "уничтожил свою часть.",
  statement: "Его подписанное заявление",
  neverHeld: "не получал своей части и больше её не примет.",
  owed: "уничтожил свою часть; в публичном журнале этого ещё нет.",
  attest:
    "Это подписанные заявления. Они подтверждают уничтожение; что раньше не сделали копию, доказать нельзя ничем.",
  askAgain: "Спросить их ещё раз",
};

export const PANEL_WORDS: Record<Language, Record<PanelWord, string>> = { en, ru, pl: panel };
