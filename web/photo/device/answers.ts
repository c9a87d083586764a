// What was answered and the photo, as rows of a list.

import type { Question } from "../../answers/rules.js";
import { textOf, word } from "./page.js";

/** Puts the answers before the row of the photo, each with a way to change it. */
export function fillAnswers(
  row: HTMLElement,
  questions: readonly Question[],
  answers: Readonly<Record<string, string>>,
): void {
  for (const { name, label: words } of questions) {
    const label = textOf(words);
    const line = document.createElement("div");
    line.className = "govuk-summary-list__row";
    const key = document.createElement("dt");
    key.className = "govuk-summary-list__key";
    key.textContent = label;
    const said = document.createElement("dd");
    said.className = "govuk-summary-list__value app-lines";
    said.textContent = answers[name] ?? "–";
    const act = document.createElement("dd");
    act.className = "govuk-summary-list__actions";
    const change = document.createElement("a");
    change.className = "govuk-link";
    change.href = "#/details";
    const which = document.createElement("span");
    which.className = "govuk-visually-hidden";
    which.textContent = ` ${label}`;
    change.append(word("change"), which);
    act.append(change);
    line.append(key, said, act);
    row.before(line);
  }
}

/** Shows the picture that is kept. */
export function showKept(image: HTMLImageElement, picture: Uint8Array<ArrayBuffer>): void {
  const address = URL.createObjectURL(new Blob([picture], { type: "image/jpeg" }));
  image.addEventListener("load", () => {
    URL.revokeObjectURL(address);
  });
  image.src = address;
}
