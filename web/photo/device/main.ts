// Applying on one's own device: the questions; camera, file or no photo; upright, cut, encoded
// afresh; answers and photo sealed; a receipt that was verified here, and kept before the
// application counts as sent. Static files: nothing in this page is made for one person.

import { SkipLink, createAll } from "govuk-frontend";

import { Problem } from "../../desk/problem.js";
import { need } from "../../pages/dom.js";
import { canSeal } from "./able.js";
import { showDetails, showFailed } from "./details.js";
import { cannot, showBegin } from "./elsewhere.js";
import { RenewedError } from "./later.js";
import { frame, offerLanguages, refuse, say, word } from "./page.js";
import { photographing, ready, sending } from "./parts.js";
import { NotFromPortalError, pageAt, settle } from "./place.js";
import * as portal from "./portal.js";
import { answered, now, offered } from "./state.js";
import { onStep, shownAgain, stepNow, view } from "./steps.js";
import * as store from "./store.js";
import { here } from "./turn.js";

/** Shows what a part of the app shows, once it is there. */
function shown<Part>(part: () => Promise<Part>, shows: (part: Part) => void): void {
  view(() => {
    const stays = here();
    say(word("moment"));
    part().then(
      (found) => {
        if (stays()) shows(found);
      },
      (error: unknown) => {
        if (!stays()) return;
        showFailed(() => {
          // What was typed is kept; the portal's newest page has the parts that it is made of.
          if (error instanceof RenewedError) location.reload();
          else route();
        });
        refuse(error);
      },
    );
  });
}

/** Shows the step that the address names, or the first that is not done yet. */
function route(): void {
  const order = offered();
  if (now.order?.sent) {
    shown(sending, ({ showSent }) => {
      showSent();
    });
  } else if (now.pending?.receipt !== undefined) {
    shown(ready, ({ showKeep }) => {
      showKeep({ stored: true, resumed: true, missing: [] });
    });
  } else if (order && answered() && stepNow() !== "details") {
    const decided = now.picture !== undefined || now.without || order.wishes === null;
    if (order.wishes === null || (decided && stepNow() === "check")) {
      shown(sending, ({ showCheck }) => {
        showCheck();
      });
    } else {
      shown(photographing, ({ showChoice }) => {
        showChoice();
      });
    }
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

const framed = frame();

async function start(): Promise<void> {
  if (!(await canSeal())) {
    await framed;
    cannot();
    return;
  }
  document.body.classList.add("js-enabled", "govuk-frontend-supported");
  createAll(SkipLink);
  now.pin = await portal.pinnedCircle();
  await settle(now.pin.note, now.pin.digest);
  const home = need(document, ".govuk-generic-header__homepage-link", HTMLAnchorElement);
  home.href = new URL("/", pageAt("")).href;
  [now.order] = await Promise.all([begun(), framed]);
  onStep(route);
  const order = offered();
  if (now.order.sent) await store.drop(now.order.id, now.order.reference);
  const kept = order && (await store.kept(order.id, order.reference));
  now.typed = { ...order?.typed, ...kept?.typed };
  now.pending = kept?.pending;
  if (now.pending && now.pending.receipt === undefined) {
    // It was sealed, and its answer never came.
    say(word("sealing"));
    const { send } = await ready();
    await send(now.pending, here());
  } else route();
  // The page can be used: what comes later is fetched now, and asked for again where it is needed.
  photographing().catch(() => undefined);
}

offerLanguages(shownAgain);
start().catch(async (error: unknown) => {
  await framed;
  if (error instanceof Problem && error.code === "no-draft") {
    // Another photo for a case that stands already goes the server's way.
    location.replace(pageAt("photo/"));
    return;
  }
  // Whoever came by somebody else's link gets no further by trying it again.
  if (error instanceof NotFromPortalError) view(showBegin);
  else route();
  refuse(error);
});
