// A receipt as a page: one file that shows what was promised about a photo, and verifies itself
// without asking anybody. When there is a network it asks trustees and log what happened since.
// It is opened from a disk, perhaps years later: it loads nothing.

import {
  FormatError,
  type Receipt,
  type ReceiptParts,
  circleDigest,
  readReceipt,
  secureRandom,
  verifyReceipt,
} from "../formats/index.js";
import { isLocked, lockReceipt, unlockReceipt } from "../formats/locked.js";
import { pageOf } from "../formats/receiptfile.js";
import { Panel } from "../history/panel.js";
import { all, need } from "../pages/dom.js";
import { savePage } from "../pages/saving.js";
import { codePicture } from "../paper/code.js";
import { seedOfReceipt } from "../paper/restore.js";
import { codeText, wordsOf } from "../paper/seed.js";
import { filled, line, promiseLines } from "../promise/lines.js";
import { mark, offer } from "../promise/languages.js";
import { type Language, languageOf } from "../promise/language.js";
import { PROMISE_WORDS } from "../promise/words.js";
import { RECEIPT_WORDS, type ReceiptWord, isReceiptWord } from "./words.js";

/** What was found out about the receipt in this file. */
type FoundReceipt =
  | { readonly receipt: Receipt; readonly parts: ReceiptParts; readonly circle: string }
  | { readonly locked: unknown }
  | { readonly error: unknown };

const LEAST_CHARACTERS = 12;
const CLASSES = {
  heading: "",
  text: "",
  button: "button",
  secondary: "link",
  warning: "warning",
  label: "",
  input: "",
  error: "error",
};

let language: Language = languageOf(navigator.language);
let found: FoundReceipt | undefined;
let panel: Panel | undefined;

const word = (name: ReceiptWord): string => RECEIPT_WORDS[language][name];

async function verified(receipt: Receipt): Promise<FoundReceipt> {
  const parts = await verifyReceipt(receipt);
  return { receipt, parts, circle: await circleDigest(parts.circle) };
}

async function find(): Promise<FoundReceipt> {
  try {
    const inside = document.querySelector("#habeas-receipt")?.textContent;
    const document_: unknown = JSON.parse(inside ?? "");
    if (isLocked(document_)) return { locked: document_ };
    return await verified(readReceipt(document_));
  } catch (error) {
    return { error };
  }
}

function showVerdict(kind: "holds" | "fails" | "cannot" | "locked", note: string): void {
  const verdict = need(document, "#verdict", HTMLElement);
  verdict.className = kind;
  need(verdict, "h2", HTMLElement).textContent = word(kind);
  need(verdict, "p", HTMLElement).textContent = note;
}

function show(): void {
  mark(language);
  for (const each of all(document, "[data-t]", HTMLElement)) {
    const name = each.dataset["t"] ?? "";
    if (isReceiptWord(name)) each.textContent = word(name);
  }
  document.title = word("title");
  need(document, "#unlock", HTMLElement).hidden = !found || !("locked" in found);
  if (!found) return;
  if ("locked" in found) {
    showVerdict("locked", "");
  } else if ("error" in found) {
    // All that is wrong with a receipt is told by these two; else, the browser lacks something.
    const wrong = found.error instanceof FormatError || found.error instanceof SyntaxError;
    if (wrong) showVerdict("fails", word("failsNote"));
    else showVerdict("cannot", word("cannotNote"));
  } else {
    showReceipt(found.receipt, found.parts, found.circle);
  }
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
    ...promiseLines(circle, promise, language, PROMISE_WORDS[language]),
    line(word(promise.sealed_by === "server" ? "byServer" : "byDevice")),
    ...appLines(promise.app, circle.custodian.portal),
  );
  showPaper(receipt, circle.custodian.portal);
  const portal = need(document, "#portal", HTMLAnchorElement);
  portal.href = portal.textContent = new URL("/receipt/", circle.custodian.portal).href;
  const file = `receipt-${receipt.reference}.html`;
  need(document, "#commands", HTMLElement).textContent =
    `habeas verify ${file} --pin circle.txt\nhabeas withdraw ${file} --direct`;
  need(document, "#circle", HTMLElement).textContent = digest.replace(/(.{8})(?!$)/g, "$1 ");
  need(document, "#details", HTMLElement).hidden = false;
  if (panel) {
    panel.speak(language);
  } else {
    const place = need(document, "#happened", HTMLElement);
    panel = new Panel(place, receipt, circle, CLASSES, language);
    void panel.ask();
  }
}

