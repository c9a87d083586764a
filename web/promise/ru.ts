// What is promised about a photo, in Russian.

import type { PromiseWord } from "./en.js";

export const ru: Record<PromiseWord, string> = {
  byOffice: "Открыть его может только это ведомство:",
  forThis: "Только для этого:",
  atMost:
    "Всего не больше {max, plural, one {# раза} few {# раз} many {# раз} other {# раза}} и {day} в день. Каждый раз попадает в публичный реестр до открытия.",
  until:
    "До {date}. Потом оно уничтожается. Когда дело решено, его больше никто не откроет, и через {days, plural, one {# день} few {# дня} many {# дней} other {# дня}} его может не стать.",
  trustees: "На каждое открытие должны согласиться {k} из этих независимых хранителей ({n}):",
  "decide-application": "решить по заявлению",
  "produce-document": "изготовить документ",
  appeal: "рассмотреть жалобу",
  "applicant-copy": "выдать вам копию",
};
