// What is promised about a photo, in words: of the circle that was verified, and of the wishes
// that go into the seal. Nothing here is a text of the server's.

import type { Circle } from "../../formats/index.js";
import { dayInWords, filled, languageNow, word } from "./page.js";
import type { Offered } from "./portal.js";

function line(text: string, ...strong: readonly string[]): HTMLLIElement {
  const item = document.createElement("li");
  item.append(text);
  strong.forEach((each, at) => {
    const name = document.createElement("strong");
    name.textContent = each;
    item.append(at === 0 ? " " : ", ", name);
  });
  return item;
}

export function fillPromise(list: HTMLElement, circle: Circle, wishes: Offered["wishes"]): void {
  const offices = wishes.recipients.map(
    (id) => circle.offices.find(({ office }) => office === id)?.name[languageNow()] ?? id,
  );
  const trustees = circle.trustees.map(({ name }) => name);
  const limits = { max: wishes.openings_max, day: wishes.openings_a_day };
  const end = { date: dayInWords(wishes.opens_until), days: wishes.closed_days };
  list.replaceChildren(
    line(word("byOffice"), ...offices),
    line(word("forThis"), ...wishes.purposes.map((each) => word(each))),
    line(filled("atMost", limits)),
    line(filled("until", end)),
    line(filled("trustees", { k: circle.k, n: trustees.length }), ...trustees),
    line(word("onlyYou")),
    line(word("sealedHere")),
  );
}
