// Ways on that leave the app's own: where this device cannot seal; and in a frame, whose page has
// the questions and sends them, without a photo.

import { need } from "../../pages/dom.js";
import { inside } from "./embedded.js";
import { show } from "./page.js";
import { pageAt } from "./place.js";
import { backTo } from "./steps.js";

/** Goes to the server's own way, which says what the server sees; a frame has none. */
export function cannot(): void {
  if (inside) show("cannot", () => undefined);
  else location.replace(pageAt("details/?cannot"));
}

/** Leads to the portal's own page, as the one way on. */
export function showBegin(): void {
  show("begin", (view) => {
    need(view, "[data-begin]", HTMLAnchorElement).href = pageAt("");
  });
  backTo(undefined);
}

/** Says in a frame that the form around it goes on without a photo. */
export function showWithout(): void {
  show("without", (view) => {
    need(view, "[data-choose]", HTMLButtonElement).addEventListener("click", () => {
      location.reload();
    });
  });
}
