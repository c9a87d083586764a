// Asking to open a photo, and seeing it. The one-time key is made here and never leaves; the
// request is signed here; the picture is decrypted here, decoded behind the gate, shown for a
// minute under a watermark, and forgotten.

import {
  type BadShare,
  PURPOSES,
  type Pointer,
  type SealedPromise,
  fromBase64,
  messageOf,
  momentOf,
  oneTimeKey,
  openPhoto,
  openPointer,
  utf8,
  verifyPointer,
} from "../../formats/index.js";
import { UnreadableError, decodePhoto } from "../../gate/index.js";
import { all, need } from "../../pages/dom.js";
import { type SealedPhoto, prepare } from "../asking.js";
import { type Officer, nextOfDay } from "../officer.js";
import { begin, busy, clearProblem, copyOf, languageNow, link, show, word } from "../page.js";
import type { Portal } from "../portal.js";
import { Problem } from "../problem.js";
import { View } from "../view.js";

/** Where an opening is asked for, and by whom. */
interface Desk {
  readonly portal: Portal;
  readonly officer: Officer;
  readonly officeName: Readonly<Record<"en" | "ru", string>>;
  readonly reference: string;
}

/** The photo of the case on the screen: both sides, which `prepare` compares. */
interface Found {
  readonly pointer: Pointer;
  readonly photo: SealedPhoto;
}

function purposes(place: HTMLElement, { purposes: promised }: SealedPromise): void {
  PURPOSES.forEach((name, at) => {
    const item = document.createElement("div");
    item.className = "govuk-radios__item";
    const [input, label] = [document.createElement("input"), document.createElement("label")];
    input.className = "govuk-radios__input";
    Object.assign(input, { type: "radio", name: "purpose", value: name, id: `purpose-${name}` });
    input.required = true;
    input.checked = at === 0;
    label.className = "govuk-label govuk-radios__label";
    label.htmlFor = input.id;
    const tag = document.createElement("strong");
    const kept = promised.includes(name);
    tag.className = `govuk-tag govuk-tag--${kept ? "green" : "red"}`;
    tag.textContent = word(kept ? "promised" : "notPromised");
    label.append(`${word(name)} `, tag);
    item.append(input, label);
    place.append(item);
  });
}

/** Shows the form for a case's photo. */
export async function showOpen(desk: Desk): Promise<void> {
  const turn = begin();
  const { portal, officer, reference } = desk;
  const sealed = (await portal.case(reference)).pointer;
  if (sealed === null) throw new Problem("no-photo", word("photoNone"));
  const pointer = await openPointer(officer.officeKey, fromBase64(sealed), reference);
  const photo = await portal.photo(pointer.seal_id);
  await verifyPointer(pointer, photo.promise);
  const place = show(copyOf("open"), turn);
  need(place, "[data-reference]", HTMLElement).textContent = reference;
  for (const back of all(place, "[data-back]", HTMLAnchorElement)) {
    back.href = `#/case/${encodeURIComponent(reference)}`;
  }
  purposes(need(place, "[data-purposes]", HTMLElement), photo.promise);
  const form = need(place, "#open-form", HTMLFormElement);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const fields = new FormData(form);
    const wish = { purpose: fields.get("purpose"), reason: fields.get("reason") };
    void busy(need(form, "button", HTMLButtonElement), word("waiting"), portal.url, async () => {
      await ask(desk, { pointer, photo }, place, wish);
    });
  });
}

/** Signs a request, opens what it gives, and shows it. */
async function ask(
  desk: Desk,
  { pointer, photo }: Found,
  place: HTMLElement,
  wish: { purpose: unknown; reason: unknown },
): Promise<void> {
  const { portal, officer } = desk;
  const purpose = PURPOSES.find((each) => each === wish.purpose);
  // What is signed is what was chosen, or nothing.
  if (purpose === undefined) throw new Problem("purpose-unknown", word("purposeNone"));
  const key = await oneTimeKey();
  const now = new Date();
  const nth = await nextOfDay(portal, officer.credential, momentOf(now).slice(0, 10));
  const prepared = await prepare(
    pointer,
    photo,
    officer.credential,
    nth,
    {
      purpose,
      reason: typeof wish.reason === "string" ? wish.reason.trim() : "",
      oneTimeKey: key.publicKey,
    },
    now,
  );
  const assertion = await officer.sign(messageOf(prepared.request));
  const { credential, membership } = officer;
  const answer = await portal.open({ ...prepared, assertion, credential, membership });
  const opened = await openPhoto(
    { promise: photo.promise, entry: utf8(answer.entry), key: key.privateKey },
    answer.shares,
    await portal.ciphertext(pointer.seal_id),
  );
  try {
    reveal(desk, place, await decodePhoto(opened.photo), answer.index, opened.bad);
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    offerToSay(desk, place, answer.index, pointer.seal_id);
    throw new Problem(error.code, word("unreadable"), error.message, answer.index);
  }
}

function reveal(
  { portal, officeName }: Desk,
  place: HTMLElement,
  picture: ImageBitmap,
  index: number,
  bad: readonly BadShare[],
): void {
  const view = new View(need(place, "#view", HTMLElement));
  const time = momentOf(new Date()).slice(0, 16).replace("T", " ");
  view.draw(picture, `${officeName[languageNow()]} · ${time} UTC · #${String(index)}`);
  link(need(view.root, "[data-entry]", HTMLAnchorElement), portal.url, index);
  need(view.root, "[data-bad]", HTMLElement).textContent = bad
    .map(({ trustee, cause }) => `${trustee}: ${cause}`)
    .join("\n");
  need(place, "#open-form", HTMLFormElement).hidden = true;
  view.show(() => {
    const over = need(place, "#over", HTMLElement);
    over.hidden = false;
    over.focus();
  });
}

/** What was sealed cannot be shown: the officer may have the applicant asked again. */
function offerToSay(
  { portal, reference }: Desk,
  place: HTMLElement,
  index: number,
  sealId: string,
): void {
  need(place, "#open-form", HTMLFormElement).hidden = true;
  const form = need(place, "#open-unreadable", HTMLFormElement);
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void busy(need(form, "button", HTMLButtonElement), "", portal.url, async () => {
      await portal.unreadable(reference, index, sealId);
      form.hidden = true;
      clearProblem();
      need(place, "#asked-again", HTMLElement).hidden = false;
    });
  });
}
