// The officer's side of an opening. The one-time key is made here and never leaves; the
// picture is decrypted here, decoded behind the gate, shown for a minute under a watermark,
// and forgotten.
//
// What was sealed may be no photo at all. Then the page offers the form #open-unreadable, if
// the portal has put it there: POST {reference}/unreadable/ with `index`, the log index of the
// request that opened it. The portal keeps the case open, lets go of the photo, asks the
// applicant for another one, and answers 303 to the case. For programs the same is
// POST /api/cases/{reference}/unreadable {"index": 17} -> 200 {"reference", "state": "open",
// "photo": "asked-again"}; 409 with code `decision` when the case is decided.

import * as v from "valibot";

import { type BadShare, causeOf, oneTimeKey, openPhoto, toBase64 } from "../formats/index.js";
import { UnreadableError, decodePhoto } from "../gate/index.js";
import { need } from "../pages/dom.js";
import { View } from "./view.js";

/** What the portal says when it refuses (RFC 9457), remedy, and the log entry that stands for it. */
const Problem = v.object({
  detail: v.string(),
  remedy: v.optional(v.string(), ""),
  index: v.optional(v.number()),
});
const Answer = v.looseObject({ index: v.number() });

const form = need(document, "#open-form", HTMLFormElement);
const said = need(document, "#open-status", HTMLElement);
const problem = need(document, "#open-problem", HTMLElement);
const register = form.dataset["register"] ?? "";

form.addEventListener("submit", (event) => {
  event.preventDefault();
  void ask();
});

function field(fields: FormData, name: string): string {
  const value = fields.get(name);
  return typeof value === "string" ? value : "";
}

async function ask(): Promise<void> {
  const button = need(form, "button", HTMLButtonElement);
  button.disabled = true;
  problem.hidden = true;
  said.textContent = form.dataset["waiting"] ?? "";
  try {
    await open();
  } catch (error) {
    refuse({ detail: form.dataset["failed"] ?? "", remedy: causeOf(error) });
  } finally {
    button.disabled = false;
    said.textContent = "";
  }
}

async function open(): Promise<void> {
  const key = await oneTimeKey();
  const fields = new FormData(form);
  const response = await fetch(form.action, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      Accept: "application/json",
      "X-CSRFToken": field(fields, "csrfmiddlewaretoken"),
    },
    body: JSON.stringify({
      purpose: field(fields, "purpose"),
      reason: field(fields, "reason"),
      password: field(fields, "password"),
      one_time_key: toBase64(key.publicKey),
    }),
  });
  const answer: unknown = await response.json();
  need(form, "#password", HTMLInputElement).value = "";
  if (!response.ok) {
    refuse(v.parse(Problem, answer));
    return;
  }
  const { index } = v.parse(Answer, answer);
  const { photo, bad } = await openPhoto(answer, key.privateKey);
  try {
    show(await decodePhoto(photo), index, bad);
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    refuse({ detail: form.dataset["unreadable"] ?? "", remedy: error.message, index });
    offerToSay(index);
  }
}

function show(picture: ImageBitmap, index: number, bad: readonly BadShare[]): void {
  const view = new View(need(document, "#open-view", HTMLElement));
  view.draw(picture, `${form.dataset["office"] ?? ""} · ${minute()} UTC · #${String(index)}`);
  link(need(view.root, "[data-index] a", HTMLAnchorElement), index);
  need(view.root, "[data-bad]", HTMLElement).textContent = bad
    .map((each) => `${each.trustee}: ${each.cause}`)
    .join("\n");
  form.hidden = true;
  view.show(() => {
    const over = need(document, "#open-over", HTMLElement);
    over.hidden = false;
    over.focus();
  });
}

function offerToSay(index: number): void {
  const unreadable = document.querySelector("#open-unreadable");
  if (!(unreadable instanceof HTMLFormElement)) return;
  need(unreadable, "[name=index]", HTMLInputElement).value = String(index);
  unreadable.hidden = false;
}

const minute = (): string => new Date().toISOString().slice(0, 16).replace("T", " ");

function link(anchor: HTMLAnchorElement, index: number): void {
  anchor.href = `${register}${String(index)}/`;
  anchor.textContent = `#${String(index)}`;
}

function refuse(answer: { detail: string; remedy: string; index?: number | undefined }): void {
  need(problem, "[data-cause]", HTMLElement).textContent = answer.detail;
  need(problem, "[data-remedy]", HTMLElement).textContent = answer.remedy;
  const where = need(problem, "[data-index]", HTMLElement);
  where.hidden = answer.index === undefined;
  if (answer.index !== undefined) link(need(where, "a", HTMLAnchorElement), answer.index);
  problem.hidden = false;
  problem.focus();
}
