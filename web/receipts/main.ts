// The portal's page of receipts: it serves this program and sees no receipt. File, passphrase and
// words stay in the browser, which verifies, asks trustees and log, and withdraws by itself.
// Without scripts the same form goes to the portal's server.

import { FormatError } from "../formats/errors.js";
import { documentIn } from "../formats/receiptfile.js";
import { isLocked, unlockReceipt } from "../formats/locked.js";
import { type Receipt, readReceipt, verifyReceipt } from "../formats/receipt.js";
import { fetchKept } from "../history/details.js";
import { SilentError } from "../history/net.js";
import { all, need } from "../pages/dom.js";
import { restoreReceipt, sealIdOf } from "../paper/restore.js";
import { WordsError, codeOf, seedOf } from "../paper/seed.js";
import { filled } from "../promise/lines.js";
import { Mistake, clearMistake, pageLanguage, showMistake, word } from "./page.js";
import { leave, showFound } from "./found.js";

/** Where a receipt waits while the page is loaded anew in another language. */
const STASH = "habeas-receipt-between-languages";

const from = (selector: string): string => need(document, selector, HTMLInputElement).value.trim();

/** What was asked for last: an older answer that comes later is shown no more. */
let newest = 0;

async function show(receipt: Receipt, restored: boolean, turn: number): Promise<void> {
  const parts = await verifyReceipt(receipt).catch((error: unknown) => {
    if (error instanceof FormatError) throw new Mistake("receipt", word("fails"));
    throw new Mistake("receipt", word("cannot"));
  });
  if (turn !== newest) return;
  clearMistake();
  history.pushState({ found: true }, "");
  showFound(receipt, parts, restored);
}

/** The receipt of the chosen file. */
async function ofFile(): Promise<Receipt> {
  const [file] = need(document, "#receipt", HTMLInputElement).files ?? [];
  if (!file) throw new Mistake("receipt", word("select"));
  let document_: unknown;
  try {
    document_ = documentIn(await file.text());
    if (!isLocked(document_)) return readReceipt(document_);
  } catch (error) {
    if (error instanceof FormatError) throw new Mistake("receipt", word("noReceipt"));
    throw error;
  }
  need(document, "#locked", HTMLElement).hidden = false;
  const passphrase = need(document, "#passphrase", HTMLInputElement).value;
  if (!passphrase) throw new Mistake("passphrase", word("passphrase"));
  try {
    return await unlockReceipt(document_, passphrase);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    const wrong = error.code === "does-not-open" ? "wrongPassphrase" : "noReceipt";
    throw new Mistake("passphrase", word(wrong));
  }
}

/** The receipt of a seed, with what this portal keeps. */
async function ofSeed(seed: Uint8Array<ArrayBuffer>, reference: string): Promise<Receipt> {
  try {
    return await restoreReceipt(
      seed,
      reference,
      await fetchKept(location.origin, await sealIdOf(seed)),
    );
  } catch (error) {
    if (error instanceof SilentError) {
      const known = error.code === "unknown-photo";
      throw new Mistake("words", word(known ? "notFound" : "portal"));
    }
    if (!(error instanceof FormatError)) throw error;
    if (error.message.includes("case is that of another"))
      throw new Mistake("reference", word("referenceWrong"));
    throw new Mistake("words", word("fails"));
  }
}

async function ofWords(): Promise<Receipt> {
  const typed = need(document, "#words", HTMLTextAreaElement).value;
  if (!typed.trim()) throw new Mistake("words", word("wordsNone"));
  let seed;
  try {
    seed = seedOf(typed);
  } catch (error) {
    if (!(error instanceof WordsError)) throw error;
    if (error.code === "words-count") throw new Mistake("words", word("wordsCount"));
    if (error.code === "words-checksum") throw new Mistake("words", word("wordsChecksum"));
    const words = error.unknown.join(", ");
    throw new Mistake("words", filled(word("wordsUnknown"), { words }));
  }
  const reference = from("#reference").toUpperCase();
  if (!reference) throw new Mistake("reference", word("referenceNone"));
  return ofSeed(seed, reference);
}

/** Does what was asked for, and says what is wrong beside the field that it is about. */
function attempt(find: () => Promise<Receipt>, restored: boolean): void {
  newest += 1;
  const turn = newest;
  const status = need(document, "#checking", HTMLElement);
  status.textContent = word("checking");
  void Promise.resolve()
    .then(find)
    .then((receipt) => show(receipt, restored, turn))
    .catch((error: unknown) => {
      if (turn !== newest) return;
      showMistake(error instanceof Mistake ? error : new Mistake("receipt", word("cannot")));
    })
    .finally(() => {
      if (turn === newest) status.textContent = "";
    });
}

function onSubmit(selector: string, find: () => Promise<Receipt>, restored: boolean): void {
  need(document, selector, HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(find, restored);
  });
}

onSubmit("#by-file", ofFile, false);
onSubmit("#by-words", ofWords, true);
need(document, "#words-step", HTMLElement).hidden = false;
const note = need(document, "#here", HTMLElement);
note.textContent = word("here");

window.addEventListener("popstate", leave);
for (const form of all(document, ".app-languages form", HTMLFormElement)) {
  form.addEventListener("submit", () => {
    const shown = document.querySelector<HTMLElement>("#found")?.dataset["receipt"];
    if (shown) sessionStorage.setItem(STASH, shown);
  });
}

const stashed = sessionStorage.getItem(STASH);
sessionStorage.removeItem(STASH);
const code = codeOf(location.hash);
if (stashed) {
  attempt(() => Promise.resolve(readReceipt(JSON.parse(stashed))), false);
} else if (code) {
  // The seed leaves the address, and with it the browser's list of pages.
  history.replaceState(null, "", location.pathname);
  attempt(() => ofSeed(code.seed, code.reference), true);
}
document.documentElement.dataset["language"] = pageLanguage();
