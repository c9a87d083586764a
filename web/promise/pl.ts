// What is promised about a photo, in Polish.

import type { PromiseWord } from "./en.js";

export const pl: Record<PromiseWord, string> = {
  byOffice: "Otworzyć je może tylko ten urząd:",
  forThis: "Tylko w tym celu:",
  atMost:
    "Najwyżej {max, plural, one {# raz} few {# razy} many {# razy} other {# raza}} w sumie i {day} w ciągu dnia. Każdy raz trafia do publicznego rejestru, zanim zdjęcie się otworzy.",
  until:
    "Do dnia {date}. Potem zostanie zniszczone. Gdy sprawa będzie rozstrzygnięta, nikt go już nie otworzy, a {days, plural, one {# dzień} few {# dni} many {# dni} other {# dnia}} później może przestać istnieć.",
  trustees: "Na każde otwarcie musi się zgodzić {k} z tych niezależnych powierników ({n}):",
  "decide-application": "aby rozpatrzyć wniosek",
  "produce-document": "aby sporządzić dokument",
  appeal: "aby rozpatrzyć odwołanie",
  "applicant-copy": "aby wydać Ci kopię",
};
