// Every page: the parts of govuk-frontend that are used, and printing.

import { ErrorSummary, ServiceNavigation, SkipLink, createAll } from "govuk-frontend";

import { all } from "./dom.js";

document.body.classList.add("js-enabled");
if ("noModule" in HTMLScriptElement.prototype) {
  document.body.classList.add("govuk-frontend-supported");
}
createAll(ErrorSummary);
createAll(ServiceNavigation);
createAll(SkipLink);
for (const button of all(document, "[data-print]", HTMLButtonElement)) {
  button.hidden = false;
  button.addEventListener("click", () => {
    window.print();
  });
}
