// The parts of the page of receipts that say what is wrong (GOV.UK's pattern of errors).

import { all, need } from "../pages/dom.js";
import { type Language, languageOf } from "../promise/language.js";
import { PAGE_WORDS, type PageWord } from "./words.js";

/** The language that the page came in. */
export const pageLanguage = (): Language => languageOf(document.documentElement.lang);

export const word = (name: PageWord): string => PAGE_WORDS[pageLanguage()][name];

/** Something that a person can put right, at one field. */
export class Mistake extends Error {
  override name = "Mistake";

  constructor(
    readonly field: "receipt" | "passphrase" | "words" | "reference",
    message: string,
  ) {
    super(message);
  }
}

const title = document.title;

/** Takes away what was said to be wrong. */
export function clearMistake(): void {
  document.title = title;
  for (const each of all(document, "[data-mistake]", HTMLElement)) each.remove();
  for (const group of all(document, ".govuk-form-group--error", HTMLElement)) {
    group.classList.remove("govuk-form-group--error");
  }
}

/** Says what is wrong: in a summary that takes the focus, and beside the field. */
export function showMistake({ field, message }: Mistake): void {
  clearMistake();
  document.title = `${word("error")}: ${title}`;
  const input = need(document, `#${field}`, HTMLElement);
  const beside = document.createElement("p");
  beside.className = "govuk-error-message";
  beside.id = `${field}-error`;
  beside.dataset["mistake"] = "";
  const hidden = document.createElement("span");
  hidden.className = "govuk-visually-hidden";
  hidden.textContent = `${word("error")}: `;
  beside.append(hidden, message);
  input.closest(".govuk-form-group")?.classList.add("govuk-form-group--error");
  input.before(beside);
  const said = (input.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean);
  input.setAttribute("aria-describedby", [...new Set([...said, beside.id])].join(" "));
  const summary = document.createElement("div");
  summary.className = "govuk-error-summary";
  summary.dataset["mistake"] = "";
  summary.tabIndex = -1;
  const alert = document.createElement("div");
  alert.setAttribute("role", "alert");
  const heading = document.createElement("h2");
  heading.className = "govuk-error-summary__title";
  heading.textContent = word("problem");
  const body = document.createElement("div");
  body.className = "govuk-error-summary__body";
  const link = document.createElement("a");
  link.href = `#${field}`;
  link.textContent = message;
  link.addEventListener("click", (event) => {
    event.preventDefault();
    input.focus();
  });
  body.append(link);
  alert.append(heading, body);
  summary.append(alert);
  need(document, "#ask", HTMLElement).prepend(summary);
  summary.focus();
}
