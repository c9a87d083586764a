// Signing in: the officer's name on the office's list, then passphrase or authenticator.

import { need } from "../../pages/dom.js";
import { type OwnOffice, type Person, findPerson } from "../office.js";
import { type Officer, signIn } from "../officer.js";
import { busy, copyOf, show, word } from "../page.js";
import type { Portal } from "../portal.js";
import { Problem } from "../problem.js";

/** Shows the form; `done` gets the officer once the portal has let them in. */
export function showSignIn(
  portal: Portal,
  office: OwnOffice,
  done: (officer: Officer) => void,
): void {
  const place = show(copyOf("sign-in"));
  const form = need(place, "form", HTMLFormElement);
  const label = need(form, "#label", HTMLInputElement);
  const passphrase = need(form, "#passphrase", HTMLInputElement);
  const button = need(form, "button", HTMLButtonElement);
  let person: Person | undefined;

  function reset(): void {
    person = undefined;
    need(form, "[data-passphrase]", HTMLElement).hidden = true;
    need(form, "[data-gesture]", HTMLElement).hidden = true;
  }

  /** Which way this officer signs; true when nothing more has to be entered. */
  async function identify(): Promise<boolean> {
    person = await findPerson(office.office, label.value.trim());
    if (!person) {
      throw new Problem("officer-unknown", word("noSuchOfficer"), word("noSuchOfficerRemedy"));
    }
    const gesture = person.credential.type === "webauthn";
    if (!gesture && !person.softwareKey) {
      person = undefined;
      throw new Problem("key-elsewhere", word("keyElsewhere"), word("keyElsewhereRemedy"));
    }
    need(form, "[data-passphrase]", HTMLElement).hidden = gesture;
    need(form, "[data-gesture]", HTMLElement).hidden = !gesture;
    if (!gesture) passphrase.focus();
    return gesture;
  }

  label.addEventListener("input", reset);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void busy(button, word("opening"), portal.url, async () => {
      if (!person && !(await identify())) return;
      if (!person) return;
      const officer = await signIn(portal, office, person, passphrase.value);
      passphrase.value = "";
      done(officer);
    });
  });
}
