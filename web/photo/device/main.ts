// The photo step on the applicant's own device: camera, file or none; upright, cut, encoded
// afresh, sealed; a receipt that was verified here, and kept before the application counts as
// sent. Static files: nothing in this page is made for one person.

import { SkipLink, createAll } from "govuk-frontend";

import { encode, fromUtf8 } from "../../formats/index.js";
import { Problem } from "../../desk/problem.js";
import { all, need } from "../../pages/dom.js";
import type { Taken } from "../../portrait/check.js";
import { canSeal } from "./able.js";
import { fillAnswers, showKept } from "./answers.js";
import { type Looked, endChecks, looked, prepareChecks } from "./checking.js";
import { showCutting } from "./cutting.js";
import { cannot, without } from "./elsewhere.js";
import { fetchBlank, receiptPage } from "./keeping.js";
import { prepareLive } from "./live.js";
import { busy, frame, offerLanguages, progress, refuse, say, show, word } from "./page.js";
import { keptOf, takenFrom } from "./picture.js";
import * as portal from "./portal.js";
import { fillPromise } from "./promise.js";
import { type Pending, circleOf, receiptOf, sealed } from "./sealing.js";
import * as store from "./store.js";

let order: portal.Order | undefined;
let pin: portal.Pin = { note: "", digest: "" };
/** The page that receipts are put into. */
let blank = "";
let photo: Looked | undefined;
/** The photo came from the camera: another one is taken there, too. */
let byCamera = false;
let picture: Uint8Array<ArrayBuffer> | undefined;
let pending: Pending | undefined;
/** Shows the view that stands, in another language. */
let again: () => void = () => undefined;

function view(next: () => void): void {
  again = next;
  next();
}

const csrf = (): string => order?.csrf ?? "";

function showChoice(retake = false): void {
  // What the checks need comes while people choose, or look for light.
  prepareChecks();
  show("choose", (page) => {
    need(page, "[data-service]", HTMLElement).textContent = order?.service ?? "";
    const file = need(page, "#photo", HTMLInputElement);
    const read = (taken: () => Promise<Taken>): void => {
      void busy(file, "reading", async () => {
        const start = performance.now();
        await lookAt(await taken());
        performance.measure("photo-looked", { start });
      });
    };
    file.addEventListener("change", () => {
      const [chosen] = file.files ?? [];
      // The same file may be chosen again.
      if (chosen) read(() => takenFrom(chosen));
    });
    const none = need(page, "[data-without]", HTMLButtonElement);
    none.addEventListener("click", () => {
      void busy(none, "sending", () => without(csrf()));
    });
    const camera = {
      taken: (picture: Taken) => {
        byCamera = true;
        read(() => Promise.resolve(picture));
      },
      unavailable: () => {
        say(word("noCamera"));
        file.focus();
      },
    };
    prepareLive(need(page, "#camera", HTMLElement), camera, retake);
  });
}

/** Looks at a photo on this device, and shows what is said of it. */
async function lookAt(taken: Taken): Promise<void> {
  say(word("checking"));
  const rules = order && !order.sent ? order.check : { profile: "default" as const, child: false };
  photo = await looked(taken, rules, progress);
  view(showCut);
}

function showCut(): void {
  if (!photo) return;
  const shown = photo;
  showCutting(shown, byCamera, {
    another: () => {
      const retake = byCamera;
      byCamera = false;
      view(() => {
        showChoice(retake);
      });
    },
    use: (place, button) => {
      void busy(button, "reading", () => {
        picture = keptOf(shown.picture, place, shown.leaning);
        // What was sealed before is of another picture; nobody keeps its receipt.
        pending = undefined;
        view(showCheck);
        return Promise.resolve();
      });
    },
  });
}

function showCheck(): void {
  if (!order || order.sent || !picture) return;
  const [offered, kept] = [order, picture];
  show("check", (page) => {
    need(page, "[data-service]", HTMLElement).textContent = offered.service;
    fillAnswers(need(page, "[data-photo]", HTMLElement), offered.answers);
    showKept(need(page, "img", HTMLImageElement), kept);
    for (const button of all(page, "[data-another]", HTMLButtonElement)) {
      button.addEventListener("click", () => {
        view(showChoice);
      });
    }
    const button = need(page, "[data-seal]", HTMLButtonElement);
    void circleOf(pin, offered).then(
      ({ circle, release }) => {
        const list = need(page, "[data-promise]", HTMLElement);
        fillPromise(list, circle, offered.wishes, release);
      },
      (error: unknown) => {
        button.disabled = true;
        refuse(error);
      },
    );
    button.addEventListener("click", () => {
      void busy(button, "sealing", () => sealAndSend(kept, offered));
    });
  });
}

