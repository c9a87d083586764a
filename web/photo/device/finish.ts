// The receipt is kept before the application counts as sent; then nothing of it stays here.

import { decodePromise, utf8 } from "../../formats/index.js";
import { need } from "../../pages/dom.js";
import { endChecks } from "./checking.js";
import { receiptPage } from "./keeping.js";
import { busy, say, show, word } from "./page.js";
import * as portal from "./portal.js";
import { clearAll, csrf, forgetPhoto, keep, now, sent } from "./state.js";
import { backTo, go, leaveSteps, view } from "./steps.js";

interface Keeping {
  readonly stored: boolean;
  readonly resumed: boolean;
  readonly missing: readonly string[];
}

/** Shows the receipt, to be saved. */
export function showKeep(how: Keeping): void {
  const kept = now.pending;
  if (kept?.receipt === undefined) return;
  const { receipt } = kept;
  show("keep", (page) => {
    need(page, "[data-resumed]", HTMLElement).hidden = !how.resumed;
    need(page, "[data-not-stored]", HTMLElement).hidden = how.stored;
    need(page, "[data-pending]", HTMLElement).hidden = how.missing.length === 0;
    need(page, "[data-pending] strong", HTMLElement).textContent = how.missing.join(", ");
    const save = need(page, "[data-save]", HTMLAnchorElement);
    save.download = `receipt-${kept.reference}.html`;
    const content = receiptPage(now.blank, receipt);
    save.href = URL.createObjectURL(new Blob([content], { type: "text/html" }));
    let saved = false;
    save.addEventListener("click", () => {
      saved = true;
      say("");
    });
    const button = need(page, "[data-send]", HTMLButtonElement);
    button.addEventListener("click", () => {
      if (!saved) {
        say(word("saveFirst"));
        save.focus();
        return;
      }
      void busy(button, "sending", async () => {
        const { answers, pointer, promise } = kept;
        const { seal_id } = decodePromise(utf8(promise));
        await sent(await portal.sayKept(csrf(), { answers, pointer, seal_id }), true);
        endChecks();
        view(showSent);
      });
    });
    const over = need(page, "[data-over]", HTMLButtonElement);
    over.addEventListener("click", () => {
      void busy(over, "reading", async () => {
        forgetPhoto();
        await keep();
        go("photo");
      });
    });
  });
  backTo(undefined);
}

/** Shows that the application is sent, and clears this device where that is wanted. */
export function showSent(): void {
  const { order } = now;
  if (!order?.sent) return;
  show("sent", (page) => {
    need(page, "#reference", HTMLElement).textContent = order.reference;
    need(page, "[data-history]", HTMLElement).hidden = !order.photo;
    need(page, "[data-without]", HTMLElement).hidden = order.photo;
    const finish = need(page, "[data-finish]", HTMLButtonElement);
    finish.addEventListener("click", () => {
      void busy(finish, "finish", async () => {
        await portal.forget(csrf());
        await clearAll();
        view(() => {
          show("cleared", () => undefined);
        });
      });
    });
  });
  backTo(undefined);
  leaveSteps();
}
