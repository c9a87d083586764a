// What is promised about a photo, in English.

export const en = {
  byOffice: "Only this office can open it:",
  forThis: "Only for this:",
  atMost:
    "At most {max, plural, one {# time} other {# times}} in all, and {day} on one day. Each time is on the public register before the photo opens.",
  until:
    "Until {date}. Then it is destroyed. Once your case is decided, nobody opens it any more, and it may go {days, plural, one {# day} other {# days}} later.",
  trustees: "{k} of these {n} independent trustees must agree to each opening:",
  "decide-application": "to decide the application",
  "produce-document": "to produce the document",
  appeal: "to handle an appeal",
  "applicant-copy": "to give you a copy",
};

export type PromiseWord = keyof typeof en;
export type PromiseWords = Readonly<Record<PromiseWord, string>>;
