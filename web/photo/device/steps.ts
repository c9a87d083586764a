// The steps of the journey, each with an address in this page: what leads back leads back here.
// In a frame they have none: the page around has the browser's history to itself.

import { need } from "../../pages/dom.js";
import { inside } from "./embedded.js";
import { pageAt } from "./place.js";
import { turn } from "./turn.js";

export type Step = "details" | "photo" | "check";
const STEPS: readonly string[] = ["#/details", "#/photo", "#/check"];

/** Shows the view that stands, in another language. */
let again: () => void = () => undefined;
let route: () => void = () => undefined;
/** The step of a frame. */
let framed: Step | undefined;

/** Shows a view: what was begun in the one before shows nothing any more (`here`). */
export function view(next: () => void): void {
  turn();
  again = next;
  next();
}

export const shownAgain = (): void => {
  again();
};

/** Says what shows the step that the address names. */
export function onStep(shows: () => void): void {
  route = shows;
  if (inside) return;
  window.addEventListener("hashchange", () => {
    // Links within a view (to its main part, to a field) are no steps.
    if (STEPS.includes(location.hash)) shows();
  });
  const back = need(document, "#back", HTMLAnchorElement);
  back.addEventListener("click", (event) => {
    // Within one step the address stays as it is.
    if (back.hash === "" || back.hash !== location.hash) return;
    event.preventDefault();
    shows();
  });
}

/** The step that the address names, if any. */
export function stepNow(): Step | undefined {
  if (inside) return framed;
  return STEPS.includes(location.hash) ? (location.hash.slice(2) as Step) : undefined;
}

/** Goes to a step. */
export function go(step: Step): void {
  const hash = `#/${step}`;
  framed = step;
  if (inside || location.hash === hash) route();
  else location.hash = hash;
}

/** Takes the step out of the address: the journey is over. */
export function leaveSteps(): void {
  framed = undefined;
  if (!inside) history.replaceState(null, "", location.pathname);
}

/** Where the page leads back to: a step, the service's first page, or nowhere. */
export function backTo(step: Step | "start" | undefined): void {
  const back = need(document, "#back", HTMLAnchorElement);
  back.hidden = step === undefined;
  if (step !== undefined) back.href = step === "start" ? pageAt("") : `#/${step}`;
}
