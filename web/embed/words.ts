// What <habeas-photo> itself says, in each language; all else is said inside the frame.

const en = {
  title: "Photo for your application",
  unavailable: "The photo step cannot be shown here. You can send this form without a photo.",
  finish: "Your photo is sealed and not added yet: save its receipt, and confirm it in the frame.",
};

const ru: typeof en = {
  title: "Фото для вашего заявления",
  unavailable: "Показать здесь загрузку фото не удаётся. Форму можно отправить и без фото.",
  finish: "Фото запечатано, но ещё не добавлено: сохраните квитанцию и подтвердите это в рамке.",
};

const pl: typeof en = {
  title: "Zdjęcie do Twojego wniosku",
  unavailable: "Nie można tu pokazać dodawania zdjęcia. Ten formularz można wysłać bez zdjęcia.",
  finish:
    "Zdjęcie jest zapieczętowane, ale jeszcze niedodane: zapisz pokwitowanie i potwierdź to w ramce.",
};

const WORDS: ReadonlyMap<string, typeof en> = new Map(Object.entries({ en, pl, ru }));

/** The words for a BCP 47 language, English where there are none. */
export const wordsFor = (language: string): typeof en =>
  WORDS.get(language.toLowerCase().split("-")[0] ?? "") ?? en;
