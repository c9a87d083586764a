// What happened to a photo, in words: acts, what trustees say, and why they refused, by code.

import type { PurposeName } from "../formats/fields.js";
import type { Forms, Language } from "../promise/language.js";
import * as pl from "./pl.js";
import * as ru from "./ru.js";

const en = {
  heading: "What happened to your photo",
  asking: "Asking the trustees and the public log. {n} of {all} trustees have answered.",
  complete:
    "Checked in this browser: all trustees have shown everything that they ever said about this photo, and the public log has it. Witnesses saw the log at {at}.",
  settling:
    "Something happened to this photo a moment ago, and the public log does not show all of it yet. What stands below is true. Ask again in a moment; should it stay so for more than a few minutes, tell a trustee.",
  incomplete: "Not everybody could be asked. What stands below is true, and may not be all.",
  contradicted:
    "What you were told contradicts the public log. Keep your receipt, and take it to a trustee that you trust.",
  offline:
    "Neither the trustees nor the public log can be reached from here now. The receipt itself is checked all the same. Ask again when you are online.",
  unreadLog: "The public log could not be read now. Try again in a few minutes.",
  unreadOld:
    "What the witnesses last saw of the public log is more than an hour old: openings since then are not shown.",
  unreadClock:
    "The clock of this device is wrong: witnesses saw the log later than it says. Set it, and ask again.",
  never: "Nobody has opened your photo.",
  notKnown:
    "No opening is known. That nobody has opened it is only certain when everybody could be asked.",
  opened: "{office} opened it on {day} {purpose}.",
  refused: "{office} asked to open it on {day} {purpose}. It was refused.",
  part: "{office} asked to open it on {day} {purpose}. Too few trustees gave their part: it did not open.",
  unanswered:
    "{office} asked to open it on {day} {purpose}. No trustee gave its part: it did not open.",
  sealed: "It was sealed on {day}.",
  closed:
    "The office was done with it on {day}. Nobody opens it any more, and it may be destroyed {days, plural, one {# day} other {# days}} after that.",
  withdrawn: "You withdrew it on {day}. These trustees have destroyed their part: {by}.",
  expired: "Its time was over on {day}. These trustees have destroyed their part: {by}.",
  orphaned: "It was never completed, and was given up on {day} by: {by}.",
  claimed:
    "It was destroyed on {day} for somebody who had shown at trustees’ offices that it is theirs. These trustees have destroyed their part: {by}.",
  "claim-destroy":
    "On {day} somebody showed at the office of {by} that this photo is theirs, without a receipt, and wants it destroyed. Nobody opens it meanwhile. If that was not you, tell {by} at once.",
  "claim-copy":
    "On {day} somebody showed at the office of {by} that this photo is theirs, without a receipt, and wants a copy. If that was not you, tell {by} at once.",
  "claim-lift": "On {day} {by} took back what was claimed there.",
  reason: "Reason, in the officer’s words: “{reason}”",
  at: "Signed at {at}.",
  key: "Signed with key {key} of the office, which knows whose it is, and has to tell you.",
  noReason: "The portal did not show the reason. The office has to tell you.",
  gave: "Trustees that gave their part: {by}.",
  because: "{trustee}: {why}",
  entry: "Entry {index} of the public log",
  owed: "Not on the public log yet",
  seats: "Who holds the parts of the key",
  seatsNote: "{k} parts open the photo; one opens nothing.",
  holds: "holds its part",
  destroyed: "has destroyed its part",
  pending: "had not got its part yet when the photo was sealed, and does not answer now",
  contradicts: "contradicts the public log",
  silent: "could not be asked now",
  code: "The code that sealed it",
  codeOf:
    "Release {number}, version {version}, ran at {origin}. It has stood on the public log since {day}, before your photo.",
  vouchers: "Trustees vouch for it; it takes {k}.",
  rebuilt: "Built it anew from its source, and got the same: {by}.",
  compared: "Compared it with what is served: {by}.",
  differs: "On {day}, {trustee} was served something else in its place, at {where}.",
  noDiffers: "No trustee has said that it was served anything else in its place.",
  codeUnproven: "Which code sealed it is not proven: {why}",
  codeMissing:
    "All trustees have shown everything that they ever said about this photo. Which code sealed it is not proven.",
  again: "Ask again",
  gone: "No trustee has its part any more: nobody can open the photo.",
};

export type HistoryWord = keyof typeof en;

