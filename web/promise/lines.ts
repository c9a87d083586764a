// What is promised about a photo, line by line: of a circle that was verified, and of the terms
// that are in the seal. Nothing here is a text of a server's.

import type { Circle, Wishes } from "../formats/index.js";
import type { Language } from "./language.js";
import type { PromiseWords } from "./en.js";

/** What a promise limits; a receipt's promise has it, and so have an applicant's wishes. */
export type PromiseLimits = Pick<
  Wishes,
  "recipients" | "purposes" | "openings_max" | "openings_a_day" | "opens_until" | "closed_days"
>;

/** A number within a text, in ICU MessageFormat's words: `{days, plural, one {# day} other {# days}}`. */
const PLURAL = /\{(\w+), plural,((?: \w+ \{[^{}]*\})+)\}/g;

/** The form of a number's categories (Unicode CLDR) that a language has for it. */
function formOf(number: number, forms: string, language: Language): string {
  const known = new Map(
    [...forms.matchAll(/ (\w+) \{([^{}]*)\}/g)].map(([, category, form]) => [category, form]),
  );
  const form = known.get(new Intl.PluralRules(language).select(number)) ?? known.get("other") ?? "";
  return form.replace("#", String(number));
}

/** A text with its numbers and days put in; a text with forms of a number needs its language. */
export const filled = (
  text: string,
  values: Record<string, string | number>,
  language: Language = "en",
): string =>
  text
    .replace(PLURAL, (_, key: string, forms: string) =>
      formOf(Number(values[key]), forms, language),
    )
    .replace(/\{(\w+)\}/g, (_, key: string) => String(values[key] ?? ""));

/** How days and times are written: in English the day comes first. */
export const localeOf = (language: Language): string => (language === "en" ? "en-GB" : language);

/** A day in words. */
export const dayInWords = (day: string, language: Language): string =>
  new Intl.DateTimeFormat(localeOf(language), { dateStyle: "long", timeZone: "UTC" })
    .format(
      new Date(`${day}T00:00:00Z`),
      // Some languages end a day with an abbreviation; the sentence has a full stop of its own.
    )
    .replace(/\.$/, "");

/** What an office is called; in English where the circle has no name in the language. */
export function nameOf(circle: Circle, office: string, language: Language): string {
  const name: Partial<Record<string, string>> | undefined = circle.offices.find(
    (each) => each.office === office,
  )?.name;
  return name?.[language] ?? name?.["en"] ?? office;
}

export function line(text: string, ...strong: readonly string[]): HTMLLIElement {
  const item = document.createElement("li");
  item.append(text);
  strong.forEach((each, at) => {
    const name = document.createElement("strong");
    name.textContent = each;
    item.append(at === 0 ? " " : ", ", name);
  });
  return item;
}

/**
 * The lines of a promise.
 *
 * @param words in that language.
 */
export function promiseLines(
  circle: Circle,
  limits: PromiseLimits,
  language: Language,
  words: PromiseWords,
): HTMLLIElement[] {
  const offices = limits.recipients.map((id) => nameOf(circle, id, language));
  const trustees = circle.trustees.map(({ name }) => name);
  const times = { max: limits.openings_max, day: limits.openings_a_day };
  const end = { date: dayInWords(limits.opens_until, language), days: limits.closed_days };
  return [
    line(words.byOffice, ...offices),
    line(words.forThis, ...limits.purposes.map((each) => words[each])),
    line(filled(words.atMost, times, language)),
    line(filled(words.until, end, language)),
    line(filled(words.trustees, { k: circle.k, n: trustees.length }), ...trustees),
  ];
}
