// What was answered and the photo, as rows of a list.

import type { Order } from "./portal.js";

/** Puts the answers before the row of the photo. */
export function fillAnswers(row: HTMLElement, answers: Order["answers"]): void {
  for (const [label, value] of answers) {
    const line = document.createElement("div");
    line.className = "govuk-summary-list__row";
    const key = document.createElement("dt");
    key.className = "govuk-summary-list__key";
    key.textContent = label;
    const said = document.createElement("dd");
    said.className = "govuk-summary-list__value app-lines";
    said.textContent = value;
    line.append(key, said);
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
