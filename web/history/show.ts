// What happened to a photo, on a page: the same in the receipt that an applicant keeps and on
// the portal's page, which only serves it.

import type { Circle } from "../formats/circle.js";
import type { Receipt } from "../formats/receipt.js";
import { dayInWords, filled, localeOf, nameOf } from "../promise/lines.js";
import type { Language } from "../promise/language.js";
import { type Missing, type Named, isNamed } from "./app.js";
import {
  type AnsweredRequest,
  type Happening,
  type OtherHappening,
  isRequest,
  tell,
} from "./acts.js";
import type { SignedReason } from "./details.js";
import type { History, Verdict } from "./found.js";
import {
  HISTORY_WORDS,
  type HistoryWord,
  OPENINGS,
  PURPOSE_WORDS,
  appCauseInWords,
  causeInWords,
  refusalInWords,
} from "./words.js";

/** All that is shown. */
export interface Shown {
  readonly receipt: Receipt;
  readonly circle: Circle;
  readonly history: History;
  readonly signed: ReadonlyMap<string, SignedReason>;
}

/** What is true a moment after each act, until the log is published again. */
const SETTLING = new Set(["owed", "not-shown-yet"]);

function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  text = "",
  className = "",
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

const moment = (at: Date, language: Language): string =>
  new Intl.DateTimeFormat(localeOf(language), { dateStyle: "long", timeStyle: "short" }).format(at);

/** Whether all that is missing is what the log does not show a moment after each act. */
function isSettling({ outcome, unread, verdicts, app }: History): boolean {
  const causes = [...verdicts.values()].flatMap((each) => each.causes);
  const settles = causes.length > 0 && causes.every((each) => SETTLING.has(each));
  const known = app === undefined || isNamed(app);
  return outcome === "incomplete" && unread === undefined && settles && known;
}

/** Whether nobody at all could be asked: most often, there is no network. */
function isOffline({ unread, verdicts }: History, circle: Circle): boolean {
  return (
    unread === "log" &&
    verdicts.size === circle.trustees.length &&
    [...verdicts.values()].every(({ causes }) => causes.includes("unreachable"))
  );
}

/** Says what is in `shown` in one language, within `place`. */
export function showHistory(place: HTMLElement, shown: Shown, language: Language): void {
  const { receipt, circle, history } = shown;
  const words = HISTORY_WORDS[language];
  const told = tell(history, circle.k);
  const openings = told.filter((each) => each.kind === "opened").length;
  const parts: HTMLElement[] = [verdict(shown, language)];
  const whys = [...history.verdicts].flatMap(([name, { causes }]) =>
    causes.map((code) => cause(name, causeInWords(code, language))),
  );
  if (whys.length > 0) parts.push(list(whys, "causes"));
  if (!isOffline(history, circle)) {
    const most = { n: openings, max: receipt.promise.openings_max };
    parts.push(element("p", sentence(openings, most, history, language), "openings"));
  }
  if (told.length > 0) {
    const list = element("ol", "", "acts");
    list.append(...told.map((each) => happening(each, shown, language)));
    parts.push(list);
  }
  if (history.app) parts.push(...codeInWords(history.app, shown, language));
  const held = [...history.verdicts.values()];
  if (held.length > 0 && held.every((each) => each.held === false)) {
    parts.push(element("p", words.gone, "gone"));
  }
  if (history.verdicts.size > 0) {
    const seats = [...history.verdicts].map(([name, each]) => seat(name, each, language));
    const note = element("p", filled(words.seatsNote, { k: circle.k }));
    parts.push(element("h3", words.seats), note, list(seats, "seats"));
  }
  place.replaceChildren(...parts);
}

function sentence(
  openings: number,
  values: Record<string, number>,
  { outcome }: History,
  language: Language,
): string {
  const words = HISTORY_WORDS[language];
  if (openings === 0) return outcome === "complete" ? words.never : words.notKnown;
  const forms = OPENINGS[language];
  const category = new Intl.PluralRules(language).select(openings);
  return filled(forms[category] ?? forms.other, values);
}

function verdict({ history, circle }: Shown, language: Language): HTMLElement {
  const words = HISTORY_WORDS[language];
  const say = (kind: string, text: string) => {
    const box = element("p", text, `verdict ${kind}`);
    box.dataset["outcome"] = kind;
    return box;
  };
  const { outcome, unread, checkedAt = 0 } = history;
  if (isOffline(history, circle)) return say("offline", words.offline);
  if (outcome === "complete") {
    const at = moment(new Date(checkedAt * 1000), language);
    return say("complete", filled(words.complete, { at }));
  }
  if (outcome === "contradicted") return say("contradicted", words.contradicted);
  if (unread === "view-old") return say("incomplete", words.unreadOld);
  if (unread === "reader-clock") return say("incomplete", words.unreadClock);
  if (unread !== undefined) return say("incomplete", words.unreadLog);
  const others = [...history.verdicts.values()].every((each) => each.outcome === "complete");
  if (others && history.app) return say("incomplete", words.codeMissing);
  return isSettling(history)
    ? say("settling", words.settling)
    : say("incomplete", words.incomplete);
}

