// What happened to a photo, in Polish.

import type { Forms } from "../promise/language.js";
import type { PurposeName } from "../formats/fields.js";
import type { HistoryWord, PanelWord, TellingWord } from "./en.js";

export const history: Record<HistoryWord, string> = {
  heading: "Co się działo z Twoim zdjęciem",
  asking: "Pytamy powierników i publiczny dziennik. Odpowiedzieli powiernicy: {n} z {all}.",
  complete:
    "Sprawdzono w tej przeglądarce: wszyscy powiernicy pokazali wszystko, co kiedykolwiek powiedzieli o tym zdjęciu, i wszystko to jest w publicznym dzienniku. Świadkowie widzieli dziennik: {at}.",
  settling:
    "Przed chwilą coś się z tym zdjęciem stało i publiczny dziennik nie pokazuje jeszcze wszystkiego. To, co poniżej, jest prawdą. Zapytaj ponownie za chwilę; jeśli tak zostanie dłużej niż kilka minut, powiedz o tym powiernikowi.",
  incomplete:
    "Nie wszystkich udało się zapytać. To, co poniżej, jest prawdą, ale może nie być wszystkim.",
  contradicted:
    "To, co Ci powiedziano, przeczy publicznemu dziennikowi. Zachowaj pokwitowanie i zanieś je powiernikowi, któremu ufasz.",
  offline:
    "Stąd nie można teraz dotrzeć ani do powierników, ani do publicznego dziennika. Samo pokwitowanie jest mimo to sprawdzone. Zapytaj ponownie, gdy będzie połączenie.",
  unreadLog: "Publicznego dziennika nie udało się teraz odczytać. Spróbuj za kilka minut.",
  unreadOld:
    "Świadkowie widzieli publiczny dziennik ponad godzinę temu: późniejszych otwarć tu nie widać.",
  unreadClock:
    "Zegar tego urządzenia jest zły: świadkowie widzieli dziennik później, niż on pokazuje. Ustaw go i zapytaj ponownie.",
  never: "Nikt nie otworzył Twojego zdjęcia.",
  notKnown:
    "Nie wiadomo o żadnym otwarciu. Że nikt go nie otworzył, jest pewne dopiero wtedy, gdy uda się zapytać wszystkich.",
  opened: "{day} otwarto je: {office}, {purpose}.",
  refused: "{day} chciano je otworzyć: {office}, {purpose}. Odmówiono.",
  part: "{day} chciano je otworzyć: {office}, {purpose}. Zbyt mało powierników dało swoją część: zdjęcie się nie otworzyło.",
  unanswered:
    "{day} chciano je otworzyć: {office}, {purpose}. Żaden powiernik nie dał swojej części: zdjęcie się nie otworzyło.",
  sealed: "{day} zdjęcie zapieczętowano.",
  closed:
    "{day} urząd skończył z nim pracę. Nikt go już nie otworzy, a {days, plural, one {# dzień} few {# dni} many {# dni} other {# dnia}} później może zostać zniszczone.",
  withdrawn: "{day} zdjęcie wycofano Twoim pokwitowaniem. Swoją część zniszczyli: {by}.",
  expired: "{day} minął jego czas. Swoją część zniszczyli: {by}.",
  orphaned: "{day} porzucono je, bo nigdy nie zostało ukończone: {by}.",
  claimed:
    "{day} zniszczono je dla osoby, która w biurach powierników wykazała, że należy do niej. Swoją część zniszczyli: {by}.",
  "claim-destroy":
    "{day} ktoś bez pokwitowania wykazał w biurze {by}, że to zdjęcie należy do niego, i chce je zniszczyć. Do tego czasu nikt go nie otworzy. Jeśli to nie Twoje życzenie, od razu powiadom {by}.",
  "claim-copy":
    "{day} ktoś bez pokwitowania wykazał w biurze {by}, że to zdjęcie należy do niego, i chce kopii. Jeśli to nie Twoje życzenie, od razu powiadom {by}.",
  "claim-lift": "{day} cofnięto to, co tam zgłoszono: {by}.",
  reason: "Powód, słowami urzędnika: „{reason}”",
  at: "Podpisano: {at}.",
  key: "Podpisano kluczem {key} urzędu, który wie, czyj to klucz, i ma obowiązek Ci powiedzieć.",
  noReason: "Portal nie pokazał powodu. Urząd ma obowiązek Ci go podać.",
  gave: "Swoją część dali: {by}.",
  because: "{trustee}: {why}",
  entry: "Wpis {index} publicznego dziennika",
  owed: "Jeszcze nie ma tego w publicznym dzienniku",
  seats: "Kto ma części klucza",
  seatsNote: "Zdjęcie otwierają części, gdy jest ich {k}; jedna nie otwiera niczego.",
  holds: "ma swoją część",
  destroyed: "zniszczył swoją część",
  pending: "nie miał jeszcze swojej części, gdy pieczętowano zdjęcie, i teraz nie odpowiada",
  contradicts: "przeczy publicznemu dziennikowi",
  silent: "nie udało się go teraz zapytać",
  code: "Kod, który je zapieczętował",
  codeOf:
    "Wydanie {number}, wersja {version}, działało pod adresem {origin}. W publicznym dzienniku jest od {day}, wcześniej niż Twoje zdjęcie.",
  vouchers: "Ręczą za nie powiernicy; potrzeba co najmniej: {k}.",
  rebuilt: "Zbudowali je na nowo ze źródeł i otrzymali to samo: {by}.",
  compared: "Porównali je z tym, co podaje serwer: {by}.",
  differs: "{day} {trustee} otrzymał zamiast niego coś innego, pod adresem {where}.",
  noDiffers: "Żaden powiernik nie zgłosił, że otrzymał zamiast niego coś innego.",
  codeUnproven: "Nie jest udowodnione, jaki kod je zapieczętował: {why}",
  codeMissing:
    "Wszyscy powiernicy pokazali wszystko, co kiedykolwiek powiedzieli o tym zdjęciu. Nie jest udowodnione, jaki kod je zapieczętował.",
  again: "Zapytaj ponownie",
  gone: "Żaden powiernik nie ma już swojej części: nikt nie może otworzyć zdjęcia.",
};

