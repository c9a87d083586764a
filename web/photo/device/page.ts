// The page around the views of the photo step: language, focus, and what went wrong.

import { FormatError, causeOf } from "../../formats/errors.js";
import { Problem } from "../../desk/problem.js";
import { all, need } from "../../pages/dom.js";
import { StopError } from "../../portrait/stop.js";
import { wordsOf as textsOf } from "../../portrait/words.js";
import { PictureError } from "./unusable.js";
import { NotFromPortalError, languageGiven } from "./place.js";
import { mark, offer } from "../../promise/languages.js";
import { type Language, isLanguage, languageOf } from "../../promise/language.js";
import { askedLanguage, follow, inside } from "./embedded.js";
import { RenewedError } from "./later.js";
import { ENGLISH, type Texts, textsIn } from "./texts.js";
import { here } from "./turn.js";
import { INSIDE, type Word, isWord } from "./words.js";

/** That of the page around, or of the portal's pages (its cookie), else the browser's. */
function chosen(): Language {
  const asked = askedLanguage();
  if (isLanguage(asked)) return asked;
  const [, cookie] = /(?:^|; )django_language=([a-z]{2})/.exec(document.cookie) ?? [];
  return isLanguage(cookie) ? cookie : languageOf(navigator.language);
}

let language: Language = languageGiven() ?? chosen();
let texts: Texts = ENGLISH;
/** The language that was chosen last, whose words may not be here yet. */
let wanted: Language = language;

export const languageNow = (): Language => language;
export const textsNow = (): Texts => texts;
export const word = (name: Word): string => texts.app[(inside ? INSIDE[name] : undefined) ?? name];

/** A text of the catalogue; in English where it has none in this language. */
export const textOf = (words: Readonly<Record<string, string>>): string =>
  words[language] ?? words["en"] ?? "";

/** Fills every text of a part of the page; the elements say which. */
export function translate(root: ParentNode): void {
  const texts: [string, (element: HTMLElement, text: string) => void][] = [
    ["t", (element, text) => (element.textContent = text)],
    [
      "t-label",
      (element, text) => {
        element.setAttribute("aria-label", text);
      },
    ],
    [
      "t-alt",
      (element, text) => {
        element.setAttribute("alt", text);
      },
    ],
  ];
  for (const [name, put] of texts) {
    for (const each of all(root, `[data-${name}]`, HTMLElement)) {
      const text = each.getAttribute(`data-${name}`) ?? "";
      if (isWord(text)) put(each, word(text));
    }
  }
}

/** Frames the page in the language that is chosen; in English where its words do not come. */
export async function frame(): Promise<void> {
  // What is asked meanwhile is asked in it.
  mark(language);
  try {
    texts = await textsIn(language);
  } catch {
    language = "en";
  }
  translate(document);
  mark(language);
}

/** Shows the page in another language; says so where its words do not come. */
async function change(next: Language, again: () => void): Promise<void> {
  wanted = next;
  try {
    const found = await textsIn(next);
    // Somebody may have chosen another one meanwhile.
    if (wanted !== next) return;
    texts = found;
  } catch (error) {
    if (wanted === next) refuse(error);
    return;
  }
  language = next;
  document.cookie = `django_language=${next}; path=/; samesite=lax`;
  translate(document);
  mark(language);
  again();
}

/** Lets people choose a language; the portal's pages keep to it. */
export function offerLanguages(again: () => void): void {
  offer(need(document, ".app-languages", HTMLElement), "app-link-button", (next) => {
    void change(next, again);
  });
  mark(language);
}

const main = (): HTMLElement => need(document, "#main-content", HTMLElement);

/** Shows a fresh copy of a template, and tells readers of the page by its heading. */
export function show(template: string, fill: (view: HTMLElement) => void): HTMLElement {
  const { content } = need(document, `#${template}`, HTMLTemplateElement);
  const place = main();
  place.replaceChildren(document.importNode(content, true));
  translate(place);
  // Other pages of the portal are shown in no frame.
  if (inside) for (const link of all(place, "a[href]", HTMLAnchorElement)) link.target = "_blank";
  fill(place);
  const heading = need(place, "h1", HTMLElement);
  heading.tabIndex = -1;
  // In a frame, nobody is taken away from where they are in the page around.
  if (!inside || document.hasFocus()) heading.focus();
  follow(template, place);
  document.title = `${heading.textContent} – ${word("city")}`;
  window.scrollTo(0, 0);
  say("");
  progress(undefined);
  return place;
}

/** Says politely what is being done. */
export function say(text: string): void {
  need(document, "#said", HTMLElement).textContent = text;
}

/** How much of something is done, 0 to 1; hidden where nothing is. */
export function progress(part: number | undefined): void {
  const bar = need(document, "#progress", HTMLProgressElement);
  bar.hidden = part === undefined;
  bar.value = part ?? 0;
}

/** What is said of a problem that the portal has not told of in words. */
const ODD: Readonly<Partial<Record<string, Word>>> = {
  portal: "noLine",
  "app-other": "renewed",
};

/** What went wrong, what to do, and what of it was only said in English. */
function wordsOf(error: unknown): [detail: string, remedy?: string, original?: string] {
  if (error instanceof PictureError) return [word(error.word)];
  if (error instanceof StopError) {
    const [cause, remedy] = textsOf(error.code, texts.said);
    return [cause, remedy];
  }
  if (error instanceof FormatError)
    return [word("notHeld"), "", `${causeOf(error)} (${error.code})`];
  if (error instanceof Problem) {
    const { message, remedy, original, code } = error;
    return [message || word(ODD[code] ?? "notHeld"), remedy, original];
  }
  if (error instanceof NotFromPortalError) return [word("beginAtPortal")];
  if (error instanceof RenewedError) return [word("renewed")];
  return [word("noLine")];
}

/** Says what went wrong, above everything else in the view. */
export function refuse(error: unknown): void {
  clearProblem();
  const { content } = need(document, "#problem", HTMLTemplateElement);
  const copy = document.importNode(content, true);
  translate(copy);
  const [detail, remedy = "", original = ""] = wordsOf(error);
  need(copy, "[data-detail]", HTMLElement).textContent = detail;
  need(copy, "[data-remedy]", HTMLElement).textContent = remedy;
  need(copy, "[data-original]", HTMLElement).textContent = original;
  main().prepend(copy);
  need(main(), ".govuk-error-summary", HTMLElement).focus();
}

export function clearProblem(): void {
  for (const each of all(main(), ".govuk-error-summary", HTMLElement)) each.remove();
}

/**
 * Runs what a control started, once at a time, and says what goes wrong.
 *
 * Where the page shows another view meanwhile, nothing is said of it there; `act` is given what
 * tells that, and shows nothing there either.
 */
export async function busy(
  control: HTMLButtonElement | HTMLInputElement,
  waiting: Word,
  act: (stays: () => boolean) => Promise<void>,
): Promise<void> {
  const stays = here();
  control.disabled = true;
  clearProblem();
  say(word(waiting));
  try {
    await act(stays);
  } catch (error) {
    if (stays()) refuse(error);
  } finally {
    control.disabled = false;
    if (stays()) {
      progress(undefined);
      say("");
    }
  }
}
