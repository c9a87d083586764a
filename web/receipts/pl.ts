// The portal's page of receipts, in Polish.

import type { PageWord } from "./en.js";

export const pl: Record<PageWord, string> = {
  problem: "Jest błąd",
  error: "Błąd",
  here: "Pokwitowanie zostaje w tej przeglądarce. Jest sprawdzane tutaj, a ta strona sama pyta powierników i publiczny dziennik: portal go nie widzi.",
  checking: "Sprawdzamy pokwitowanie",
  select: "Wybierz swoje pokwitowanie",
  noReceipt: "Wybrany plik nie jest pokwitowaniem albo został zmieniony",
  fails: "Pokwitowanie jest nieważne: coś w nim zmieniono. Poszukaj innej kopii",
  cannot:
    "Ta przeglądarka nie potrafi sprawdzić pokwitowania. Użyj nowszej wersji Chrome, Edge, Firefox lub Safari",
  passphrase: "Wpisz hasło pokwitowania",
  wrongPassphrase: "Tym hasłem pokwitowanie się nie otwiera",
  wordsNone: "Wpisz dwanaście słów swojego pokwitowania",
  wordsCount: "Wpisz wszystkie dwanaście słów, każde raz, po kolei",
  wordsUnknown: "Tych słów nie ma na liście: {words}. Sprawdź pisownię",
  wordsChecksum: "Jedno ze słów jest inne albo kolejność się nie zgadza. Sprawdź każde z nich",
  referenceNone: "Wpisz numer sprawy",
  notFound:
    "Ten portal nie przechowuje zdjęcia o takich słowach. Sprawdź je oraz to, gdzie składano wniosek",
  referenceWrong: "Numer sprawy nie pasuje do tych słów. Sprawdź jedno i drugie",
  portal: "Nie udało się zapytać portalu o resztę pokwitowania. Spróbuj za minutę",
  holds:
    "To pokwitowanie jest ważne. Powiernicy ({n} z {all}) podpisali, że przechowują swoją część, a wpis {index} publicznego dziennika mówi, że zdjęcie zapieczętowano.",
  promised: "Co obiecano w sprawie Twojego zdjęcia",
  save: "Zapisz pokwitowanie jako plik",
  saveNote: "Twoje słowa odtworzyły całe pokwitowanie. Zapisz je, a słowa nie będą już potrzebne.",
  other: "Obejrzyj inne pokwitowanie",
  wanted: "Urząd prosi o inne zdjęcie",
  wantedNote:
    "Tego zdjęcia nie udało się odczytać: nikt go już nie otworzy i może zostać zniszczone {days, plural, one {# dzień} few {# dni} many {# dni} other {# dnia}} później, a na Twoje życzenie od razu. Wniosek jest dalej rozpatrywany. Możesz przesłać inne zdjęcie albo nie przesyłać żadnego.",
  choose: "Wybierz, czy przesłać inne",
};
