// One case: what the applicant answered, opened here, and the decision.

import { fromBase64, openAnswers, openPointer } from "../../formats/index.js";
import { need } from "../../pages/dom.js";
import type { Officer } from "../officer.js";
import { begin, busy, copyOf, say, show, word } from "../page.js";
import type { CaseFile, Portal } from "../portal.js";
import { isWord } from "../words.js";

/** What stands where the photo is, and whether it can be asked for. */
function photoWords({ pointer, state }: CaseFile): { text: string; asks: boolean } {
  if (state !== "open") return { text: word("photoGone"), asks: false };
  return { text: word(pointer === null ? "photoNone" : "photoSealed"), asks: pointer !== null };
}

function answered(name: string, value: unknown): HTMLElement {
  const row = document.createElement("div");
  row.className = "govuk-summary-list__row";
  const [key, shown] = [document.createElement("dt"), document.createElement("dd")];
  key.className = "govuk-summary-list__key";
  // The names of the form's questions are the office's own.
  key.textContent = name.replaceAll("_", " ");
  shown.className = "govuk-summary-list__value app-lines";
  shown.textContent = typeof value === "string" ? value : JSON.stringify(value);
  row.append(key, shown);
  return row;
}

/** Shows a case; deciding it shows it again. */
export async function showCase(portal: Portal, officer: Officer, reference: string): Promise<void> {
  const turn = begin();
  const found = await portal.case(reference);
  const sealed = fromBase64(found.answers);
  const { answers } = await openAnswers(officer.officeKey, sealed, reference);
  const copy = copyOf("case");
  need(copy, "[data-service]", HTMLElement).textContent = found.service;
  need(copy, "[data-reference]", HTMLElement).textContent = reference;
  const photo = need(copy, "[data-photo]", HTMLElement);
  const rows = Object.entries(answers).map(([name, value]) => answered(name, value));
  photo.before(...rows);
  const { text, asks } = photoWords(found);
  need(photo, "span", HTMLElement).textContent = text;
  const ask = need(photo, "a", HTMLAnchorElement);
  ask.href = `#/case/${encodeURIComponent(reference)}/open`;
  ask.hidden = !asks;
  const form = need(copy, "[data-decision]", HTMLFormElement);
  form.hidden = found.state !== "open";
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = event.submitter;
    if (!(button instanceof HTMLButtonElement)) return;
    void busy(button, "", portal.url, async () => {
      const pointer =
        found.pointer === null
          ? undefined
          : await openPointer(officer.officeKey, fromBase64(found.pointer), reference);
      await portal.decide(reference, button.value, pointer?.seal_id);
      await showCase(portal, officer, reference);
      tell(button.value);
    });
  });
  show(copy, turn);
  if (found.state !== "open") tell(found.state);
}

function tell(state: string): void {
  say(`${word("decided")} ${isWord(state) ? word(state) : state}`);
}
