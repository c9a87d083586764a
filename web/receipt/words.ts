// What a receipt says, in each language.

import type { Language } from "../promise/words.js";

const en = {
  title: "Receipt for your photo",
  reference: "Your reference number",
  checking: "Checking the receipt",
  holds: "This receipt holds",
  holdsNote:
    "Checked now, in this browser, without asking anybody: {n} of {all} trustees have signed that they keep their part of the sealed photo, and entry {index} of the public log says that it was sealed.",
  pending: "These trustees had not confirmed yet. The photo’s page shows whether they have since:",
  fails: "This receipt does not hold",
  failsNote:
    "Something in this file was changed, or it was never a receipt. Do not rely on it. Look for another copy.",
  cannot: "This browser cannot check the receipt",
  cannotNote:
    "Nothing is wrong with the receipt. Open this file in a newer Chrome, Edge, Firefox or Safari.",
  promised: "What was promised about your photo",
  byServer: "The portal’s server sealed it, and saw the photo before.",
  byDevice: "It was sealed on the applicant’s own device.",
  use: "What you can do with this receipt",
  seen: "See who opened your photo, or have it destroyed:",
  give: "Choose this file there. It needs no account.",
  command: "Without the portal, on a computer of your own:",
  keep: "Keep it safe",
  keepNote:
    "This file is the only key to your photo’s history, and whoever has it can have the photo destroyed. Nobody else has a copy. Put it where you keep papers that matter; a copy on a stick or in another mailbox of yours does no harm. Paper is not enough: it does not show what only the file holds. Show it only to people whom you trust with that.",
  unchecked: "What this page cannot check",
  uncheckedNote:
    "Whether the trustees are who they say: compare this number with the one that any of them publishes. And what happened since: for that, ask on the page above.",
  circle: "The circle’s number",
  print: "Print",
};

export type ReceiptWord = keyof typeof en;

const ru: Record<ReceiptWord, string> = {
  title: "Квитанция на ваше фото",
  reference: "Номер вашего дела",
  checking: "Проверяем квитанцию",
  holds: "Квитанция верна",
  holdsNote:
    "Проверено сейчас, в этом браузере, без обращения к кому-либо: хранители ({n} из {all}) подписали, что держат свою часть запечатанного фото, а запись {index} публичного журнала говорит, что оно запечатано.",
  pending: "Эти хранители ещё не подтвердили. Подтвердили ли потом, видно на странице фото:",
  fails: "Квитанция неверна",
  failsNote:
    "В этом файле что-то изменено, или он никогда не был квитанцией. Не полагайтесь на него. Найдите другую копию.",
  cannot: "Этот браузер не может проверить квитанцию",
  cannotNote:
    "С квитанцией всё в порядке. Откройте файл в более новом Chrome, Edge, Firefox или Safari.",
  promised: "Что было обещано о вашем фото",
  byServer: "Запечатал его сервер портала; до этого он видел фото.",
  byDevice: "Оно запечатано на устройстве самого заявителя.",
  use: "Что можно сделать с этой квитанцией",
  seen: "Узнать, кто открывал фото, или уничтожить его:",
  give: "Выберите там этот файл. Учётная запись не нужна.",
  command: "Без портала, со своего компьютера:",
  keep: "Берегите её",
  keepNote:
    "Этот файл – единственный ключ к истории вашего фото, и любой, у кого он есть, может уничтожить фото. Копии больше ни у кого нет. Храните его там, где важные бумаги; копия на флешке или в другом вашем почтовом ящике не повредит. Бумаги мало: того, что есть только в файле, на ней не видно. Показывайте его только тем, кому это доверяете.",
  unchecked: "Чего эта страница проверить не может",
  uncheckedNote:
    "Те ли хранители, за кого себя выдают: сравните это число с тем, что публикует любой из них. И что было потом: об этом спросите на странице выше.",
  circle: "Число круга",
  print: "Напечатать",
};

export const RECEIPT_WORDS: Record<Language, Record<ReceiptWord, string>> = { en, ru };
export const isReceiptWord = (text: string): text is ReceiptWord => text in en;