/** Which release of the app the promise names: bound by the seal, and a claim of the device's. */
function appLines(app: Receipt["promise"]["app"], portal: string): HTMLLIElement[] {
  if (!app) return [];
  const page = new URL("/register/code/", portal).href;
  const number = app.manifest.slice(0, 16).replace(/(.{8})(?!$)/g, "$1 ");
  return [line(filled(word("byApp"), { origin: app.origin, page }), number)];
}

function showPaper(receipt: Receipt, portal: string): void {
  const seed = seedOfReceipt(receipt);
  need(document, "#paper", HTMLElement).hidden = seed === undefined;
  need(document, "#paperless", HTMLElement).hidden = seed !== undefined;
  if (!seed) return;
  const text = codeText(portal, seed, receipt.reference);
  need(document, "#code", HTMLElement).replaceChildren(codePicture(text, word("codeLabel")));
  need(document, "#words", HTMLElement).replaceChildren(...wordsOf(seed).map((each) => line(each)));
}

function say(name: string, text: string): void {
  const error = need(document, `#${name}-error`, HTMLElement);
  error.hidden = text === "";
  error.textContent = text;
  const input = need(document, `#${name} input`, HTMLInputElement);
  input.setAttribute("aria-invalid", String(text !== ""));
  if (text) input.focus();
}

async function unlock(passphrase: string): Promise<void> {
  if (!found || !("locked" in found)) return;
  try {
    found = await verified(await unlockReceipt(found.locked, passphrase));
  } catch (error) {
    if (error instanceof FormatError && error.code === "does-not-open") {
      say("unlock", word("wrong"));
      return;
    }
    found = { error };
  }
  say("unlock", "");
  show();
}

/** The page as it was made, without a receipt. */
function blank(): string {
  const copy = document.documentElement.cloneNode(true) as HTMLElement;
  // No text is assigned: the receipt lies in a script element, whose text Trusted Types guard.
  const filledIn = "#habeas-receipt, #happened, #code, #words, #promise, #circle";
  for (const place of all(copy, filledIn, HTMLElement)) place.replaceChildren();
  for (const text of all(copy, "#reference, #commands, #portal, #pending strong", HTMLElement)) {
    text.textContent = "";
  }
  need(copy, "#portal", HTMLAnchorElement).removeAttribute("href");
  for (const hidden of all(copy, "#details, #pending", HTMLElement)) hidden.hidden = true;
  for (const verdict of all(copy, "#verdict p", HTMLElement)) verdict.textContent = "";
  return `<!doctype html>\n${copy.outerHTML}\n`;
}

async function lock(passphrase: string): Promise<void> {
  if (!found || !("receipt" in found)) return;
  if (Array.from(passphrase).length < LEAST_CHARACTERS) {
    say("lock", word("short"));
    return;
  }
  say("lock", "");
  const locked = await lockReceipt(found.receipt, passphrase, secureRandom);
  const page = pageOf(blank(), JSON.stringify(locked));
  savePage(`receipt-${found.receipt.reference}-protected.html`, page);
}

offer(need(document, ".languages", HTMLElement), "link", (next) => {
  language = next;
  show();
});
for (const [name, act] of Object.entries({ lock, unlock })) {
  need(document, `#${name}`, HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    const input = need(document, `#${name} input`, HTMLInputElement);
    void act(input.value);
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
