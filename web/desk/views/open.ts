// Asking to open a photo, and seeing it. The one-time key is made here and never leaves; the
// request is signed here; the picture is decrypted here, decoded behind the gate, shown for a
// minute under a watermark beside the decision, and forgotten.

import {
  type BadShare,
  PURPOSES,
  type PurposeName,
  type SealedPromise,
  messageOf,
  momentOf,
  oneTimeKey,
  openPhoto,
  utf8,
} from "../../formats/index.js";
import { SlowError, UnreadableError, decodePhoto } from "../../gate/index.js";
import { startWorker } from "../../pages/trusted.js";
import { all, need } from "../../pages/dom.js";
import { prepare } from "../asking.js";
import type { Desk } from "../context.js";
import { onKeys } from "../keyboard.js";
import { writeNote } from "../notes.js";
import { nextOfDay } from "../officer.js";
import {
  begin,
  busy,
  clearProblem,
  copyOf,
  dayName,
  languageNow,
  link,
  serviceName,
  show,
  word,
  wordOr,
} from "../page.js";
import { type ComparedPhoto, findPhoto } from "../photos.js";
import type { CaseFile, Listener } from "../portal.js";
import { Problem } from "../problem.js";
import { purposeInWords } from "../purposes.js";
import { View } from "../view.js";
import { answerRows } from "./answers.js";
import { mountDecision } from "./decision.js";
import { choice, summaryRow } from "./elements.js";

/** Where an opening is asked for. */
interface Place {
  /** What the case's service is called. */
  readonly service: string;
  readonly desk: Desk;
  readonly file: CaseFile;
  readonly found: ComparedPhoto;
  readonly root: HTMLElement;
}

/** The purposes that are in question now: a decided case has only what it was kept for. */
function purposesNow(file: CaseFile): readonly PurposeName[] {
  return file.state === "open" ? PURPOSES : PURPOSES.filter((name) => name in file.later);
}

function fillPurposes(
  place: HTMLElement,
  names: readonly PurposeName[],
  { purposes: promised }: SealedPromise,
): void {
  names.forEach((name, at) => {
    const tag = document.createElement("strong");
    const kept = promised.includes(name);
    tag.className = `govuk-tag govuk-tag--${kept ? "green" : "red"}`;
    tag.textContent = word(kept ? "promised" : "notPromised");
    const id = `purpose-${name}`;
    const { item, input } = choice(
      "radios",
      { name: "purpose", value: name, id },
      `${word(name)} `,
      tag,
    );
    input.required = true;
    input.checked = at === 0;
    place.append(item);
  });
}

/** What the log will show of this request, word for word, before it is made. */
function fillBefore({ desk, service, root }: Place): void {
  const list = need(root, "[data-before]", HTMLElement);
  const form = need(root, "#open-form", HTMLFormElement);
  const tell = (): void => {
    const purpose = new FormData(form).get("purpose");
    list.replaceChildren(
      summaryRow(word("what"), word("asked")),
      summaryRow(word("day"), dayName(momentOf(new Date()).slice(0, 10))),
      summaryRow(word("office"), desk.office.name[languageNow()] ?? desk.office.office),
      summaryRow(word("service"), service),
      summaryRow(word("purpose"), wordOr(typeof purpose === "string" ? purpose : "")),
    );
  };
  form.addEventListener("change", tell);
  tell();
}

/** Shows the form for a case's photo. */
export async function showOpen(desk: Desk, reference: string): Promise<void> {
  const turn = begin();
  const file = await desk.portal.case(reference);
  if (file.pointer === null) throw new Problem("no-photo", word("photoNone"));
  const found = await findPhoto(desk, file);
  const answers = await answerRows(desk, file);
  const service = serviceName(await desk.portal.services(), file.service);
  const root = show(copyOf("open"), turn);
  const place = { desk, file, found, root, service };
  const address = `#/case/${encodeURIComponent(reference)}`;
  need(root, "[data-reference]", HTMLElement).textContent = reference;
  for (const back of all(root, "[data-back]", HTMLAnchorElement)) back.href = address;
  need(root, "[data-answers]", HTMLElement).replaceChildren(...answers);
  fillPurposes(need(root, "[data-purposes]", HTMLElement), purposesNow(file), found.photo.promise);
  fillBefore(place);
  onKeys({
    escape: () => {
      location.hash = address;
    },
  });
  const form = need(root, "#open-form", HTMLFormElement);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const fields = new FormData(form);
    const wish = { purpose: fields.get("purpose"), reason: fields.get("reason") };
    const button = need(form, "button", HTMLButtonElement);
    void busy(button, word("waiting"), desk.portal.url, async () => {
      await ask(place, wish);
    });
  });
}

/** Says of each trustee how it answers, as it does. */
function listen({ root, found }: Place): Listener {
  const live = need(root, "#live", HTMLElement);
  const { keys, k } = found.photo.promise.trustees;
  need(live, "[data-needed]", HTMLElement).textContent = `${word("needed")} ${String(k)}`;
  const rows = new Map(
    keys.map(({ trustee }) => {
      const row = summaryRow(trustee, word("asking"));
      return [trustee, row] as const;
    }),
  );
  need(live, "dl", HTMLElement).replaceChildren(...rows.values());
  const logged = need(live, "[data-logged]", HTMLElement);
  logged.hidden = true;
  live.hidden = false;
  return {
    logged: () => {
      logged.hidden = false;
    },
    answered: (trustee, outcome) => {
      const cell = rows.get(trustee)?.querySelector("dd");
      const words =
        outcome === "released"
          ? word("released")
          : `${word("refusedBecause")} ${wordOr(`code-${outcome}`, `${word("code-other")} (${outcome})`)}`;
      if (cell) cell.textContent = words;
    },
  };
}

