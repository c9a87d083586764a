// Check your answers; then seal, bring the photo to the trustees, and verify what came back.

import { Problem } from "../../desk/problem.js";
import { all, need } from "../../pages/dom.js";
import { fillAnswers, showKept } from "./answers.js";
import { showKeep, showSent } from "./finish.js";
import { blankPage } from "./keeping.js";
import { busy, progress, refuse, show, textOf, word } from "./page.js";
import * as portal from "./portal.js";
import { fillPromise } from "./promise.js";
import { type Pending, circleOf, prepared, receiptOf, sealed, sealedAnswers } from "./sealing.js";
import { answered, csrf, keep, now, offered, sent } from "./state.js";
import { backTo, go, view } from "./steps.js";
import { here } from "./turn.js";

export { showKeep, showSent } from "./finish.js";

/** Shows what was answered, the photo if there is one, and what is promised about it. */
export function showCheck(): void {
  const order = offered();
  const answers = answered();
  if (!order || !answers) return;
  const { picture } = now;
  show("check", (page) => {
    need(page, "[data-service]", HTMLElement).textContent = textOf(order.service);
    const row = need(page, "[data-photo]", HTMLElement);
    fillAnswers(row, order.questions, answers);
    row.hidden = order.wishes === null;
    need(row, "[data-none]", HTMLElement).hidden = picture !== undefined;
    for (const part of all(page, "[data-of-photo]", HTMLElement)) part.hidden = !picture;
    const button = need(page, "[data-seal]", HTMLButtonElement);
    if (picture) showKept(need(page, "img", HTMLImageElement), picture);
    else button.textContent = word("sealAndSend");
    const another = need(page, "[data-another]", HTMLButtonElement);
    another.textContent = word(picture ? "another" : "change");
    another.addEventListener("click", () => {
      go("photo");
    });
    const stays = here();
    void circleOf(now.pin, order).then(
      ({ circle, release }) => {
        if (picture && order.wishes) {
          const list = need(page, "[data-promise]", HTMLElement);
          fillPromise(list, circle, order.wishes, release);
          void prepared(circle, order);
        }
      },
      (error: unknown) => {
        button.disabled = true;
        if (stays()) refuse(error);
      },
    );
    button.addEventListener("click", () => {
      void busy(button, picture ? "sealing" : "sending", (stays) =>
        picture ? sealAndSend(picture, order, answers, stays) : sendWithout(order, answers),
      );
    });
  });
  backTo(order.wishes ? "photo" : "details");
}

/**
 * Sends an application without a photo; the portal takes it once. What is sent is sent, and is
 * shown, whatever the page shows meanwhile.
 */
async function sendWithout(order: portal.Offered, answers: Record<string, string>): Promise<void> {
  await keep();
  const sealedOnes = await sealedAnswers(now.pin, order, answers);
  await sent(await portal.sayKept(csrf(), { answers: sealedOnes }), false);
  view(showSent);
}

async function sealAndSend(
  picture: Uint8Array<ArrayBuffer>,
  order: portal.Offered,
  answers: Record<string, string>,
  stays: () => boolean,
): Promise<void> {
  // The page for the receipt comes before: from here on the line may be gone until it is sent.
  now.blank = await blankPage();
  if (!now.pending) {
    const pending = await sealed(picture, now.pin, order, answers);
    // Who went back meanwhile may take another picture.
    if (!stays()) return;
    // Sealed once: a second try sends the same bytes.
    now.pending = pending;
  }
  const { pending } = now;
  await keep();
  await send(pending, stays);
}

/**
 * Sends what is sealed, as often as it takes, until there is a receipt.
 *
 * Where another picture or answer has taken its place meanwhile, nobody keeps its receipt; where
 * the page only shows another view, the receipt is there when the applicant comes back.
 */
export async function send(waiting: Pending, stays: () => boolean): Promise<void> {
  let answer: portal.Answer;
  try {
    answer = await portal.sendParcel(waiting.parcel, csrf(), (part) => {
      if (stays()) progress(part);
    });
  } catch (error) {
    if (now.pending === waiting) await giveUpIfOver(error);
    throw error;
  }
  const { text, missing } = await receiptOf(waiting, answer);
  if (now.pending !== waiting) return;
  now.pending = { ...waiting, receipt: text };
  const stored = await keep();
  if (!stays()) return;
  view(() => {
    showKeep({ stored, resumed: false, missing });
  });
}

/** What was sealed under terms that have passed, or was given up, is sealed anew. */
async function giveUpIfOver(error: unknown): Promise<void> {
  if (!(error instanceof Problem) || !["other-terms", "given-up"].includes(error.code)) return;
  now.pending = undefined;
  now.order = await portal.fetchOrder();
  await keep();
}
