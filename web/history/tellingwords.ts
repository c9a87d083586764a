// Being told when something is done with a photo, in each language.

import type { Language } from "../promise/language.js";
import { telling } from "./pl.js";

const en = {
  tell: "Tell me when it is opened",
  tellNote:
    "A trustee of your choice writes you a mail whenever an office asks to open the photo, and when it ends. The office and this portal do not learn your address.",
  choose: "Choose a trustee",
  looking: "Asking the trustees which of them write mails.",
  none: "None of the trustees writes mails now, or none can be asked from here.",
  retry: "Ask them again",
  addressNote:
    "The address goes from here to the trustee that you choose, and to nobody else. It keeps it encrypted, and forgets it with the photo. A mail says that something was done, and no names or reasons. No mail is no proof: this page is.",
  who: "Who shall tell you?",
  already: "It tells so many addresses of this photo: {told}. Not confirmed yet: {waiting}.",
  stop: "Tell nobody any more",
  address: "Your email address",
  send: "Ask to be told",
  sending: "Asking the trustee.",
  asked: "{trustee} has sent a mail to {address}.",
  askedNote:
    "Open the link in it, and confirm: only then are you told. If no mail comes within an hour, look where unwanted mail is kept, or choose another trustee.",
  another: "Choose another trustee or address",
  stopped: "{trustee} tells nobody of this photo any more.",
  noTrustee: "Select who shall tell you",
  noAddress: "Enter an email address in the correct format, like name@example.com",
  tooMany:
    "This trustee takes no more addresses for this photo today. Have it tell nobody any more, or try again tomorrow.",
  noMore: "This trustee writes no mails any more. Choose another one.",
  over: "This trustee’s part of the photo is destroyed: nothing can happen to it any more.",
  silent: "The trustee could not be asked. Try again, or choose another one.",
};

export type TellingWord = keyof typeof en;

const ru: Record<TellingWord, string> = {
  tell: "Сообщать мне, когда его открывают",
  tellNote:
    "Хранитель, которого вы выберете, пишет вам письмо каждый раз, когда ведомство просит открыть фото, и когда фото больше нет. Ни ведомство, ни этот портал вашего адреса не узнают.",
  choose: "Выбрать хранителя",
  looking: "Спрашиваем хранителей, кто из них пишет письма.",
  none: "Сейчас никто из хранителей не пишет писем, или отсюда их не спросить.",
  retry: "Спросить их ещё раз",
  addressNote:
    "Адрес уходит отсюда только тому хранителю, которого вы выберете. Он держит его зашифрованным и забывает вместе с фото. В письме сказано, что что-то произошло, без имён и причин. Отсутствие писем ничего не доказывает, а эта страница доказывает.",
  who: "Кто будет вам сообщать?",
  already: "Он сообщает об этом фото на столько адресов: {told}. Ещё не подтверждено: {waiting}.",
  stop: "Больше никому не сообщать",
  address: "Ваш адрес электронной почты",
  send: "Попросить сообщать",
  sending: "Просим хранителя.",
  asked: "Хранитель {trustee} отправил письмо на {address}.",
  askedNote:
    "Откройте ссылку из письма и подтвердите: только тогда вам будут сообщать. Если за час письмо не придёт, посмотрите в нежелательной почте или выберите другого хранителя.",
  another: "Выбрать другого хранителя или адрес",
  stopped: "Хранитель {trustee} больше никому не сообщает об этом фото.",
  noTrustee: "Выберите, кто будет вам сообщать",
  noAddress: "Введите адрес электронной почты, например name@example.com",
  tooMany:
    "Сегодня этот хранитель больше не берёт адресов для этого фото. Пусть он больше никому не сообщает, или попробуйте завтра.",
  noMore: "Этот хранитель больше не пишет писем. Выберите другого.",
  over: "Часть этого хранителя уничтожена: с фото больше ничего не может произойти.",
  silent: "Хранителя не удалось спросить. Попробуйте ещё раз или выберите другого.",
};

export const TELLING_WORDS: Record<Language, Record<TellingWord, string>> = { en, ru, pl: telling };
