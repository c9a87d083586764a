// The form of the server's own way. A device that can seal asks the same questions by itself, on
// its own page, so that the server never sees the answers.

import { all, need } from "../pages/dom.js";
import { canSeal } from "./device/able.js";

const form = need(document, "form[data-seal]", HTMLFormElement);
const fields = [
  ...all(form, "input", HTMLInputElement),
  ...all(form, "textarea", HTMLTextAreaElement),
];
const tried = new URLSearchParams(location.search).has("cannot");

if (!tried && (await canSeal())) {
  // Whoever has begun to type here goes on here: nothing that was typed is lost.
  if (fields.every((field) => field.value === field.defaultValue)) {
    location.replace(form.dataset["seal"] ?? "");
  } else {
    form.action += "?chosen";
    need(document, "#cannot", HTMLElement).hidden = true;
  }
}
