// A receipt that was found to hold, on the portal's page: what was promised, what happened, what
// can be done with it. The form that led here stays as it was, for whoever goes back.

import * as v from "valibot";

import { encode } from "../formats/canonical.js";
import { fromUtf8 } from "../formats/bytes.js";
import type { Receipt, ReceiptParts } from "../formats/receipt.js";
import { pageOf } from "../formats/receiptfile.js";
import { getJson } from "../history/net.js";
import type { ClassNames } from "../history/classes.js";
import { Panel } from "../history/panel.js";
import { need } from "../pages/dom.js";
import { savePage } from "../pages/saving.js";
import { filled, promiseLines } from "../promise/lines.js";
import { PROMISE_WORDS } from "../promise/words.js";
import { pageLanguage, word } from "./page.js";

const CLASSES: ClassNames = {
  heading: "govuk-heading-m",
  text: "govuk-body",
  button: "govuk-button",
  secondary: "govuk-button govuk-button--secondary",
  warning: "govuk-button govuk-button--warning",
  label: "govuk-label govuk-!-font-weight-bold",
  input: "govuk-input app-telling__address",
  error: "govuk-error-message",
};
const Application = v.object({ photo_wanted: v.boolean() });

function made<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className: string,
  text = "",
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  element.className = className;
  element.textContent = text;
  return element;
}

/** Shows a receipt in place of the form. */
export function showFound(receipt: Receipt, parts: ReceiptParts, restored: boolean): void {
  const { circle, index } = parts;
  const place = need(document, "#found", HTMLElement);
  const text = fromUtf8(encode(receipt));
  place.dataset["receipt"] = text;
  const counted = { n: receipt.acknowledgements.length, all: circle.trustees.length, index };
  const holds = made("p", "govuk-body", filled(word("holds"), counted));
  holds.dataset["holds"] = "";
  const happened = made("div", "app-history");
  const promise = made("ul", "govuk-list govuk-list--bullet");
  const language = pageLanguage();
  promise.append(...promiseLines(circle, receipt.promise, language, PROMISE_WORDS[language]));
  const wanted = made("div", "");
  const other = made("button", "govuk-button govuk-button--secondary", word("other"));
  other.type = "button";
  other.addEventListener("click", () => {
    history.back();
  });
  place.replaceChildren(
    made("span", "govuk-caption-l", receipt.reference),
    ...(restored ? saving(receipt.reference, text) : []),
    wanted,
    happened,
    made("h2", "govuk-heading-m", word("promised")),
    holds,
    promise,
    other,
  );
  need(document, "#ask", HTMLElement).hidden = true;
  place.hidden = false;
  place.focus();
  window.scrollTo(0, 0);
  void new Panel(happened, receipt, circle, CLASSES, pageLanguage()).ask();
  void showWanted(wanted, receipt, text);
}

/** Back to the form, with all that was typed. */
export function leave(): void {
  const place = need(document, "#found", HTMLElement);
  place.hidden = true;
  place.replaceChildren();
  delete place.dataset["receipt"];
  need(document, "#ask", HTMLElement).hidden = false;
}

async function blankReceipt(): Promise<string> {
  const answer = await fetch(`/static/photo/${RECEIPT_PAGE}`, { integrity: RECEIPT_INTEGRITY });
  if (!answer.ok) throw new Error(`The portal answered ${String(answer.status)}.`);
  return answer.text();
}

/** Saving a receipt that its words have given again. */
function saving(reference: string, text: string): HTMLElement[] {
  const save = made("button", "govuk-button", word("save"));
  save.type = "button";
  save.dataset["save"] = "";
  const problem = made("p", "govuk-error-message");
  problem.setAttribute("role", "alert");
  save.addEventListener("click", () => {
    problem.textContent = "";
    blankReceipt()
      .then((blank) => {
        savePage(`receipt-${reference}.html`, pageOf(blank, text));
      })
      .catch(() => {
        problem.textContent = word("portal");
      });
  });
  return [made("p", "govuk-body", word("saveNote")), problem, save];
}

/** Tells whether the office asks for another photo. The portal is asked by the reference alone. */
async function showWanted(place: HTMLElement, receipt: Receipt, text: string): Promise<void> {
  const answer = await getJson(`/api/applications/${encodeURIComponent(receipt.reference)}`).catch(
    () => undefined,
  );
  if (!v.is(Application, answer) || !answer.photo_wanted) return;
  place.className = "govuk-notification-banner";
  place.setAttribute("role", "region");
  place.setAttribute("aria-labelledby", "wanted");
  const header = made("div", "govuk-notification-banner__header");
  const heading = made("h2", "govuk-notification-banner__title", word("wanted"));
  heading.id = "wanted";
  header.append(heading);
  const content = made("div", "govuk-notification-banner__content");
  const days = { days: receipt.promise.closed_days };
  const form = need(document, "#again", HTMLFormElement);
  need(form, "[name=receipt]", HTMLInputElement).value = text;
  const send = made("button", "govuk-button govuk-!-margin-bottom-0", word("choose"));
  send.type = "button";
  send.addEventListener("click", () => {
    form.requestSubmit();
  });
  content.append(made("p", "govuk-body", filled(word("wantedNote"), days, pageLanguage())), send);
  place.replaceChildren(header, content);
}