export const openings: Forms = {
  one: "Twoje zdjęcie otwarto {n} raz. Obiecano najwyżej: {max}.",
  few: "Twoje zdjęcie otwarto {n} razy. Obiecano najwyżej: {max}.",
  many: "Twoje zdjęcie otwarto {n} razy. Obiecano najwyżej: {max}.",
  other: "Twoje zdjęcie otwarto {n} raza. Obiecano najwyżej: {max}.",
};

export const purposes: Record<PurposeName, string> = {
  "decide-application": "aby rozpatrzyć Twój wniosek",
  "produce-document": "aby sporządzić Twój dokument",
  appeal: "aby rozpatrzyć Twoje odwołanie",
  "applicant-copy": "aby wydać Ci kopię",
};

export const refusals: Record<string, string> = {
  closed: "sprawa była już zakończona",
  expired: "obietnica wygasła",
  claimed: "ktoś wykazał w biurze powiernika, że chce je zniszczyć",
  withdrawn: "zdjęcie było już wycofane",
  erased: "zdjęcie jest zniszczone",
  purpose: "tego celu Ci nie obiecano",
  "purpose-unknown": "nie ma takiego celu",
  recipient: "zdjęcia nie obiecano temu urzędowi",
  number: "otwarto je już tyle razy, ile obiecano",
  "openings-a-day": "tego dnia otwarto je już tyle razy, ile obiecano",
  "quota-office": "urząd poprosił tego dnia o zbyt wiele zdjęć",
  "quota-purpose": "w tym celu poproszono tego dnia o zbyt wiele zdjęć",
  "quota-delay": "poproszono o tyle zdjęć, że prośby musiały czekać",
  slot: "urzędnik poprosił tego dnia o zbyt wiele zdjęć",
  "officer-unknown": "pytający nie jest urzędnikiem tego urzędu",
  "officer-too-new": "klucz urzędnika był zbyt nowy",
  "officer-revoked": "urzędnik nie należał już do urzędu",
  "officer-signature": "urzędnik tego nie podpisał",
  "office-suspended": "klucz urzędu jest zawieszony",
  "office-forked": "urząd ogłosił dwie listy urzędników",
  "tag-foreign": "nie dałoby się znaleźć tej prośby",
  "tag-gap": "w dzienniku brakuje wcześniejszej prośby",
  "tag-reused": "prośba nie była jedyną o swoim numerze",
  "not-on-the-log": "prośby nie było w publicznym dzienniku",
  "not-in-view": "powiernik nie widział prośby w publicznym dzienniku",
  "no-quorum": "zbyt mało świadków widziało prośbę w publicznym dzienniku",
  paused: "powiernik nie odpowiada teraz na żadne prośby",
  "owes-the-log": "powiernik musiał najpierw ogłosić to, co był winien dziennikowi",
  "rolled-back": "powiernika odtworzono ze starej kopii",
  behind: "powiernik dopiero się uruchomił i jeszcze czytał dziennik",
  "view-stale": "powiernik widział dziennik zbyt dawno",
  "view-forked": "dziennik pokazał dwie historie",
  "stale-checkpoint": "dowód był zbyt stary",
  "clock-skew": "na prośbie był inny dzień",
  "request-time": "prośbę podpisano o innym czasie, niż ją złożono",
};

