// The buttons by which people choose a language, and what a page says of the one chosen.

import { all } from "../pages/dom.js";
import { directionOf } from "../pages/direction.js";
import { LANGUAGES, type Language } from "./language.js";

/** Puts a button for each language into its place; `choose` is called with what is pressed. */
export function offer(
  place: HTMLElement,
  className: string,
  choose: (next: Language) => void,
): void {
  const buttons = (Object.keys(LANGUAGES) as Language[]).map((language) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = className;
    button.lang = button.dataset["language"] = language;
    button.textContent = LANGUAGES[language];
    button.addEventListener("click", () => {
      choose(language);
    });
    return button;
  });
  place.replaceChildren(...buttons);
}

/** Says of the page, and of the buttons, which language is shown. */
export function mark(language: Language): void {
  document.documentElement.lang = language;
  document.documentElement.dir = directionOf(language);
  for (const button of all(document, "[data-language]", HTMLButtonElement)) {
    if (button.dataset["language"] === language) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
}
