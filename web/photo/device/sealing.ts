// Sealing one application, its answers and its photo: what the portal offers is believed only as far as the
// pinned circle's trustees have signed it, and what it gives back only as a verified receipt.

import {
  type AppReference,
  type Circle,
  Chain,
  type SealedPromise,
  type Vouched,
  assembleReceipt,
  buildTerms,
  circleDigest,
  custodianTags,
  decodePromise,
  drawSecrets,
  encode,
  fromBase64,
  fromHex,
  fromUtf8,
  pointerOf,
  prepareSealing,
  readMonthKeys,
  sealAnswers,
  sealPhoto,
  sealPointer,
  secureRandom,
  toBase64,
  toHex,
  utf8,
  verifyCircle,
  verifyRelease,
} from "../../formats/index.js";
import { Problem } from "../../desk/problem.js";
import { loadedBy, ownRelease } from "./own.js";
import type { Answer, Offered, Parcel, Pin } from "./portal.js";

/** What a device keeps of a photo until its receipt is kept: enough to go on after a pause. */
export interface Pending {
  readonly reference: string;
  /** Canonical promise. */
  readonly promise: string;
  readonly circle: string;
  /** Hex. */
  readonly seed?: string;
  readonly trackKey: string;
  readonly withdrawSecret: string;
  readonly caseSalt: string;
  /** Sealed to the office, base64. */
  readonly pointer: string;
  /** The same of what was answered. */
  readonly answers: string;
  readonly parcel: Parcel;
  /** The receipt's text, once it was verified. */
  readonly receipt?: string;
}

/** The release that this app is, and who vouches for it. */
export type Released = Vouched & { readonly number: number };

/**
 * The circle in force, reached from the pinned one, whose digest stands in this app's own document;
 * and the release that this app is, as k of the pinned circle's trustees have vouched for it.
 */
export async function circleOf(
  { note, digest }: Pin,
  order: Offered,
): Promise<{ circle: Circle; note: string; app: AppReference; release: Released }> {
  if ((await circleDigest(await verifyCircle(note))) !== digest) {
    throw Problem.odd("circle", "This is another circle than the app was made for.");
  }
  const notes = order.circles.map((each) => [each, 0] as const);
  const chain = await Chain.reach(notes, { circles: [digest] });
  const release = ownRelease([order.release, ...order.before], loadedBy(document));
  if (release.manifest.circle !== digest) {
    throw Problem.odd("app-circle", "The app's manifest is made for another circle.");
  }
  if (!release.origins.some(({ origin }) => origin === location.origin)) {
    throw Problem.odd("app-origin", `The app was not released for ${location.origin}.`);
  }
  const vouched = await verifyRelease(release, chain);
  const app = { origin: location.origin, manifest: vouched.digest };
  const { newest } = chain;
  const { number } = release.manifest;
  return { circle: newest.circle, note: newest.note, app, release: { ...vouched, number } };
}

/** By the name of the question. */
type Answered = Readonly<Record<string, string>>;

/** The key to which the office's own answers and pointers are sealed. */
function officeKey(circle: Circle, order: Offered): Uint8Array<ArrayBuffer> {
  const office = circle.offices.find((each) => each.office === order.office);
  if (!office) {
    throw Problem.odd("circle", "The circle does not have the office of this application.");
  }
  return fromBase64(office.encryption_key);
}

/** Answers, sealed to the office of an application; base64. */
const sealedTo = async (
  key: Uint8Array<ArrayBuffer>,
  { id, reference }: Offered,
  answers: Answered,
): Promise<string> =>
  toBase64(await sealAnswers(key, { v: 2, kind: "answers", reference, service: id, answers }));

/** The answers of an application without a photo; sealed, and not sent yet. */
export async function sealedAnswers(pin: Pin, order: Offered, answers: Answered): Promise<string> {
  const { circle } = await circleOf(pin, order);
  return sealedTo(officeKey(circle, order), order, answers);
}

/**
 * Does while people read what sealing does with the trustees' keys alone: nothing is drawn, and
 * nothing of the photo is known to it. What is wrong with a key is told when it is sealed to.
 */
export async function prepared(circle: Circle, order: Offered): Promise<void> {
  try {
    prepareSealing(await readMonthKeys(circle, order.keys));
  } catch {
    // Sealing reads the same keys, and says why it cannot.
  }
}

/** Seals a picture and answers under what was offered and shown; nothing has left the device yet. */
export async function sealed(
  picture: Uint8Array<ArrayBuffer>,
  pin: Pin,
  order: Offered,
  answers: Answered,
): Promise<Pending> {
  const { circle, note, app } = await circleOf(pin, order);
  const office = officeKey(circle, order);
  if (!order.wishes?.recipients.includes(order.office)) {
    throw Problem.odd("circle", "The office of this application could not open the photo.");
  }
  const keys = await readMonthKeys(circle, order.keys);
  const start = performance.now();
  const secrets = await drawSecrets(secureRandom);
  const terms = await buildTerms(circle, keys, { ...order.wishes, app }, secrets);
  const { promise, ciphertext, deposits } = await sealPhoto(
    picture,
    terms,
    keys,
    secrets,
    secureRandom,
  );
  performance.measure("photo-sealed", { start });
  // From here on nothing on this device opens the photo.
  secrets.dataKey.fill(0);
  const tags = await custodianTags(secrets.trackKey);
  const { reference } = order.wishes;
  const pointer = await pointerOf(promise, reference, secrets);
  const head = {
    promise,
    deposits: deposits.map(toBase64),
    tag: tags.sealed,
    closing_tag: tags.closed,
  };
  return {
    reference,
    promise: fromUtf8(encode(promise)),
    circle: note,
    ...(secrets.seed ? { seed: toHex(secrets.seed) } : {}),
    trackKey: toHex(secrets.trackKey),
    withdrawSecret: toHex(secrets.withdrawSecret),
    caseSalt: toHex(secrets.caseSalt),
    pointer: toBase64(await sealPointer(office, pointer)),
    answers: await sealedTo(office, order, answers),
    parcel: { head: JSON.stringify(head), ciphertext },
  };
}

/**
 * The receipt that the portal's answer makes, verified; raises where anything does not hold.
 *
 * With it, the names of trustees that have not answered yet.
 */
export async function receiptOf(
  pending: Pending,
  answer: Answer,
): Promise<{ text: string; missing: readonly string[] }> {
  const secrets = {
    ...(pending.seed === undefined ? {} : { seed: fromHex(pending.seed) }),
    trackKey: fromHex(pending.trackKey),
    withdrawSecret: fromHex(pending.withdrawSecret),
    caseSalt: fromHex(pending.caseSalt),
  };
  const promise: SealedPromise = decodePromise(utf8(pending.promise));
  const made = await assembleReceipt(promise, pending.reference, secrets, pending.circle, answer);
  return { text: fromUtf8(encode(made)), missing: made.pending };
}
