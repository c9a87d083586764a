// What is promised about a photo, as the photo step says it before it seals.

import type { Circle } from "../../formats/index.js";
import { filled, line, promiseLines } from "../../promise/lines.js";
import { languageNow, textsNow, word } from "./page.js";
import type { Offered } from "./portal.js";
import type { Released } from "./sealing.js";

/** The line about the code that seals: who vouches for it, with the register's page about it. */
function releaseLine(circle: Circle, { number, rebuilt, compared }: Released): HTMLLIElement {
  const said = rebuilt.length > 0 ? "releaseRebuilt" : "releaseCompared";
  const names = rebuilt.length > 0 ? rebuilt : compared;
  const item = line(filled(word(said), { number }), ...names);
  const more = document.createElement("a");
  more.className = "govuk-link";
  more.href = new URL("/register/code/", circle.custodian.portal).href;
  more.textContent = word("releaseMore");
  // A tab of its own: what was entered so far stays.
  more.target = "_blank";
  more.rel = "noopener";
  item.append(". ", more);
  return item;
}

export function fillPromise(
  list: HTMLElement,
  circle: Circle,
  wishes: NonNullable<Offered["wishes"]>,
  release: Released,
): void {
  list.replaceChildren(
    ...promiseLines(circle, wishes, languageNow(), textsNow().promise),
    line(word("onlyYou")),
    line(word("sealedHere")),
    releaseLine(circle, release),
  );
}
