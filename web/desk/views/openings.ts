// "My openings": the entries on the public log that this officer's key made. Nobody else can tell
// which they are: their slots follow from a key that only the officer's client has.

import { fromHex, slot } from "../../formats/index.js";
import { need } from "../../pages/dom.js";
import type { Desk } from "../context.js";
import { onKeys } from "../keyboard.js";
import { begin, busy, copyOf, dayName, link, serviceName, show, wordOr } from "../page.js";
import type { OwnOpening } from "../portal.js";
import { tableRow } from "./elements.js";
import { backToList } from "./queue.js";

/** Days on one page, and numbers of a day that are looked at; 30 times 33 slots are asked at once. */
const DAYS = 30;
const A_DAY = 33;

async function openings(desk: Desk, from: number): Promise<OwnOpening[]> {
  const key = fromHex(desk.officer.credential.slot_key);
  const now = Date.now();
  const days = Array.from({ length: DAYS }, (_, at) =>
    new Date(now - (from + at) * 86_400_000).toISOString().slice(0, 10),
  );
  const slots = days.flatMap((day) =>
    Array.from({ length: A_DAY }, (_, at) => slot(key, day, at + 1)),
  );
  return desk.portal.openings(await Promise.all(slots));
}

type Names = Awaited<ReturnType<Desk["portal"]["services"]>>;

function row(
  desk: Desk,
  names: Names,
  { index, day, service, purpose }: OwnOpening,
): HTMLTableRowElement {
  const anchor = document.createElement("a");
  anchor.className = "govuk-link";
  link(anchor, desk.portal.url, index);
  return tableRow(anchor, dayName(day), serviceName(names, service), wordOr(purpose));
}

/** Shows the last days, and earlier ones on demand. */
export async function showOpenings(desk: Desk): Promise<void> {
  const turn = begin();
  let from = 0;
  const first = await openings(desk, from);
  const names = await desk.portal.services();
  const copy = copyOf("openings");
  need(copy, "[data-back]", HTMLAnchorElement).href = backToList();
  const place = show(copy, turn);
  const body = need(place, "tbody", HTMLTableSectionElement);
  const add = (found: readonly OwnOpening[]): void => {
    body.append(...found.map((each) => row(desk, names, each)));
    need(place, "table", HTMLTableElement).hidden = body.rows.length === 0;
    need(place, "[data-none]", HTMLElement).hidden = body.rows.length > 0;
  };
  add(first);
  const more = need(place, "[data-more]", HTMLButtonElement);
  more.addEventListener("click", () => {
    void busy(more, "", desk.portal.url, async () => {
      from += DAYS;
      add(await openings(desk, from));
    });
  });
  onKeys({
    escape: () => {
      location.hash = backToList();
    },
  });
}
