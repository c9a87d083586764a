/** Scripts that run from right to left (Unicode, UAX 9), by the language's name (BCP 47). */
const RIGHT_TO_LEFT = /^(ar|fa|he|ur|ps|sd|ug|yi|dv|ckb)\b/;

/** How text of a language runs, for `dir`. */
export const directionOf = (language: string): "ltr" | "rtl" =>
  RIGHT_TO_LEFT.test(language) ? "rtl" : "ltr";