/** Signs a request, opens what it gives, and shows it. */
async function ask(place: Place, wish: { purpose: unknown; reason: unknown }): Promise<void> {
  const { desk, found } = place;
  const { portal, officer } = desk;
  const purpose = PURPOSES.find((each) => each === wish.purpose);
  // What is signed is what was chosen, or nothing.
  if (purpose === undefined) throw new Problem("purpose-unknown", word("purposeNone"));
  const reason = typeof wish.reason === "string" ? wish.reason.trim() : "";
  const key = await oneTimeKey();
  const now = new Date();
  const nth = await nextOfDay(portal, officer.credential, momentOf(now).slice(0, 10));
  const photo = await portal.photo(found.pointer.seal_id);
  const wanted = { purpose, reason, oneTimeKey: key.publicKey };
  const prepared = await prepare(found.pointer, photo, officer.credential, nth, wanted, now);
  const assertion = await officer.sign(messageOf(prepared.request));
  const { credential, membership } = officer;
  const signed = { ...prepared, assertion, credential, membership };
  const answer = await portal.open(signed, listen(place)).catch((error: unknown) => {
    throw purposeInWords(error, purpose, photo.promise.purposes, word);
  });
  const opened = await openPhoto(
    { promise: photo.promise, entry: utf8(answer.entry), key: key.privateKey },
    answer.shares,
    await portal.ciphertext(found.pointer.seal_id),
  );
  const said = { act: "opened", reason, purpose, index: answer.index } as const;
  const noted = writeNote(desk, place.file.reference, said).then((note) =>
    portal.write(place.file.reference, note),
  );
  try {
    await decoded(place, { ...opened, index: answer.index });
  } finally {
    await noted;
  }
}

/** What an opening gave, and the number of its entry. */
interface Given {
  readonly photo: Uint8Array<ArrayBuffer>;
  readonly bad: readonly BadShare[];
  readonly index: number;
}

/** Shows what was opened, or says why not, and what can be done about it. */
async function decoded(place: Place, given: Given): Promise<void> {
  const { bad, index } = given;
  try {
    // A copy: on a slow machine, the file is decoded once more.
    reveal(place, await decodePhoto(given.photo.slice(), startWorker), index, bad);
  } catch (error) {
    if (error instanceof SlowError) {
      offerAgain(place, given);
      offerToSay(place, index);
      throw new Problem(error.code, word("slow"), "", index);
    }
    if (!(error instanceof UnreadableError)) throw error;
    offerToSay(place, index);
    throw new Problem(error.code, word("unreadable"), "", index, error.message);
  }
}

/** The machine was too slow: what was opened can be tried again, without another opening. */
function offerAgain(place: Place, given: Given): void {
  const { desk, root } = place;
  need(root, "#open-form", HTMLFormElement).hidden = true;
  const form = need(root, "#open-slow", HTMLFormElement);
  form.hidden = false;
  form.onsubmit = (event) => {
    event.preventDefault();
    void busy(need(form, "button", HTMLButtonElement), "", desk.portal.url, async () => {
      form.hidden = need(root, "#open-unreadable", HTMLFormElement).hidden = true;
      await decoded(place, given);
    });
  };
}

function reveal(
  { desk, file, found, root }: Place,
  picture: ImageBitmap,
  index: number,
  bad: readonly BadShare[],
): void {
  const { portal, office } = desk;
  const view = new View(need(root, "#view", HTMLElement));
  const time = momentOf(new Date()).slice(0, 16).replace("T", " ");
  const name = office.name[languageNow()] ?? office.office;
  view.draw(picture, `${name} · ${time} UTC · #${String(index)}`);
  link(need(view.root, "[data-entry]", HTMLAnchorElement), portal.url, index);
  need(view.root, "[data-bad]", HTMLElement).textContent = bad
    .map(({ trustee, cause }) => `${trustee}: ${cause}`)
    .join("\n");
  need(root, "#open-form", HTMLFormElement).hidden = true;
  need(root, "#live", HTMLElement).hidden = true;
  need(root, "#beside", HTMLElement).hidden = false;
  mountDecision(need(root, "[data-decision]", HTMLElement), {
    desk,
    file,
    found,
    done: () => {
      view.close();
      location.hash = `#/case/${encodeURIComponent(file.reference)}`;
    },
  });
  view.show(() => {
    const over = need(root, "#over", HTMLElement);
    over.hidden = false;
    onKeys({
      escape: () => {
        location.hash = `#/case/${encodeURIComponent(file.reference)}`;
      },
    });
    // Whoever writes a reason when the minute is over goes on writing.
    if (!root.contains(document.activeElement) || document.activeElement === view.root)
      over.focus();
  });
}

/** What was sealed cannot be shown: the officer may have the applicant asked again. */
function offerToSay({ desk, file, found, root }: Place, index: number): void {
  const { reference } = file;
  need(root, "#open-form", HTMLFormElement).hidden = true;
  const form = need(root, "#open-unreadable", HTMLFormElement);
  form.hidden = false;
  form.onsubmit = (event) => {
    event.preventDefault();
    void busy(need(form, "button", HTMLButtonElement), "", desk.portal.url, async () => {
      await desk.portal.unreadable(reference, index, found.pointer.seal_id);
      form.hidden = need(root, "#open-slow", HTMLFormElement).hidden = true;
      clearProblem();
      need(root, "#asked-again", HTMLElement).hidden = false;
    });
  };
}
