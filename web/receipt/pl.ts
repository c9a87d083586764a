// What a receipt says, in Polish.

import type { ReceiptWord } from "./en.js";

export const pl: Record<ReceiptWord, string> = {
  title: "Pokwitowanie za Twoje zdjęcie",
  reference: "Numer Twojej sprawy",
  checking: "Sprawdzamy pokwitowanie",
  holds: "To pokwitowanie jest ważne",
  holdsNote:
    "Sprawdzono teraz, w tej przeglądarce, nikogo nie pytając: powiernicy ({n} z {all}) podpisali, że przechowują swoją część zapieczętowanego zdjęcia, a wpis {index} publicznego dziennika mówi, że je zapieczętowano.",
  pending:
    "Ci powiernicy jeszcze nie potwierdzili. Czy zrobili to później, widać na stronie zdjęcia:",
  fails: "To pokwitowanie jest nieważne",
  failsNote:
    "Coś w tym pliku zmieniono albo nigdy nie był pokwitowaniem. Nie polegaj na nim. Poszukaj innej kopii.",
  cannot: "Ta przeglądarka nie potrafi sprawdzić pokwitowania",
  cannotNote:
    "Z pokwitowaniem wszystko jest w porządku. Otwórz ten plik w nowszej wersji Chrome, Edge, Firefox lub Safari.",
  promised: "Co obiecano w sprawie Twojego zdjęcia",
  byServer: "Zapieczętował je serwer portalu, który wcześniej widział zdjęcie.",
  byDevice: "Zapieczętowano je na urządzeniu osoby, która składała wniosek.",
  byApp:
    "Urządzenie mówi, że użyło aplikacji z adresu {origin}. Oto pierwsze znaki jej numeru w publicznym dzienniku; którzy powiernicy za nią ręczą, mówią strona {page} i program poniżej:",
  use: "Co możesz zrobić z tym pokwitowaniem",
  useNote:
    "Otwieraj ten plik, kiedy chcesz: pokazuje, kto otwierał Twoje zdjęcie, i pozwala je zniszczyć. Sam pyta powierników i publiczny dziennik; nie potrzeba ani konta, ani słowa portalu.",
  seen: "To samo na stronie portalu:",
  give: "Wybierz tam ten plik albo wpisz słowa poniżej.",
  command: "Programem, na własnym komputerze:",
  paper: "Na papierze",
  paperNote:
    "Te dwanaście słów i numer sprawy to raz jeszcze to samo pokwitowanie. Wpisz je na stronie portalu albo odczytaj kod aparatem telefonu. Kto je ma, może zlecić zniszczenie zdjęcia.",
  paperNone: "To pokwitowanie nie ma słów: każdy z jego sekretów wylosowano osobno. Zachowaj plik.",
  codeLabel: "Kod dla aparatu telefonu, z tymi samymi słowami",
  words: "Dwanaście słów",
  lock: "Zabezpiecz je hasłem",
  lockNote:
    "Tworzy kopię tego pliku, która otwiera się tylko hasłem. Jeśli je zapomnisz, pomogą słowa powyżej. Potem usuń ten plik, jeśli nikt nie ma go czytać.",
  passphrase: "Hasło",
  passphraseHint: "Co najmniej 12 znaków: kilka słów, których nikt nie odgadnie",
  short: "Błąd: hasło musi mieć co najmniej 12 znaków",
  lockButton: "Zapisz zabezpieczoną kopię",
  locked: "To pokwitowanie jest zabezpieczone hasłem",
  unlock: "Otwórz pokwitowanie",
  wrong: "Błąd: tym hasłem pokwitowanie się nie otwiera",
  keep: "Przechowuj je bezpiecznie",
  keepNote:
    "Ten plik jest kluczem do historii Twojego zdjęcia, a kto go ma, może zlecić zniszczenie zdjęcia. Nikt inny nie ma kopii. Trzymaj go tam, gdzie ważne dokumenty; kopia na pendrivie albo w innej Twojej skrzynce nie szkodzi, a wydruk na papierze zawiera to samo. Pokazuj go tylko osobom, którym to powierzasz. Gdyby wszystko przepadło: biuro powiernika pomoże temu, kto wykaże, kim jest.",
  unchecked: "Czego ta strona nie może sprawdzić",
  uncheckedNote:
    "Czy powiernicy są tymi, za których się podają: porównaj tę liczbę z tą, którą ogłasza dowolny z nich. Wszystko inne w tym pokwitowaniu jest związane ich podpisami; nic nie zostało niesprawdzone.",
  circle: "Liczba kręgu",
  print: "Drukuj",
};
