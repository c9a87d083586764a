// Protocol 2, conventions: types of fields. Documents of others are read by closed schemas
// of these; a field that is missing, unknown or null refuses the document.

import * as v from "valibot";

import { fromBase64 } from "./bytes.js";
import { parseVkey } from "./vkey.js";

const FIRST_DAY = "2020-01-01";
const LAST_DAY = "2199-12-31";
const X_WING_BYTES = 1216;
const ED25519_SIGNATURE_BYTES = 64;

/** At most this many code points, as Python counts them. */
export const atMost = (length: number) =>
  v.check<string, string>(
    (text) => text.length <= length || Array.from(text).length <= length,
    "too long",
  );

const matching = (pattern: RegExp, length: number) =>
  v.pipe(v.string(), atMost(length), v.regex(pattern));

function holds(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}

const base64Of = (bytes: number, length: number) =>
  v.pipe(
    v.string(),
    atMost(length),
    v.check((text) => holds(() => fromBase64(text)) && fromBase64(text).length === bytes, "no key"),
  );

/** Whether a day of the calendar has this name, from 2020 to 2199. */
function isDay(text: string): boolean {
  if (text < FIRST_DAY || text > LAST_DAY) return false;
  const moment = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(text);
}

const isMoment = (text: string): boolean =>
  isDay(text.slice(0, 10)) && new Date(text).toISOString() === text.replace("Z", ".000Z");

export const Hex16 = matching(/^[0-9a-f]{32}$/, 32);
export const Hex32 = matching(/^[0-9a-f]{64}$/, 64);
export const Slug = matching(/^[a-z0-9]+(-[a-z0-9]+)*$/, 64);
export const KeyName = matching(/^[A-Za-z0-9._/-]{1,128}$/, 128);
export const Day = v.pipe(matching(/^\d{4}-\d{2}-\d{2}$/, 10), v.check(isDay, "no such day"));
export const Month = matching(/^(20[2-9][0-9]|21[0-9]{2})-(0[1-9]|1[0-2])$/, 7);
/** RFC 3339, UTC, whole seconds. */
export const Moment = v.pipe(
  matching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/, 20),
  v.check(isMoment, "no such moment"),
);
/** No control characters but tab and the ends of lines. */
// eslint-disable-next-line no-control-regex -- they are what is looked for
export const Text = matching(/^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$/, 500);
/** What a person sees as the number of their case. */
export const Reference = matching(/^[\x21-\x7e]{1,64}$/, 64);
export const Url = matching(/^https?:\/\/[\x21-\x7e]+$/, 256);
/** A verifier key (C2SP signed-note) of type Ed25519. */
export const Vkey = v.pipe(
  v.string(),
  atMost(256),
  v.check((text) => holds(() => parseVkey(text, "note")), "no verifier key"),
);
/** A verifier key of a log: Ed25519, or ML-DSA-44 (C2SP tlog-cosignature). */
export const LogVkey = v.pipe(
  v.string(),
  atMost(2048),
  v.check((text) => holds(() => parseVkey(text, "log")), "no verifier key of a log"),
);
/** A verifier key of a witness (C2SP tlog-cosignature): Ed25519 or ML-DSA-44. */
export const WitnessVkey = v.pipe(
  v.string(),
  atMost(2048),
  v.check((text) => holds(() => parseVkey(text, "witness")), "no verifier key of a witness"),
);
/** Base64 of an X-Wing public key. */
export const XWingKey = base64Of(X_WING_BYTES, 1624);
/** Base64 of an Ed25519 signature, or of r ‖ s of ES256. */
export const Signature64 = base64Of(ED25519_SIGNATURE_BYTES, 88);
/** A signed note within a document. */
export const Note = v.pipe(v.string(), atMost(48 * 1024));
/** All that a photo can be opened for, the commonest first. The list is closed. */
export const PURPOSES = [
  "decide-application",
  "produce-document",
  "appeal",
  "applicant-copy",
] as const;
export const Purpose = v.picklist(PURPOSES);
export type PurposeName = v.InferOutput<typeof Purpose>;

/** An integer of this range. */
export const whole = (least: number, most: number = Number.MAX_SAFE_INTEGER) =>
  v.pipe(v.number(), v.safeInteger(), v.minValue(least), v.maxValue(most));

/** A list of so many. */
export const listOf = <Item extends v.GenericSchema>(item: Item, least: number, most: number) =>
  v.pipe(v.array(item), v.minLength(least), v.maxLength(most));

/** A list in order, without repetition. */
export const sortedOnce = <T extends string>() =>
  v.check<T[], string>(
    (values) => values.every((each, at) => at === 0 || (values[at - 1] ?? "") < each),
    "must be sorted, and each named once",
  );