function cause(name: string, why: string): HTMLElement {
  const item = element("li");
  item.append(element("strong", name), ` ${why}`);
  return item;
}

function list(items: readonly HTMLElement[], className: string): HTMLElement {
  const made = element("ul", "", className);
  made.append(...items);
  return made;
}

function happening(told: Happening, shown: Shown, language: Language): HTMLElement {
  const item = element("li");
  item.dataset["act"] = told.kind;
  item.append(
    element(
      "strong",
      isRequest(told) ? askedInWords(told, shown, language) : otherInWords(told, shown, language),
    ),
  );
  const notes = isRequest(told) ? notesOf(told, shown, language) : [];
  for (const each of notes) item.append(element("p", each));
  item.append(entryOf(told, shown, language));
  return item;
}

function askedInWords(told: AnsweredRequest, { circle }: Shown, language: Language): string {
  return filled(HISTORY_WORDS[language][told.kind], {
    office: nameOf(circle, told.office, language),
    day: dayInWords(told.day, language),
    purpose: PURPOSE_WORDS[language][told.purpose],
  });
}

function otherInWords(told: OtherHappening, { receipt }: Shown, language: Language): string {
  return filled(
    HISTORY_WORDS[language][told.kind],
    {
      day: dayInWords(told.day, language),
      days: receipt.promise.closed_days,
      by: told.by.join(", "),
    },
    language,
  );
}

function notesOf(told: AnsweredRequest, { signed }: Shown, language: Language): string[] {
  const words = HISTORY_WORDS[language];
  const notes = told.refused.map(({ trustee, code }) =>
    filled(words.because, { trustee, why: refusalInWords(code, language) }),
  );
  if (told.gave.length > 0) notes.push(filled(words.gave, { by: told.gave.join(", ") }));
  const said = signed.get(told.leaf);
  if (!said) return [...notes, words.noReason];
  return [
    filled(words.reason, { reason: said.reason }),
    filled(words.at, { at: moment(new Date(said.at), language) }),
    filled(words.key, { key: `${said.credential.slice(0, 16)}…` }),
    ...notes,
  ];
}

function entryOf({ index }: Happening, shown: Shown, language: Language): HTMLElement {
  if (index !== undefined) return entryLink(index, shown, language);
  return element("p", HISTORY_WORDS[language].owed, "entry");
}

function entryLink(index: number, { circle }: Shown, language: Language): HTMLElement {
  const note = element("p", "", "entry");
  const link = element("a", filled(HISTORY_WORDS[language].entry, { index }));
  link.href = new URL(`/register/entries/${String(index)}/`, circle.custodian.portal).href;
  link.rel = "noreferrer";
  note.append(link);
  return note;
}

/** Which code sealed it, who vouches for that, and what was served in its place. */
function codeInWords(app: Named | Missing, shown: Shown, language: Language): HTMLElement[] {
  const words = HISTORY_WORDS[language];
  const heading = element("h3", words.code);
  const box = element("div", "", "code");
  box.dataset["app"] = isNamed(app) ? "named" : app.code;
  if (!isNamed(app)) {
    const why = appCauseInWords(app.code, language);
    box.append(element("p", filled(words.codeUnproven, { why })));
    return [heading, box];
  }
  const { number, version } = app.manifest;
  const { origin = "" } = shown.receipt.promise.app ?? {};
  const day = dayInWords(app.day, language);
  const { rebuilt, compared } = app.vouched;
  const lines = [
    filled(words.codeOf, { number, version, origin, day }),
    filled(words.vouchers, { k: app.k }),
    ...(rebuilt.length > 0 ? [filled(words.rebuilt, { by: rebuilt.join(", ") })] : []),
    ...(compared.length > 0 ? [filled(words.compared, { by: compared.join(", ") })] : []),
    ...(app.differences.length > 0 ? [] : [words.noDiffers]),
  ];
  box.append(...lines.map((line) => element("p", line)), entryLink(app.index, shown, language));
  const differences = app.differences.map(({ index, day: on, details }) => {
    const where = `${details.origin}${details.path}`;
    const said = { day: dayInWords(on, language), trustee: details.trustee, where };
    const item = element("li", filled(words.differs, said));
    item.append(entryLink(index, shown, language));
    return item;
  });
  if (differences.length > 0) box.append(list(differences, "differs"));
  return [heading, box];
}

function seat(name: string, { outcome, held, causes }: Verdict, language: Language): HTMLElement {
  let state: HistoryWord = held === undefined ? "silent" : held ? "holds" : "destroyed";
  if (outcome === "contradicted") state = "contradicts";
  else if (held === undefined && causes.includes("pending")) state = "pending";
  const item = element("li");
  item.dataset["seat"] = state;
  item.append(element("strong", name), `: ${HISTORY_WORDS[language][state]}`);
  return item;
}
