// "My sessions": where this officer is signed in, and ending the others. Each is a token in the
// memory of one page, so that nothing of it says on which device.

import { need } from "../../pages/dom.js";
import type { Desk } from "../context.js";
import { onKeys } from "../keyboard.js";
import { begin, busy, copyOf, momentName, show, word } from "../page.js";
import type { OwnSessions } from "../portal.js";
import { tableRow } from "./elements.js";
import { backToList } from "./queue.js";

type EndSession = (button: HTMLButtonElement, session?: string) => void;

function row(
  one: OwnSessions["sessions"][number],
  fresh: boolean,
  end: EndSession,
): HTMLTableRowElement {
  const begun = momentName(new Date(one.begun * 1000).toISOString());
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "app-link-button" });
  button.textContent = word("endSession");
  button.setAttribute("aria-label", `${word("endSession")}: ${begun}`);
  button.addEventListener("click", () => {
    end(button, one.name);
  });
  return tableRow(begun, one.here ? word("thisSession") : fresh ? button : "–");
}

/** Shows them; those that an officer ends are gone from the list. */
export async function showSessions(desk: Desk): Promise<void> {
  const turn = begin();
  const first = await desk.portal.sessions();
  const copy = copyOf("sessions");
  need(copy, "[data-back]", HTMLAnchorElement).href = backToList();
  const place = show(copy, turn);
  const others = need(place, "[data-others]", HTMLButtonElement);
  const list = ({ sessions, fresh }: OwnSessions): void => {
    need(place, "tbody", HTMLTableSectionElement).replaceChildren(
      ...sessions.map((each) => row(each, fresh, end)),
    );
    others.hidden = !fresh || sessions.length < 2;
    need(place, "[data-old]", HTMLElement).hidden = fresh || sessions.length < 2;
  };
  const end: EndSession = (button, session) => {
    void busy(button, "", desk.portal.url, async () => {
      list(await desk.portal.endSessions(session));
      need(place, "h1", HTMLElement).focus();
    });
  };
  list(first);
  others.addEventListener("click", () => {
    end(others);
  });
  onKeys({
    escape: () => {
      location.hash = backToList();
    },
  });
}