export const causes: Record<string, string> = {
  unreachable: "teraz nie odpowiada.",
  answer: "odpowiedział czymś, czego nie da się użyć.",
  behind: "dopiero się uruchomił i jeszcze czyta dziennik. Zapytaj ponownie za chwilę.",
  "rolled-back": "został odtworzony ze starej kopii i milczy, dopóki nie zostanie to naprawione.",
  "view-old":
    "widział publiczny dziennik tylko takim, jaki był ponad godzinę temu: może nie wiedzieć o późniejszych otwarciach.",
  "view-behind":
    "widział publiczny dziennik wcześniej niż inni: może nie wiedzieć o późniejszych otwarciach.",
  owed: "powiedział coś, czego publiczny dziennik jeszcze nie pokazuje.",
  "not-shown-yet": "powiedział coś, czego publiczny dziennik jeszcze nie pokazuje.",
  pending: "nie miał jeszcze swojej części, gdy pieczętowano zdjęcie, i teraz nie odpowiada.",
  denied:
    "mówi, że nie ma takiego zdjęcia; jego potwierdzenie w Twoim pokwitowaniu mówi co innego.",
  "numbers-missing": "nie pokazuje wszystkiego, co napisał o tym zdjęciu.",
  "more-than-said": "pokazuje więcej, niż według siebie napisał.",
  "request-unlogged": "dał swoją część na prośbę, której nie ma w publicznym dzienniku.",
  contradiction: "podpisał coś, co przeczy publicznemu dziennikowi.",
  "not-the-holder": "nie uznaje tego pokwitowania za pokwitowanie tego zdjęcia.",
};

export const other = {
  refusal: "z innego powodu ({code})",
  cause: "nie udało się go zapytać ({code}).",
  app: "to, co jest o nim w publicznym dzienniku, nie jest ważne ({code}).",
};

export const panel: Record<PanelWord, string> = {
  destroy: "Zniszcz je",
  destroyNote:
    "Zdjęcie możesz zniszczyć w każdej chwili, bez podawania powodu. Powiernicy są pytani stąd.",
  withdraw: "Wycofaj zdjęcie",
  sure: "Wycofać zdjęcie?",
  sureNote:
    "Każdy powiernik niszczy swoją część i podpisuje, że to zrobił. Potem nikt nie może otworzyć zdjęcia i nie da się go przywrócić.",
  goesOn: "Twój wniosek jest dalej rozpatrywany, bez zdjęcia.",
  yes: "Tak, wycofaj zdjęcie",
  no: "Nie, zachowaj je",
  withdrawing: "Wycofujemy zdjęcie",
  withdrawingNote: "Prosimy powierników o zniszczenie ich części.",
  withdrawn: "Zdjęcie wycofane",
  withdrawnNote: "Nie można go już otworzyć.",
  closed: "Nikt nie może już otworzyć zdjęcia",
  closedNote:
    "Nie wszyscy powiernicy już potwierdzili. Pozostali przekazują im Twoje wycofanie, aż to zrobią.",
  notYet: "Jeszcze nie wszędzie wycofane",
  notYetNote: "Potwierdziło zbyt mało powierników. Kto potwierdził, przekazuje to wszystkim innym.",
  erased: "zniszczył swoją część.",
  statement: "Jego podpisane oświadczenie",
  neverHeld: "nigdy nie dostał swojej części i już jej nie przyjmie.",
  owed: "zniszczył swoją część; publiczny dziennik jeszcze tego nie pokazuje.",
  attest:
    "To są podpisane oświadczenia. Poświadczają zniszczenie; nic nie może dowieść, że wcześniej nie zrobiono kopii.",
  askAgain: "Zapytaj ich ponownie",
};

