// Shows a page that came back for a form that a script sent: its main part takes the place
// of the standing one. Scripts inside it do not run (HTML, "already started").

import { ErrorSummary, createAll } from "govuk-frontend";

import { need } from "./dom.js";

const MAIN = "#main-content";

/** Puts main part and title of a page in place of the standing ones. */
export function showPage(page: Document): void {
  const main = document.adoptNode(need(page, MAIN, HTMLElement));
  need(document, MAIN, HTMLElement).replaceWith(main);
  document.title = page.title;
  window.scrollTo(0, 0);
  // It moves the focus to itself, which is how the page says that something is wrong.
  createAll(ErrorSummary, {}, main);
}
