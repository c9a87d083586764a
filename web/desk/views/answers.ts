// What an applicant answered. It was sealed on a device, so nobody has looked at it before: what
// does not open, and what no form would have taken, is marked, and the case goes on.

import { misfit } from "../../answers/rules.js";
import { FormatError, causeOf, fromBase64, openAnswers } from "../../formats/index.js";
import type { Desk } from "../context.js";
import { languageNow, word } from "../page.js";
import type { CaseFile } from "../portal.js";
import { inEnglish, summaryRow } from "./elements.js";

function marked(text: string): HTMLElement {
  const tag = document.createElement("strong");
  tag.className = "govuk-tag govuk-tag--red";
  tag.textContent = text;
  return tag;
}

const textOf = (value: unknown): string =>
  typeof value === "string" ? value : JSON.stringify(value);

/** Rows with what the applicant answered; one that says so where there is nothing to read. */
export async function answerRows({ officer }: Desk, file: CaseFile): Promise<HTMLElement[]> {
  if (!file.answers) return [summaryRow("", word("answersGone"))];
  let opened: Awaited<ReturnType<typeof openAnswers>>;
  try {
    opened = await openAnswers(officer.officeKey, fromBase64(file.answers), file.reference);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return [
      summaryRow(word("answers"), marked(word("answersUnread")), " ", inEnglish(causeOf(error))),
    ];
  }
  const { answers, service } = opened;
  if (Object.keys(answers).length === 0) return [summaryRow(word("answers"), word("answersNone"))];
  const labels = new Map(file.questions?.map(({ name, label }) => [name, label]));
  const labelOf = (name: string): string => {
    const label = labels.get(name);
    return label?.[languageNow()] ?? label?.["en"] ?? name.replaceAll("_", " ");
  };
  const odd = new Set(file.questions ? misfit(file.questions, answers) : []);
  const rows = Object.entries(answers).map(([name, value]) =>
    summaryRow(
      labelOf(name),
      textOf(value),
      ...(odd.has(name) ? [" ", marked(word("answerOdd"))] : []),
    ),
  );
  const missing = [...odd].filter((name) => !Object.hasOwn(answers, name));
  rows.push(...missing.map((name) => summaryRow(labelOf(name), marked(word("answerMissing")))));
  if (service !== file.service) {
    rows.unshift(summaryRow(word("answers"), marked(word("answersOther")), ` ${service}`));
  }
  return rows;
}
