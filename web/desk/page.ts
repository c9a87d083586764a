// The page around the views: language, titles, focus, and what went wrong.

import { all, need } from "../pages/dom.js";
import { causeOf } from "../formats/index.js";
import { Problem } from "./problem.js";
import {
  ALL_LANGUAGES,
  type Language,
  type Plural,
  WORDS,
  type Word,
  isLanguage,
  isWord,
} from "./words/index.js";

const KEY = "language";

/** The language that was chosen here before, else the browser's. */
function chosen(): Language {
  const kept = localStorage.getItem(KEY);
  if (isLanguage(kept)) return kept;
  return ALL_LANGUAGES.find((each) => navigator.language.startsWith(each)) ?? "en";
}

let language: Language = chosen();

export const languageNow = (): Language => language;
export const word = (name: Word): string => WORDS[language].texts[name];

/** The words of a code or name that others gave, or that itself where there are none. */
export const wordOr = (name: string, other = name): string => (isWord(name) ? word(name) : other);

/** A sentence with a number, in the form that the language has for it. */
export function count(
  name: Plural,
  n: number,
  more: Readonly<Record<string, number>> = {},
): string {
  const forms = WORDS[language].plurals[name];
  const form = forms[new Intl.PluralRules(language).select(n)] ?? forms.other;
  const shown = new Intl.NumberFormat(WORDS[language].locale);
  return Object.entries({ ...more, n }).reduce(
    (text, [key, value]) => text.replace(`{${key}}`, shown.format(value)),
    form,
  );
}

/** A day (YYYY-MM-DD) as people of the language write it. */
export const dayName = (day: string): string =>
  new Intl.DateTimeFormat(WORDS[language].locale, { dateStyle: "long", timeZone: "UTC" }).format(
    new Date(`${day}T00:00:00Z`),
  );

/** A sentence with one full stop: in some languages a day ends with a point of its own. */
export const sentence = (text: string): string => `${text.replace(/\.$/, "")}.`;

/** A moment (RFC 3339) in the same way, UTC. */
export const momentName = (at: string): string =>
  `${new Intl.DateTimeFormat(WORDS[language].locale, {
    dateStyle: "long",
    timeStyle: "short",
    timeZone: "UTC",
  }).format(new Date(at))} UTC`;

/** What a service is called; its id where nobody has told that. */
export const serviceName = (
  names: Readonly<Record<string, Readonly<Record<string, string>>>>,
  id: string,
): string => names[id]?.[language] ?? names[id]?.["en"] ?? id;

/** Chooses a language, and keeps the choice. */
export function choose(next: Language): void {
  language = next;
  localStorage.setItem(KEY, next);
}

/** Fills every text of a part of the page; the elements say which. */
export function translate(root: ParentNode): void {
  for (const each of all(root, "[data-t]", HTMLElement)) {
    const name = each.dataset["t"] ?? "";
    if (isWord(name)) each.textContent = word(name);
  }
  for (const each of all(root, "[data-t-label]", HTMLElement)) {
    const name = each.dataset["tLabel"] ?? "";
    if (isWord(name)) each.setAttribute("aria-label", word(name));
  }
}

/** Main part of the page. */
export const main = (): HTMLElement => need(document, "#main-content", HTMLElement);

/** A fresh copy of a template, in the language that is chosen. */
export function copyOf(template: string): DocumentFragment {
  const { content } = need(document, `#${template}`, HTMLTemplateElement);
  const copy = document.importNode(content, true);
  translate(copy);
  return copy;
}

let newest = 0;

/** A view's turn: one that began before the newest and still waits shows nothing any more. */
export function begin(): number {
  newest += 1;
  return newest;
}

/** The turn of the view that began last. */
export function latest(): number {
  return newest;
}

/** Somebody has gone on to another view meanwhile. */
class Superseded extends Error {}

/** Puts a view in place of the standing one, and tells readers of the page by its heading. */
export function show(view: DocumentFragment, turn = begin()): HTMLElement {
  if (turn !== newest) throw new Superseded();
  const place = main();
  place.replaceChildren(view);
  const heading = need(place, "h1", HTMLElement);
  heading.tabIndex = -1;
  heading.focus();
  document.title = `${heading.textContent} – ${word("title")}`;
  window.scrollTo(0, 0);
  say("");
  return place;
}

/** Says politely what is being done. */
export function say(text: string): void {
  need(document, "#said", HTMLElement).textContent = text;
}

/** Says what went wrong, above everything else in the view. */
export function refuse(error: unknown, register: string): void {
  if (error instanceof Superseded) return;
  clearProblem();
  const copy = copyOf("problem");
  const problem = error instanceof Problem ? error : Problem.odd("", causeOf(error));
  need(copy, "[data-detail]", HTMLElement).textContent = problem.message || word("failed");
  need(copy, "[data-remedy]", HTMLElement).textContent = problem.remedy;
  need(copy, "[data-original]", HTMLElement).textContent = problem.original;
  if (problem.index !== undefined) {
    need(copy, "[data-entry]", HTMLElement).hidden = false;
    link(need(copy, "[data-entry] a", HTMLAnchorElement), register, problem.index);
  }
  main().prepend(copy);
  need(main(), ".govuk-error-summary", HTMLElement).focus();
}

export function clearProblem(): void {
  for (const each of all(main(), ".govuk-error-summary", HTMLElement)) each.remove();
}

/** An entry of the public log, at the portal's register. */
export function link(anchor: HTMLAnchorElement, register: string, index: number): void {
  anchor.href = `${register}/register/entries/${String(index)}/`;
  anchor.textContent = `#${String(index)}`;
}

/** Runs what a button started, once at a time, and says what goes wrong. */
export async function busy(
  button: HTMLButtonElement,
  waiting: string,
  register: string,
  act: () => Promise<void>,
): Promise<void> {
  button.disabled = true;
  clearProblem();
  say(waiting);
  try {
    await act();
  } catch (error) {
    refuse(error, register);
  } finally {
    button.disabled = false;
    say("");
  }
}
