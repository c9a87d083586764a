// The officers' desk: static files at the office's own origin (docs/protocol/desk.md). A page
// that the portal serves is never asked for a signature; this one is.

import { SkipLink, createAll } from "govuk-frontend";

import { all, need } from "../pages/dom.js";
import { type OwnOffice, thisOffice } from "./office.js";
import type { Officer } from "./officer.js";
import { onKeys } from "./keyboard.js";
import { choose, languageNow, latest, refuse, translate, word } from "./page.js";
import { Portal } from "./portal.js";
import { Problem } from "./problem.js";
import { showAuthenticator } from "./views/authenticator.js";
import { showCase } from "./views/case.js";
import { showOpen } from "./views/open.js";
import { showOpenings } from "./views/openings.js";
import { showQueue } from "./views/queue.js";
import { showSessions } from "./views/sessions.js";
import { showSignIn } from "./views/signin.js";
import { ALL_LANGUAGES, LANGUAGES, directionOf, isLanguage } from "./words/index.js";

let office: OwnOffice | undefined;
let portal: Portal | undefined;
let officer: Officer | undefined;
/** The view that the address asked for last; a skip link changes the address, too. */
let asked = location.hash;

const nameOf = (found: OwnOffice | undefined): string =>
  found?.name[languageNow()] ?? found?.name["en"] ?? "";

/** Frames the page in the language that is chosen. */
function frame(): void {
  const language = languageNow();
  document.documentElement.lang = language;
  document.documentElement.dir = directionOf(language);
  translate(document);
  need(document, "#office-name", HTMLElement).textContent = nameOf(office);
  for (const button of all(document, "[data-language]", HTMLButtonElement)) {
    if (button.dataset["language"] === language) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
  need(document, "#officer", HTMLElement).hidden = !officer;
  need(document, "[data-authenticator]", HTMLElement).hidden =
    officer?.credential.type !== "software";
  need(document, "[data-officer]", HTMLElement).textContent = officer
    ? `${officer.credential.label} · ${nameOf(office)}`
    : "";
}

/** Shows what the address asks for: #/cases(?…), #/case/REFERENCE(/open), #/openings, #/sessions, #/authenticator. */
async function route(): Promise<void> {
  if (!office || !portal) return;
  if (!officer) {
    showSignIn(portal, office, (found) => {
      officer = found;
      frame();
      void safely(route);
    });
    return;
  }
  const desk = { portal, office, officer };
  const [path = "", query = ""] = asked.split("?");
  const [, room, name, act] = path.split("/");
  const reference = decodeURIComponent(name ?? "");
  onKeys({});
  if (room === "authenticator") showAuthenticator(office, officer);
  else if (room === "openings") await showOpenings(desk);
  else if (room === "sessions") await showSessions(desk);
  else if (room !== "case") await showQueue(desk, new URLSearchParams(query));
  else if (act === "open") await showOpen(desk, reference);
  else await showCase(desk, reference);
}

async function safely(act: () => Promise<void>): Promise<void> {
  const acting = act();
  const turn = latest();
  try {
    await acting;
  } catch (error) {
    // What a view could not do that nobody looks at any more is nobody's problem.
    if (turn === latest()) refuse(error, portal?.url ?? "");
  }
}

async function signOut(): Promise<void> {
  officer = undefined;
  frame();
  try {
    await portal?.signOut();
  } finally {
    asked = location.hash = "#/";
    await route();
  }
}

async function start(): Promise<void> {
  frame();
  if (!window.isSecureContext || !("subtle" in crypto)) {
    throw new Problem("browser", word("cannotBeHere"), word("cannotBeHereRemedy"));
  }
  office = await thisOffice();
  portal = new Portal(office.portal);
  document.body.classList.add("js-enabled", "govuk-frontend-supported");
  createAll(SkipLink);
  frame();
  await route();
}

for (const each of ALL_LANGUAGES) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "app-link-button", lang: each });
  button.dataset["language"] = each;
  button.textContent = LANGUAGES[each];
  need(document, ".app-languages", HTMLElement).append(button, " ");
}
for (const button of all(document, "[data-language]", HTMLButtonElement)) {
  button.addEventListener("click", () => {
    const { language } = button.dataset;
    if (!isLanguage(language)) return;
    choose(language);
    frame();
    void safely(route);
  });
}
need(document, "#officer button", HTMLButtonElement).addEventListener("click", () => {
  void safely(signOut);
});
window.addEventListener("hashchange", () => {
  if (!location.hash.startsWith("#/")) return;
  asked = location.hash;
  void safely(route);
});
void safely(start);
