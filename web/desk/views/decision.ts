// Deciding a case in two steps: what and why, then a look at all that follows, and the signature.

import { all, need } from "../../pages/dom.js";
import type { Desk } from "../context.js";
import { writeNote } from "../notes.js";
import { busy, copyOf, dayName, momentName, word, wordOr } from "../page.js";
import type { ComparedPhoto } from "../photos.js";
import type { CaseFile, Decided, DecisionName } from "../portal.js";
import { choice, summaryRow } from "./elements.js";

/** Who decides what. */
export interface Deciding {
  readonly desk: Desk;
  readonly file: CaseFile;
  readonly found: ComparedPhoto | undefined;
  /** Gets the case as it is after the decision. */
  readonly done: (file: CaseFile) => void;
}

const isDecision = (value: unknown): value is DecisionName =>
  value === "approved" || value === "declined";

/** Puts the form for the decision into its place; nothing where there is none to take. */
export function mountDecision(place: HTMLElement, deciding: Deciding): void {
  const { file } = deciding;
  if (file.state !== "open") {
    place.replaceChildren();
    return;
  }
  place.replaceChildren(copyOf("decision"));
  const form = need(place, "[data-choose]", HTMLFormElement);
  const radios = need(form, "[data-outcomes]", HTMLElement);
  for (const value of ["approved", "declined"] as const) {
    const label = word(value === "approved" ? "approve" : "decline");
    const { item, input } = choice("radios", { name: "decision", value, id: `is-${value}` }, label);
    input.checked = file.proposal === value && !file.proposed_by_me;
    radios.append(item);
  }
  const waits = need(place, "[data-proposed]", HTMLElement);
  waits.hidden = !file.proposal;
  waits.textContent = file.proposed_by_me
    ? word("proposedMine")
    : `${word("proposedBy")} ${wordOr(file.proposal)}`;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const fields = new FormData(form);
    const [decision, reason] = [fields.get("decision"), fields.get("why")];
    const said = typeof reason === "string" ? reason.trim() : "";
    const wrong = { "is-approved": !isDecision(decision), "decision-why": !said };
    if (lacks(form, wrong) || !isDecision(decision)) return;
    confirm(place, form, deciding, { decision, reason: said });
  });
}

/** Marks what is missing, and leads there; whether anything is. */
function lacks(form: HTMLFormElement, wrong: Readonly<Record<string, boolean>>): boolean {
  const missing = Object.keys(wrong).filter((id) => wrong[id]);
  for (const message of all(form, "[data-missing]", HTMLElement)) {
    message.hidden = !missing.includes(message.dataset["missing"] ?? "");
  }
  for (const id of Object.keys(wrong)) {
    const field = need(form, `#${id}`, HTMLElement);
    if (wrong[id]) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
  const [first] = missing;
  if (first === undefined) return false;
  need(form, `#${first}`, HTMLElement).focus();
  return true;
}

interface ChosenOutcome {
  readonly decision: DecisionName;
  readonly reason: string;
}

function confirm(
  place: HTMLElement,
  form: HTMLFormElement,
  deciding: Deciding,
  outcome: ChosenOutcome,
): void {
  const { desk, file, found } = deciding;
  const second = need(place, "[data-confirm]", HTMLFormElement);
  const kept = need(second, "[data-keep]", HTMLElement);
  need(second, "dl", HTMLElement).replaceChildren(
    summaryRow(word("case"), file.reference),
    summaryRow(word("decision"), word(outcome.decision)),
    summaryRow(word("reason"), outcome.reason),
    summaryRow(word("you"), desk.officer.credential.label),
    summaryRow(word("day"), momentName(new Date().toISOString())),
  );
  // Only what was promised to this applicant can ever be asked for.
  const promised: readonly string[] = found?.photo.promise.purposes ?? [];
  const leaves = Object.entries(file.would_leave[outcome.decision] ?? {}).filter(
    ([purpose]) => promised.includes(purpose) && found?.photo.state === "sealed",
  );
  need(kept, "[data-purposes]", HTMLElement).replaceChildren(
    ...leaves.map(([purpose, day]) => {
      const label = `${wordOr(purpose)}, ${word("untilDay")} ${dayName(day)}`;
      const { item, input } = choice(
        "checkboxes",
        { name: "later", value: purpose, id: `keep-${purpose}` },
        label,
      );
      input.checked = true;
      return item;
    }),
  );
  kept.hidden = leaves.length === 0;
  const ends = need(second, "[data-ends]", HTMLElement);
  const told = (): void => {
    const keeps = all(kept, "input", HTMLInputElement).some((each) => each.checked);
    ends.textContent = word(keeps ? "closesLater" : "closesNow");
  };
  ends.hidden = found?.photo.state !== "sealed";
  kept.onchange = told;
  told();
  const button = need(second, "[data-sign]", HTMLButtonElement);
  const proposes = file.second_person && !seconds(file, outcome.decision);
  button.textContent = word(proposes ? "signProposal" : "sign");
  need(second, "[data-change]", HTMLButtonElement).onclick = () => {
    swap(second, form);
  };
  second.onsubmit = (event) => {
    event.preventDefault();
    void busy(button, word("signing"), desk.portal.url, async () => {
      const later = all(kept, "input:checked", HTMLInputElement).map((each) => each.value);
      const act = proposes ? "proposed" : "decided";
      const decided: Decided = {
        decision: outcome.decision,
        later,
        note: await writeNote(desk, file.reference, { act, ...outcome }),
        ...(found && { seal_id: found.pointer.seal_id }),
      };
      deciding.done(await desk.portal.decide(file.reference, decided));
    });
  };
  swap(form, second);
}

/** Whether this decision confirms what a colleague has proposed. */
const seconds = (file: CaseFile, decision: DecisionName): boolean =>
  file.proposal === decision && !file.proposed_by_me;

function swap(from: HTMLElement, to: HTMLElement): void {
  from.hidden = true;
  to.hidden = false;
  need(to, "h2", HTMLElement).focus();
}
