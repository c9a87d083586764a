// The open cases of the office, oldest first.

import { need } from "../../pages/dom.js";
import { begin, busy, copyOf, show, word } from "../page.js";
import type { ListedCase, Portal } from "../portal.js";

function row({ reference, service, day, photo }: ListedCase): HTMLTableRowElement {
  const line = document.createElement("tr");
  line.className = "govuk-table__row";
  const anchor = document.createElement("a");
  anchor.className = "govuk-link";
  anchor.href = `#/case/${encodeURIComponent(reference)}`;
  anchor.textContent = reference;
  for (const content of [anchor, service, day, word(photo ? "sealed" : "none")]) {
    const cell = line.insertCell();
    cell.className = "govuk-table__cell";
    if (content !== service) cell.classList.add("app-nowrap");
    cell.append(content);
  }
  return line;
}

/** Shows the first of them, and more on demand. */
export async function showQueue(portal: Portal): Promise<void> {
  const turn = begin();
  const first = await portal.cases();
  const place = show(copyOf("queue"), turn);
  const table = need(place, "table", HTMLTableElement);
  const body = need(table, "tbody", HTMLTableSectionElement);
  const button = need(place, "[data-more]", HTMLButtonElement);
  let last: string | undefined;

  function add({ cases, more }: Awaited<ReturnType<Portal["cases"]>>): void {
    body.append(...cases.map(row));
    last = cases.at(-1)?.reference ?? last;
    button.hidden = !more;
  }

  button.addEventListener("click", () => {
    void busy(button, "", portal.url, async () => {
      add(await portal.cases(last));
    });
  });
  add(first);
  table.hidden = first.cases.length === 0;
  need(place, "[data-none]", HTMLElement).hidden = first.cases.length > 0;
}
