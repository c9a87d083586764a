// Taking an authenticator into use: the passphrase once more, two gestures, and a file for the
// office.

import { need } from "../../pages/dom.js";
import { enrolAuthenticator } from "../enrolling.js";
import { type OwnOffice, findPerson } from "../office.js";
import type { Officer } from "../officer.js";
import { busy, copyOf, show, word } from "../page.js";
import { Problem } from "../problem.js";

/** Shows the form, and then the file. */
export function showAuthenticator(office: OwnOffice, officer: Officer): void {
  const place = show(copyOf("authenticator"));
  const form = need(place, "form", HTMLFormElement);
  const passphrase = need(form, "#passphrase", HTMLInputElement);
  const { label } = officer.credential;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = need(form, "button", HTMLButtonElement);
    void busy(button, word("gesture"), office.portal, async () => {
      const person = await findPerson(office.office, label);
      if (!person) {
        throw new Problem("officer-unknown", word("noSuchOfficer"), word("noSuchOfficerRemedy"));
      }
      const enrolment = await enrolAuthenticator(office, person, passphrase.value);
      passphrase.value = "";
      const file = new Blob([JSON.stringify(enrolment)], { type: "application/json" });
      const link = need(place, "[data-file] a", HTMLAnchorElement);
      link.href = URL.createObjectURL(file);
      link.download = `${enrolment.label}.json`;
      need(place, "[data-label]", HTMLElement).textContent = enrolment.label;
      form.hidden = true;
      need(place, "[data-file]", HTMLElement).hidden = false;
      link.focus();
    });
  });
}
