// What was promised when a photo was sealed: terms, and the promise that binds them. The
// fields are those of habeas.protocol.terms; a document with any other is refused.

import * as v from "valibot";

import type { Bytes } from "./bytes.js";
import { decode, read } from "./canonical.js";

const Hex16 = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/));
const Hex32 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const Slug = v.pipe(v.string(), v.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/), v.maxLength(64));
const KeyName = v.pipe(v.string(), v.regex(/^[A-Za-z0-9._/-]{1,128}$/));
const Day = v.pipe(v.string(), v.isoDate());
const Month = v.pipe(v.string(), v.regex(/^[0-9]{4}-(0[1-9]|1[0-2])$/));
const Purpose = v.picklist(["appeal", "applicant-copy", "decide-application", "produce-document"]);

const whole = (least: number, most: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));
const sortedOnce = <T extends string>() =>
  v.check<T[], string>(
    (values) => values.every((each, at) => at === 0 || (values[at - 1] ?? "") < each),
    "must be sorted, and each named once",
  );

const Trustees = v.strictObject({
  k: whole(2, 255),
  keys: v.pipe(
    v.array(v.strictObject({ trustee: KeyName, month: Month, key: Hex32 })),
    v.minLength(2),
    v.maxLength(255),
    v.check(
      (keys) => new Set(keys.map((each) => each.trustee)).size === keys.length,
      "a trustee is named twice",
    ),
  ),
});

const PromiseDocument = v.pipe(
  v.strictObject({
    v: v.literal(1),
    suite: v.literal("habeas-1"),
    origin: KeyName,
    seal_id: Hex16,
    service: Slug,
    recipients: v.pipe(v.array(Slug), v.minLength(1), v.maxLength(16), sortedOnce()),
    purposes: v.pipe(v.array(Purpose), v.minLength(1), v.maxLength(4), sortedOnce()),
    opens_until: Day,
    trustees: Trustees,
    withdraw_hash: Hex32,
    sealed_by: v.picklist(["server", "browser"]),
    photo: v.strictObject({
      type: v.literal("image/jpeg"),
      size: whole(1, 16 * 1024 * 1024),
      sha256: Hex32,
    }),
    shares: v.array(Hex32),
    key_commitment: Hex32,
  }),
  v.check(
    ({ trustees }) => trustees.k <= trustees.keys.length,
    "k is larger than the number of trustees",
  ),
  v.check(
    ({ shares, trustees }) => shares.length === trustees.keys.length,
    "there must be one share for each trustee",
  ),
  v.check(
    ({ opens_until, trustees }) =>
      trustees.keys.every((each) => each.month === opens_until.slice(0, 7)),
    "a trustee's key is not of the month in which the photo expires",
  ),
);

export type SealedPromise = v.InferOutput<typeof PromiseDocument>;
export type Terms = Omit<SealedPromise, "photo" | "shares" | "key_commitment">;

/** The promise that canonical bytes hold. */
export const readPromise = (content: Bytes): SealedPromise =>
  read(PromiseDocument, decode(content));

/** The terms of a promise: all but what only sealing knew. */
export function termsOf(promise: SealedPromise): Terms {
  const { photo: _photo, shares: _shares, key_commitment: _commitment, ...terms } = promise;
  return terms;
}
