// A receipt as a page: one file that shows what was promised about a photo, and verifies itself
// without asking anybody. It is opened from a disk, perhaps years later: it loads nothing.

import {
  FormatError,
  type Receipt,
  type ReceiptParts,
  circleDigest,
  readReceipt,
  verifyReceipt,
} from "../formats/index.js";
import { all, need } from "../pages/dom.js";
import { filled, line, promiseLines } from "../promise/lines.js";
import { type Language, isLanguage } from "../promise/words.js";
import { RECEIPT_WORDS, type ReceiptWord, isReceiptWord } from "./words.js";

/** What was found out about the receipt in this file. */
type Found =
  | { readonly receipt: Receipt; readonly parts: ReceiptParts; readonly circle: string }
  | { readonly error: unknown };

let language: Language = navigator.language.startsWith("ru") ? "ru" : "en";
let found: Found | undefined;

const word = (name: ReceiptWord): string => RECEIPT_WORDS[language][name];

async function find(): Promise<Found> {
  try {
    const inside = document.querySelector("#habeas-receipt")?.textContent;
    const receipt = readReceipt(JSON.parse(inside ?? ""));
    const parts = await verifyReceipt(receipt);
    return { receipt, parts, circle: await circleDigest(parts.circle) };
  } catch (error) {
    return { error };
  }
}

function showVerdict(kind: "holds" | "fails" | "cannot", note: string): void {
  const verdict = need(document, "#verdict", HTMLElement);
  verdict.className = kind;
  need(verdict, "h2", HTMLElement).textContent = word(kind);
  need(verdict, "p", HTMLElement).textContent = note;
}

function show(): void {
  document.documentElement.lang = language;
  for (const each of all(document, "[data-t]", HTMLElement)) {
    const name = each.dataset["t"] ?? "";
    if (isReceiptWord(name)) each.textContent = word(name);
  }
  for (const button of all(document, "[data-language]", HTMLButtonElement)) {
    if (button.dataset["language"] === language) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
  document.title = word("title");
  if (!found) return;
  if ("error" in found) {
    // All that is wrong with a receipt is told by these two; else, the browser lacks something.
    const wrong = found.error instanceof FormatError || found.error instanceof SyntaxError;
    if (wrong) showVerdict("fails", word("failsNote"));
    else showVerdict("cannot", word("cannotNote"));
    return;
  }
  showReceipt(found.receipt, found.parts, found.circle);
}

function showReceipt(receipt: Receipt, { circle, index }: ReceiptParts, digest: string): void {
  const { promise, pending, acknowledgements } = receipt;
  const counted = { n: acknowledgements.length, all: circle.trustees.length, index };
  showVerdict("holds", filled(word("holdsNote"), counted));
  const late = need(document, "#pending", HTMLElement);
  late.hidden = pending.length === 0;
  need(late, "strong", HTMLElement).textContent = pending.join(", ");
  need(document, "#reference", HTMLElement).textContent = receipt.reference;
  need(document, "#promise", HTMLElement).replaceChildren(
    ...promiseLines(circle, promise, language),
    line(word(promise.sealed_by === "server" ? "byServer" : "byDevice")),
  );
  const portal = need(document, "#portal", HTMLAnchorElement);
  portal.href = portal.textContent = new URL("/receipt/", circle.custodian.portal).href;
  const file = `receipt-${receipt.reference}.html`;
  need(document, "#commands", HTMLElement).textContent =
    `habeas verify ${file} --pin circle.txt\nhabeas withdraw ${file} --direct`;
  need(document, "#circle", HTMLElement).textContent = digest.replace(/(.{8})(?!$)/g, "$1 ");
  need(document, "#details", HTMLElement).hidden = false;
}

for (const button of all(document, "[data-language]", HTMLButtonElement)) {
  button.addEventListener("click", () => {
    const next = button.dataset["language"];
    if (!isLanguage(next)) return;
    language = next;
    show();
  });
}
need(document, "#print", HTMLButtonElement).addEventListener("click", () => {
  window.print();
});
show();
void find().then((all) => {
  found = all;
  show();
});
