// What is promised about a photo, as the photo step says it before it seals.

import type { Circle } from "../../formats/index.js";
import { line, promiseLines } from "../../promise/lines.js";
import { languageNow, word } from "./page.js";
import type { Offered } from "./portal.js";

export function fillPromise(list: HTMLElement, circle: Circle, wishes: Offered["wishes"]): void {
  list.replaceChildren(
    ...promiseLines(circle, wishes, languageNow()),
    line(word("onlyYou")),
    line(word("sealedHere")),
  );
}
