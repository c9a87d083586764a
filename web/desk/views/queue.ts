// The cases of the office: found, filtered, counted, a page at a time, oldest first. What is
// shown stands in the address, so that Back, a reload and a language change keep it.

import { all, need } from "../../pages/dom.js";
import type { Desk } from "../context.js";
import { onKeys, useKeys, usesKeys } from "../keyboard.js";
import { begin, copyOf, count, dayName, serviceName, show, word } from "../page.js";
import type { ListOfCases, ListedCase } from "../portal.js";
import type { Word } from "../words/index.js";
import { option, tableRow } from "./elements.js";

const STATES = {
  open: "stateOpen",
  proposed: "stateProposed",
  approved: "stateApproved",
  declined: "stateDeclined",
  all: "stateAll",
} as const;
const WHOSE = { "": "whoseAll", me: "whoseMe", nobody: "whoseNobody" } as const;
const HOLDERS: Readonly<Record<ListedCase["holder"], Word>> = {
  "": "nobody",
  me: "me",
  colleague: "colleague",
};
const FILTERS = ["state", "reference", "service", "holder"] as const;

/** The address of a list. */
export const listAddress = (query: URLSearchParams): string => `#/cases?${query.toString()}`;

/** How many cases the pages before had: the address counts along, and nobody counts again. */
function beforeOf(query: URLSearchParams): number {
  const said = query.get("before") ?? "";
  return query.has("after") && /^\d{1,9}$/.test(said) ? Number(said) : 0;
}

/** The list that was looked at last: a case leads back to it. */
let lastList = "#/cases";
export const backToList = (): string => lastList;

function row(list: ListOfCases, each: ListedCase): HTMLTableRowElement {
  const { reference, service, day, photo, state, proposal, holder } = each;
  const anchor = document.createElement("a");
  anchor.className = "govuk-link app-nowrap";
  anchor.href = `#/case/${encodeURIComponent(reference)}`;
  anchor.textContent = reference;
  const stands = proposal ? word("stateProposed") : word(STATES[state]);
  return tableRow(
    anchor,
    serviceName(list.services, service),
    dayName(day),
    word(photo ? "sealed" : "none"),
    stands,
    word(HOLDERS[holder]),
  );
}

function fill(form: HTMLFormElement, list: ListOfCases, query: URLSearchParams): void {
  const chosen = (name: string): string => query.get(name) ?? "";
  need(form, "#reference", HTMLInputElement).value = chosen("reference");
  const state = chosen("state") || "open";
  need(form, "#state", HTMLSelectElement).append(
    ...Object.entries(STATES).map(([value, name]) => option(value, word(name), state)),
  );
  need(form, "#holder", HTMLSelectElement).append(
    ...Object.entries(WHOSE).map(([value, name]) => option(value, word(name), chosen("holder"))),
  );
  need(form, "#service", HTMLSelectElement).append(
    option("", word("allServices"), chosen("service")),
    ...Object.keys(list.services).map((id) =>
      option(id, serviceName(list.services, id), chosen("service")),
    ),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const fields = new FormData(form);
    const next = new URLSearchParams();
    for (const name of FILTERS) {
      const value = fields.get(name);
      if (typeof value === "string" && value.trim()) next.set(name, value.trim());
    }
    // Who looks for a reference looks among all cases.
    if (next.has("reference") && !query.has("reference") && next.get("state") === "open") {
      next.set("state", "all");
    }
    location.hash = listAddress(next);
  });
}

function leaf(place: HTMLElement, list: ListOfCases, query: URLSearchParams): void {
  const [first, next] = ["[data-first]", "[data-next]"].map((each) =>
    need(place, each, HTMLAnchorElement),
  );
  const last = list.cases.at(-1);
  const before = beforeOf(query);
  const after = (reference?: string): string => {
    const to = new URLSearchParams(query);
    to.delete("after");
    to.delete("before");
    if (reference !== undefined) {
      to.set("after", reference);
      to.set("before", String(before + list.cases.length));
    }
    return listAddress(to);
  };
  if (first) {
    first.hidden = !query.has("after");
    first.href = after();
  }
  if (next) {
    next.hidden = !list.more;
    next.href = after(last?.reference);
  }
  need(place, "[data-pages]", HTMLElement).hidden = !query.has("after") && !list.more;
}

function keys(table: HTMLTableElement): void {
  const links = all(table, "tbody a", HTMLAnchorElement);
  const go = (by: number): void => {
    const at = links.findIndex((each) => each === document.activeElement);
    const to = at < 0 ? (by > 0 ? 0 : links.length - 1) : at + by;
    links[Math.max(0, Math.min(links.length - 1, to))]?.focus();
  };
  const open = (): void => {
    const link = links.find((each) => each === document.activeElement) ?? links[0];
    link?.click();
  };
  onKeys({
    j: () => {
      go(1);
    },
    k: () => {
      go(-1);
    },
    o: open,
  });
}

/** Shows the page of the list that the address asks for. */
export async function showQueue({ portal }: Desk, query: URLSearchParams): Promise<void> {
  const turn = begin();
  const asked = new URLSearchParams(query);
  if (!asked.has("state")) asked.set("state", "open");
  asked.delete("before");
  const list = await portal.cases(asked);
  const copy = copyOf("queue");
  fill(need(copy, "form", HTMLFormElement), list, query);
  const place = show(copy, turn);
  lastList = listAddress(query);
  const table = need(place, "table", HTMLTableElement);
  need(table, "tbody", HTMLTableSectionElement).append(
    ...list.cases.map((each) => row(list, each)),
  );
  const { cases } = list;
  const before = beforeOf(query);
  const total = Math.max(list.total, before + cases.length);
  const none = cases.length === 0;
  table.hidden = none;
  const shown = none
    ? word("noCases")
    : count("shown", total, { from: before + 1, to: before + cases.length });
  need(place, "[data-count]", HTMLElement).textContent = shown;
  leaf(place, list, query);
  const single = need(place, "#single-keys", HTMLInputElement);
  single.checked = usesKeys();
  single.addEventListener("change", () => {
    useKeys(single.checked);
  });
  keys(table);
}
