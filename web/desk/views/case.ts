// One case: what the applicant answered, opened here; how its photo stands; what the office did;
// the decision, and what it leaves.

import { need } from "../../pages/dom.js";
import type { Desk } from "../context.js";
import { onKeys } from "../keyboard.js";
import { type ReadNote, readNotes, writeNote } from "../notes.js";
import { personFor } from "../office.js";
import {
  begin,
  busy,
  copyOf,
  dayName,
  latest,
  link,
  momentName,
  refuse,
  say,
  sentence,
  serviceName,
  show,
  word,
  wordOr,
} from "../page.js";
import { type Standing, photoOf } from "../photos.js";
import type { CaseFile } from "../portal.js";
import { answerRows } from "./answers.js";
import { mountDecision } from "./decision.js";
import { backToList } from "./queue.js";

function noteLine(desk: Desk, { note, label, trusted }: ReadNote): HTMLElement {
  const line = document.createElement("li");
  const what = [label, word(`act-${note.act}`)];
  if (note.decision) what.push(word(note.decision));
  if (note.to) what.push(note.to);
  if (note.purpose) what.push(`(${wordOr(note.purpose)})`);
  line.append(`${momentName(note.at)}: ${what.join(" ")}`);
  if (note.index !== undefined) {
    const entry = document.createElement("a");
    entry.className = "govuk-link";
    link(entry, desk.portal.url, note.index);
    line.append(" ", entry);
  }
  if (note.reason) line.append(`. ${note.reason}`);
  if (note.decision && !trusted) {
    const warned = document.createElement("strong");
    warned.className = "govuk-tag govuk-tag--red";
    warned.textContent = word("unsigned");
    line.append(" ", warned);
  }
  return line;
}

function fillPhoto(copy: DocumentFragment, file: CaseFile, photo: Standing): void {
  const cell = need(copy, "[data-photo]", HTMLElement);
  need(cell, "span", HTMLElement).textContent = photo.words;
  const ask = need(cell, "a", HTMLAnchorElement);
  ask.href = `#/case/${encodeURIComponent(file.reference)}/open`;
  ask.hidden = !photo.asks;
}

/** Of a decided case: for what its photo may still be asked for, and an end to it. */
function fillLater(place: HTMLElement, desk: Desk, file: CaseFile, photo: Standing): void {
  const later = Object.entries(file.later);
  const sealId = photo.found?.pointer.seal_id;
  place.hidden = later.length === 0 || !photo.asks;
  need(place, "ul", HTMLElement).replaceChildren(
    ...later.map(([purpose, day]) => {
      const line = document.createElement("li");
      line.textContent = `${wordOr(purpose)}, ${word("untilDay")} ${dayName(day)}`;
      return line;
    }),
  );
  const button = need(place, "button", HTMLButtonElement);
  button.addEventListener("click", () => {
    void busy(button, "", desk.portal.url, async () => {
      if (sealId === undefined) return;
      const note = await writeNote(desk, file.reference, { act: "closed" });
      await fill(desk, await desk.portal.letGo(file.reference, sealId, note), begin());
    });
  });
}

function fillHandOver(place: HTMLElement, desk: Desk, file: CaseFile): void {
  place.hidden = file.state !== "open";
  const form = need(place, "form", HTMLFormElement);
  const to = need(form, "#hand-to", HTMLInputElement);
  const hand = (label: string, button: HTMLButtonElement): void => {
    void busy(button, "", desk.portal.url, async () => {
      const person = label ? await personFor(desk.office.office, label) : undefined;
      const said = { act: "handed-over", to: label || word("nobody") } as const;
      const note = await writeNote(desk, file.reference, said);
      await fill(desk, await desk.portal.handOver(file.reference, person, note), begin());
      say(word("handDone"));
    });
  };
  const take = need(place, "[data-take]", HTMLButtonElement);
  take.hidden = file.holder === "me";
  take.addEventListener("click", () => {
    hand(desk.officer.credential.label, take);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    hand(to.value.trim(), need(form, "button", HTMLButtonElement));
  });
}

/** Shows a case. */
export async function showCase(desk: Desk, reference: string): Promise<void> {
  const turn = begin();
  await fill(desk, await desk.portal.case(reference), turn);
}

async function fill(desk: Desk, file: CaseFile, turn: number): Promise<void> {
  const photo = await photoOf(desk, file);
  const names = await desk.portal.services();
  const notes = await readNotes(desk, file.reference, file.notes);
  const copy = copyOf("case");
  need(copy, "[data-back]", HTMLAnchorElement).href = backToList();
  need(copy, "[data-service]", HTMLElement).textContent = serviceName(names, file.service);
  need(copy, "[data-reference]", HTMLElement).textContent = file.reference;
  const stands = need(copy, "[data-state]", HTMLElement);
  stands.textContent = word(
    file.proposal ? "stateProposed" : file.state === "open" ? "stateOpen" : file.state,
  );
  need(copy, "[data-photo]", HTMLElement).before(...(await answerRows(desk, file)));
  fillPhoto(copy, file, photo);
  const history = need(copy, "[data-history]", HTMLElement);
  history.replaceChildren(...notes.map((each) => noteLine(desk, each)));
  need(copy, "[data-no-history]", HTMLElement).hidden = notes.length > 0;
  const until = need(copy, "[data-until]", HTMLElement);
  until.hidden = file.answers_until === null;
  if (file.answers_until) {
    until.textContent = sentence(`${word("answersUntil")} ${dayName(file.answers_until)}`);
  }
  fillLater(need(copy, "[data-later]", HTMLElement), desk, file, photo);
  fillHandOver(need(copy, "[data-hand]", HTMLElement), desk, file);
  mountDecision(need(copy, "[data-decision]", HTMLElement), {
    desk,
    file,
    found: photo.found,
    done: (decided) => {
      void showDecided(desk, decided);
    },
  });
  const place = show(copy, turn);
  need(place, "[data-next]", HTMLElement).hidden = file.state === "open";
  keys(place);
}

/** Shows the case anew; the decision stands, whatever keeps it from being shown. */
async function showDecided(desk: Desk, decided: CaseFile): Promise<void> {
  const turn = begin();
  try {
    await fill(desk, decided, turn);
  } catch (error) {
    if (turn !== latest()) return;
    refuse(error, desk.portal.url);
  }
  tell(decided);
}

function tell(file: CaseFile): void {
  say(file.state === "open" ? word("proposedNow") : `${word("decidedNow")} ${word(file.state)}`);
}

function keys(place: HTMLElement): void {
  onKeys({
    o: () => {
      const ask = need(place, "[data-photo] a", HTMLAnchorElement);
      if (!ask.hidden) ask.click();
    },
    escape: () => {
      location.hash = backToList();
    },
  });
}