export const telling: Record<TellingWord, string> = {
  tell: "Powiadom mnie, gdy ktoś je otwiera",
  tellNote:
    "Wybrany przez Ciebie powiernik pisze do Ciebie za każdym razem, gdy urząd prosi o otwarcie zdjęcia, i gdy zdjęcie przestaje istnieć. Ani urząd, ani ten portal nie poznają Twojego adresu.",
  choose: "Wybierz powiernika",
  looking: "Pytamy powierników, którzy z nich piszą listy.",
  none: "Żaden powiernik nie pisze teraz listów albo nie da się ich stąd zapytać.",
  retry: "Zapytaj ich ponownie",
  addressNote:
    "Adres trafia stąd tylko do powiernika, którego wybierzesz. Przechowuje go zaszyfrowany i zapomina razem ze zdjęciem. List mówi, że coś się stało, bez nazwisk i powodów. Brak listów niczego nie dowodzi; dowodem jest ta strona.",
  who: "Kto ma Cię powiadamiać?",
  already: "Tyle adresów powiadamia o tym zdjęciu: {told}. Jeszcze niepotwierdzone: {waiting}.",
  stop: "Nie powiadamiaj już nikogo",
  address: "Twój adres e-mail",
  send: "Poproś o powiadamianie",
  sending: "Prosimy powiernika.",
  asked: "{trustee} wysłał list na adres {address}.",
  askedNote:
    "Otwórz odnośnik z listu i potwierdź: dopiero wtedy będziesz dostawać powiadomienia. Jeśli list nie przyjdzie w ciągu godziny, zajrzyj do niechcianej poczty albo wybierz innego powiernika.",
  another: "Wybierz innego powiernika lub adres",
  stopped: "{trustee} nie powiadamia już nikogo o tym zdjęciu.",
  noTrustee: "Wybierz, kto ma Cię powiadamiać",
  noAddress: "Podaj poprawny adres e-mail, na przykład name@example.com",
  tooMany:
    "Ten powiernik nie przyjmuje dziś więcej adresów dla tego zdjęcia. Każ mu nie powiadamiać już nikogo albo spróbuj jutro.",
  noMore: "Ten powiernik nie pisze już listów. Wybierz innego.",
  over: "Część tego powiernika jest zniszczona: ze zdjęciem nic się już nie może stać.",
  silent: "Nie udało się zapytać powiernika. Spróbuj ponownie albo wybierz innego.",
};

export const appCauses: Record<string, string> = {
  "app-unasked": "żaden powiernik nie mówi, gdzie jest w publicznym dzienniku.",
  "app-unknown": "kodu, który nazywa obietnica, nie ma w publicznym dzienniku jako wydania.",
  "app-late": "kod, który nazywa obietnica, trafił do publicznego dziennika później niż zdjęcie.",
  "app-origin": "kodu nie wydano dla adresu, pod którym działał.",
  "app-circle": "kod zrobiono dla kręgu, który nie prowadzi do kręgu tego zdjęcia.",
  "app-signatures": "ręczy za niego zbyt mało powierników.",
  contradiction: "to, co o nim pokazano, nie jest tym, co ma publiczny dziennik.",
  unreachable: "publiczny dziennik teraz go nie pokazuje. Zapytaj ponownie za chwilę.",
};
