// The questions of a service, answered on this device: held here against the rules that the
// portal's server has, and shown to nobody but the office.

import { type Question, type Wrong, answersOf } from "../../answers/rules.js";
import { all, need } from "../../pages/dom.js";
import { show, textOf, translate, word } from "./page.js";
import { keep, leaveToServer, now, offered } from "./state.js";
import { backTo, go, view } from "./steps.js";

type Field = HTMLInputElement | HTMLTextAreaElement;

const INPUTS: Record<Question["kind"], string> = {
  text: "text",
  lines: "text",
  date: "text",
  email: "email",
  tel: "tel",
};
/** What was wrong when the form was last given. */
let wrongs: ReadonlyMap<string, Wrong> = new Map();

function fieldOf({ name, kind, autocomplete, hint }: Question, wrong: boolean): Field {
  const field = document.createElement(kind === "lines" ? "textarea" : "input");
  // Whole names: the styles of others are left out of what is served.
  const [base, marked] =
    kind === "lines"
      ? ["govuk-textarea", "govuk-textarea--error"]
      : ["govuk-input", "govuk-input--error"];
  field.classList.add(base, ...(wrong ? [marked] : []));
  if (kind === "date") field.classList.add("govuk-input--width-10");
  if (field instanceof HTMLInputElement) field.type = INPUTS[kind];
  else field.rows = 3;
  field.id = field.name = name;
  field.setAttribute("autocomplete", autocomplete);
  field.spellcheck = false;
  const described = [hint && `${name}-hint`, wrong && `${name}-error`].filter((each) => each);
  if (described.length > 0) field.setAttribute("aria-describedby", described.join(" "));
  field.value = now.typed[name] ?? "";
  field.addEventListener("input", () => {
    now.typed[name] = field.value;
    // What was sealed before has other answers; nobody keeps its receipt.
    now.pending = undefined;
  });
  return field;
}

/** What is said of a wrong answer, in the words of the portal's server. */
const saidOf = ({ said, label }: Question, wrong: Wrong): string => textOf(said[wrong] ?? label);

function groupOf(question: Question): DocumentFragment {
  const { content } = need(document, "#question", HTMLTemplateElement);
  const group = document.importNode(content, true);
  translate(group);
  const wrong = wrongs.get(question.name);
  const label = need(group, "label", HTMLLabelElement);
  label.htmlFor = question.name;
  label.textContent = textOf(question.label);
  if (!question.required) label.append(` ${word("optional")}`);
  const hint = need(group, ".govuk-hint", HTMLElement);
  hint.id = `${question.name}-hint`;
  hint.hidden = question.hint === null;
  if (question.hint) hint.textContent = textOf(question.hint);
  const error = need(group, ".govuk-error-message", HTMLElement);
  error.id = `${question.name}-error`;
  error.hidden = wrong === undefined;
  if (wrong !== undefined) {
    need(group, ".govuk-form-group", HTMLElement).classList.add("govuk-form-group--error");
    need(error, "[data-wrong]", HTMLElement).textContent = saidOf(question, wrong);
  }
  error.after(fieldOf(question, wrong !== undefined));
  return group;
}

/** Says above the form what is wrong, with a way to each field. */
function summarize(page: HTMLElement, questions: readonly Question[]): void {
  const { content } = need(document, "#wrong", HTMLTemplateElement);
  const copy = document.importNode(content, true);
  translate(copy);
  const list = need(copy, "ul", HTMLUListElement);
  for (const question of questions) {
    const wrong = wrongs.get(question.name);
    if (wrong === undefined) continue;
    const link = document.createElement("a");
    link.href = `#${question.name}`;
    link.textContent = saidOf(question, wrong);
    link.addEventListener("click", (event) => {
      event.preventDefault();
      need(page, `[name="${question.name}"]`, HTMLElement).focus();
    });
    const line = document.createElement("li");
    line.append(link);
    list.append(line);
  }
  page.prepend(copy);
  need(page, ".govuk-error-summary", HTMLElement).focus();
  document.title = `${word("error")}: ${document.title}`;
}

/** Something did not come that is needed: the page says so below its heading, and tries again. */
export function showFailed(again: () => void): void {
  show("failed", (page) => {
    need(page, "button", HTMLButtonElement).addEventListener("click", again);
  });
  backTo("start");
}

/** Shows the questions. */
export function showDetails(): void {
  const order = offered();
  if (!order) {
    showFailed(() => {
      location.reload();
    });
    return;
  }
  const page = show("details", (page) => {
    need(page, "[data-service]", HTMLElement).textContent = textOf(order.service);
    need(page, "[data-questions]", HTMLElement).replaceChildren(...order.questions.map(groupOf));
    for (const button of all(page, "[data-server]", HTMLButtonElement)) {
      button.addEventListener("click", () => {
        void leaveToServer();
      });
    }
    need(page, "form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      ({ wrongs } = answersOf(order.questions, now.typed));
      // What was typed is kept as it is, so that it is there after every way back to the page.
      void keep();
      if (wrongs.size > 0) view(showDetails);
      else go(order.wishes ? "photo" : "check");
    });
  });
  backTo("start");
  if (wrongs.size > 0) summarize(page, order.questions);
}