const russian: Record<HistoryWord, string> = {
  heading: "Что было с вашим фото",
  asking: "Спрашиваем хранителей и публичный журнал. Ответили хранители: {n} из {all}.",
  complete:
    "Проверено в этом браузере: все хранители показали всё, что когда-либо говорили об этом фото, и всё это есть в публичном журнале. Свидетели видели журнал {at}.",
  settling:
    "С этим фото только что что-то произошло, и публичный журнал показывает ещё не всё. Сказанное ниже верно. Спросите ещё раз через минуту; если так останется дольше нескольких минут, сообщите хранителю.",
  incomplete: "Спросить удалось не всех. Сказанное ниже верно, но, возможно, это не всё.",
  contradicted:
    "То, что вам сказали, противоречит публичному журналу. Сохраните квитанцию и отнесите её хранителю, которому доверяете.",
  offline:
    "Отсюда сейчас не достать ни хранителей, ни публичный журнал. Сама квитанция всё равно проверена. Спросите снова, когда будет интернет.",
  unreadLog: "Прочесть публичный журнал сейчас не удалось. Попробуйте через несколько минут.",
  unreadOld: "Свидетели видели публичный журнал больше часа назад: открытия с тех пор не показаны.",
  unreadClock:
    "Часы этого устройства неверны: свидетели видели журнал позже, чем они показывают. Поставьте их и спросите снова.",
  never: "Ваше фото никто не открывал.",
  notKnown:
    "Об открытиях ничего не известно. Что фото никто не открывал, можно утверждать, только когда удалось спросить всех.",
  opened: "{day} его открыли: {office}, {purpose}.",
  refused: "{day} его хотели открыть: {office}, {purpose}. В этом отказано.",
  part: "{day} его хотели открыть: {office}, {purpose}. Свою часть дали слишком немногие хранители: фото не открылось.",
  unanswered:
    "{day} его хотели открыть: {office}, {purpose}. Ни один хранитель не дал своей части: фото не открылось.",
  sealed: "{day} фото запечатано.",
  closed:
    "{day} ведомство закончило с ним. Его больше никто не откроет, и через {days, plural, one {# день} few {# дня} many {# дней} other {# дня}} после этого его могут уничтожить.",
  withdrawn: "{day} вы отозвали его. Уничтожили свою часть: {by}.",
  expired: "{day} его срок вышел. Уничтожили свою часть: {by}.",
  orphaned: "{day} от него отказались, потому что оно не было завершено: {by}.",
  claimed:
    "{day} его уничтожили для того, кто показал в офисах хранителей, что оно его. Уничтожили свою часть: {by}.",
  "claim-destroy":
    "{day} кто-то показал в офисе {by}, что это фото его, без квитанции, и хочет его уничтожить. Пока что его никто не откроет. Если это были не вы, сразу сообщите {by}.",
  "claim-copy":
    "{day} кто-то показал в офисе {by}, что это фото его, без квитанции, и хочет копию. Если это были не вы, сразу сообщите {by}.",
  "claim-lift": "{day} {by} отменил то, что было там заявлено.",
  reason: "Причина, словами сотрудника: «{reason}»",
  at: "Подписано {at}.",
  key: "Подписано ключом {key} ведомства; оно знает, чей это ключ, и обязано вам сказать.",
  noReason: "Портал не показал причину. Ведомство обязано вам её назвать.",
  gave: "Дали свою часть: {by}.",
  because: "{trustee}: {why}",
  entry: "Запись {index} публичного журнала",
  owed: "В публичном журнале этого ещё нет",
  seats: "У кого части ключа",
  seatsNote: "Фото открывают части, когда их {k}; одна ничего не открывает.",
  holds: "хранит свою часть",
  destroyed: "уничтожил свою часть",
  pending: "ещё не получил свою часть, когда фото запечатали, и сейчас не отвечает",
  contradicts: "противоречит публичному журналу",
  silent: "спросить сейчас не удалось",
  code: "Какой код его запечатал",
  codeOf:
    "Выпуск {number}, версия {version}, работал по адресу {origin}. В публичном журнале он с {day}, раньше вашего фото.",
  vouchers: "За него ручаются хранители; нужно не меньше {k}.",
  rebuilt: "Собрали его заново из исходного кода и получили то же самое: {by}.",
  compared: "Сравнили его с тем, что раздаёт сервер: {by}.",
  differs: "{day} хранитель {trustee} получил вместо него другое, по адресу {where}.",
  noDiffers: "Ни один хранитель не сообщил, что получил вместо него что-то другое.",
  codeUnproven: "Какой код его запечатал, не доказано: {why}",
  codeMissing:
    "Все хранители показали всё, что когда-либо говорили об этом фото. Какой код его запечатал, не доказано.",
  again: "Спросить ещё раз",
  gone: "Ни у одного хранителя больше нет его части: открыть фото не может никто.",
};

export const HISTORY_WORDS: Record<Language, Record<HistoryWord, string>> = {
  en,
  ru: russian,
  pl: pl.history,
};

/** How often the photo was opened. */
export const OPENINGS: Record<Language, Forms> = {
  en: {
    one: "Your photo was opened once. At most {max} times were promised.",
    other: "Your photo was opened {n} times. At most {max} were promised.",
  },
  ru: {
    one: "Ваше фото открывали {n} раз. Обещано не больше {max}.",
    few: "Ваше фото открывали {n} раза. Обещано не больше {max}.",
    many: "Ваше фото открывали {n} раз. Обещано не больше {max}.",
    other: "Ваше фото открывали {n} раза. Обещано не больше {max}.",
  },
  pl: pl.openings,
};

