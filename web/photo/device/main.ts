// Applying on one's own device: the questions; camera, file or no photo; upright, cut, encoded
// afresh; answers and photo sealed; a receipt that was verified here, and kept before the
// application counts as sent. Static files: nothing in this page is made for one person.

import { SkipLink, createAll } from "govuk-frontend";

import { Problem } from "../../desk/problem.js";
import { need } from "../../pages/dom.js";
import { canSeal } from "./able.js";
import { showDetails } from "./details.js";
import { cannot } from "./elsewhere.js";
import { showKeep, showSent } from "./finish.js";
import { fetchBlank } from "./keeping.js";
import { frame, offerLanguages, refuse, say, word } from "./page.js";
import { pageAt, settle } from "./place.js";
import * as portal from "./portal.js";
import { send, showCheck } from "./sending.js";
import { answered, now, offered } from "./state.js";
import { onStep, shownAgain, stepNow, view } from "./steps.js";
import * as store from "./store.js";
import { showChoice } from "./taking.js";
import { here } from "./turn.js";

/** Shows the step that the address names, or the first that is not done yet. */
function route(): void {
  const order = offered();
  if (now.order?.sent) view(showSent);
  else if (now.pending?.receipt !== undefined) {
    view(() => {
      showKeep({ stored: true, resumed: true, missing: [] });
    });
  } else if (order && answered() && stepNow() !== "details") {
    const decided = now.picture !== undefined || now.without || order.wishes === null;
    if (decided && stepNow() === "check") view(showCheck);
    else if (order.wishes === null) view(showCheck);
    else view(showChoice);
  } else view(showDetails);
}

/** Whoever comes from a service's first page after one application was sent begins another. */
async function begun(): Promise<portal.Order> {
  const order = await portal.fetchOrder();
  if (!order.sent || stepNow() !== "details") return order;
  await portal.forget(order.csrf);
  await store.drop(order.id, order.reference);
  return portal.fetchOrder();
}

async function start(): Promise<void> {
  frame();
  if (!(await canSeal())) {
    cannot();
    return;
  }
  document.body.classList.add("js-enabled", "govuk-frontend-supported");
  createAll(SkipLink);
  const receipts = fetchBlank();
  now.pin = await portal.pinnedCircle();
  await settle(now.pin.note, now.pin.digest);
  const home = need(document, ".govuk-generic-header__homepage-link", HTMLAnchorElement);
  home.href = new URL("/", pageAt("")).href;
  [now.order, now.blank] = await Promise.all([begun(), receipts]);
  onStep(route);
  const order = offered();
  if (now.order.sent) await store.drop(now.order.id, now.order.reference);
  const kept = order && (await store.kept(order.id, order.reference));
  now.typed = { ...order?.typed, ...kept?.typed };
  now.pending = kept?.pending;
  if (now.pending && now.pending.receipt === undefined) {
    // It was sealed, and its answer never came.
    say(word("sealing"));
    await send(now.pending, here());
  } else route();
}

offerLanguages(shownAgain);
start().catch((error: unknown) => {
  if (error instanceof Problem && error.code === "no-draft") {
    // Another photo for a case that stands already goes the server's way.
    location.replace(pageAt("photo/"));
    return;
  }
  route();
  refuse(error);
});