/** Seals, brings the photo to the trustees, and verifies what came back. */
async function sealAndSend(kept: Uint8Array<ArrayBuffer>, offered: portal.Offered): Promise<void> {
  // Sealed once: a second try sends the same bytes.
  pending ??= await sealed(kept, pin, offered);
  await store.keep(pending);
  await send(pending);
}

async function send(waiting: Pending): Promise<void> {
  let answer: portal.Answer;
  try {
    answer = await portal.sendParcel(waiting.parcel, csrf(), progress);
  } catch (error) {
    await giveUpIfOver(error);
    throw error;
  }
  const receipt = await receiptOf(waiting, answer);
  pending = { ...waiting, receipt: fromUtf8(encode(receipt)) };
  const stored = await store.keep(pending);
  view(() => {
    showKeep({ stored, resumed: false, missing: receipt.pending });
  });
}

/** What was sealed under terms that have passed, or was given up, is sealed anew. */
async function giveUpIfOver(error: unknown): Promise<void> {
  if (!(error instanceof Problem) || !["other-terms", "given-up"].includes(error.code)) return;
  pending = undefined;
  await store.clear();
  order = await portal.fetchOrder();
}

interface Keeping {
  readonly stored: boolean;
  readonly resumed: boolean;
  readonly missing: readonly string[];
}

function showKeep(how: Keeping): void {
  const kept = pending;
  if (kept?.receipt === undefined) return;
  const { receipt } = kept;
  show("keep", (page) => {
    need(page, "[data-resumed]", HTMLElement).hidden = !how.resumed;
    need(page, "[data-not-stored]", HTMLElement).hidden = how.stored;
    need(page, "[data-pending]", HTMLElement).hidden = how.missing.length === 0;
    need(page, "[data-pending] strong", HTMLElement).textContent = how.missing.join(", ");
    const save = need(page, "[data-save]", HTMLAnchorElement);
    save.download = `receipt-${kept.reference}.html`;
    const content = receiptPage(blank, receipt);
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
        const reference = await portal.sayKept(csrf(), kept.pointer);
        await store.clear();
        forgetPicture();
        endChecks();
        view(() => {
          showSent(reference);
        });
      });
    });
    const over = need(page, "[data-over]", HTMLButtonElement);
    over.addEventListener("click", () => {
      void busy(over, "reading", async () => {
        await store.clear();
        forgetPicture();
        view(showChoice);
      });
    });
  });
}

function forgetPicture(): void {
  photo?.picture.data.fill(0);
  picture?.fill(0);
  photo = picture = pending = undefined;
  byCamera = false;
}

function showSent(reference: string): void {
  need(document, "#back", HTMLElement).hidden = true;
  show("sent", (page) => {
    need(page, "#reference", HTMLElement).textContent = reference;
    const finish = need(page, "[data-finish]", HTMLButtonElement);
    finish.addEventListener("click", () => {
      void busy(finish, "finish", async () => {
        await store.clear();
        await portal.forget(csrf());
        view(() => {
          show("cleared", () => undefined);
        });
      });
    });
  });
}

async function start(): Promise<void> {
  frame();
  if (!(await canSeal())) {
    cannot();
    return;
  }
  document.body.classList.add("js-enabled", "govuk-frontend-supported");
  createAll(SkipLink);
  [order, pin, blank] = await Promise.all([
    portal.fetchOrder(),
    portal.pinnedCircle(),
    fetchBlank(),
  ]);
  if (order.sent) {
    const { reference } = order;
    view(() => {
      showSent(reference);
    });
    return;
  }
  pending = await store.kept(order.reference);
  if (!pending) {
    view(showChoice);
  } else if (pending.receipt === undefined) {
    // It was sealed, and its answer never came.
    say(word("sealing"));
    await send(pending);
  } else {
    view(() => {
      showKeep({ stored: true, resumed: true, missing: [] });
    });
  }
}

offerLanguages(() => {
  again();
});
start().catch((error: unknown) => {
  if (error instanceof Problem && error.code === "no-draft") {
    // The page is the same for everybody; this browser has no application on its way here.
    location.replace(new URL("../photo/", location.href));
    return;
  }
  view(showChoice);
  refuse(error);
});