/** What something was for, within a sentence. */
export const PURPOSE_WORDS: Record<Language, Record<PurposeName, string>> = {
  en: {
    "decide-application": "to decide your application",
    "produce-document": "to produce your document",
    appeal: "to handle your appeal",
    "applicant-copy": "to give you a copy",
  },
  ru: {
    "decide-application": "чтобы решить по вашему заявлению",
    "produce-document": "чтобы изготовить ваш документ",
    appeal: "чтобы рассмотреть вашу жалобу",
    "applicant-copy": "чтобы выдать вам копию",
  },
  pl: pl.purposes,
};

/** Why a trustee refused a request, by code. */
const REFUSALS: Record<Language, Record<string, string>> = {
  en: {
    closed: "the case was over",
    expired: "the promise had ended",
    claimed: "somebody had shown at a trustee’s office that they want it destroyed",
    withdrawn: "you had withdrawn the photo",
    erased: "the photo was destroyed",
    purpose: "this purpose was not promised to you",
    "purpose-unknown": "there is no such purpose",
    recipient: "the photo was not promised to this office",
    number: "it was opened as often as was promised",
    "openings-a-day": "it was opened that day as often as was promised",
    "quota-office": "the office had asked for too many photos that day",
    "quota-purpose": "too many photos were asked for that day for this purpose",
    "quota-delay": "so many photos were asked for that requests had to wait",
    slot: "the officer had asked for too many photos that day",
    "officer-unknown": "whoever asked is not an officer of the office",
    "officer-too-new": "the officer’s key was too new",
    "officer-revoked": "the officer no longer belonged to the office",
    "officer-signature": "the officer had not signed it",
    "office-suspended": "the office’s key is suspended",
    "office-forked": "the office had published two lists of officers",
    "tag-foreign": "you could not have found this request",
    "tag-gap": "an earlier request is missing on the log",
    "tag-reused": "the request was not the only one of its number",
    "not-on-the-log": "the request was not on the public log",
    "not-in-view": "the trustee had not seen the request on the public log",
    "no-quorum": "too few witnesses had seen the request on the public log",
    paused: "the trustee answers no requests at present",
    "owes-the-log": "the trustee first had to publish what it owed to the log",
    "rolled-back": "the trustee was restored from an old copy",
    behind: "the trustee had just started, and was still reading the log",
    "view-stale": "the trustee’s view of the log was too old",
    "view-forked": "the log had shown two histories",
    "stale-checkpoint": "the proof was too old",
    "clock-skew": "the request bore another day",
    "request-time": "the request was signed at another time than it was made",
  },
  ru: ru.refusals,
  pl: pl.refusals,
};

/** Why a trustee's word is not complete, by code, after its name. */
const CAUSES: Record<Language, Record<string, string>> = {
  en: {
    unreachable: "does not answer now.",
    answer: "answered with something that cannot be used.",
    behind: "has just started, and still reads the log. Ask again in a moment.",
    "rolled-back": "was restored from an old copy, and says nothing until that is mended.",
    "view-old":
      "has read the public log only as it was more than an hour ago: it may not know of openings since then.",
    "view-behind":
      "has read the public log only as it was before others read it: it may not know of openings since then.",
    owed: "has told something that the public log does not show yet.",
    "not-shown-yet": "has told something that the public log does not show yet.",
    pending: "had not got its part when the photo was sealed, and does not answer now.",
    denied: "says that it holds no such photo; its acknowledgement in your receipt says otherwise.",
    "numbers-missing": "does not show everything that it wrote about this photo.",
    "more-than-said": "shows more than it says that it wrote.",
    "request-unlogged": "gave its part for a request that is not on the public log.",
    contradiction: "has signed something that contradicts the public log.",
    "not-the-holder": "does not take this receipt for that of the photo.",
  },
  ru: ru.causes,
  pl: pl.causes,
};

/** Why it is not proven which code sealed the photo, by code. */
const APP_CAUSES: Record<Language, Record<string, string>> = {
  en: {
    "app-unasked": "no trustee says where the public log has it.",
    "app-unknown": "the code that the promise names is no release on the public log.",
    "app-late": "the code that the promise names came on the public log after the photo.",
    "app-origin": "the code was not released for the address where it ran.",
    "app-circle": "the code was made for a circle that does not lead to the photo’s.",
    "app-signatures": "too few trustees vouch for it.",
    contradiction: "what was shown for it is not what the public log has.",
    unreachable: "the public log does not show it now. Ask again in a moment.",
  },
  ru: ru.appCauses,
  pl: pl.appCauses,
};

const OTHER: Record<Language, { refusal: string; cause: string; app: string }> = {
  en: {
    refusal: "for another reason ({code})",
    cause: "could not be asked ({code}).",
    app: "what the public log has of it does not hold ({code}).",
  },
  ru: {
    refusal: "по другой причине ({code})",
    cause: "спросить не удалось ({code}).",
    app: "то, что о нём есть в публичном журнале, не годится ({code}).",
  },
  pl: pl.other,
};

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
