// Protocol 2, section 4: what was promised when a photo was sealed. Terms are fixed before
// anything is encrypted and are authenticated by the photo's cipher; the promise adds what
// only sealing knows, and its digest is bound into every share.

import * as v from "valibot";

import { type Bytes, sha256, toHex, utf8 } from "./bytes.js";
import { decode, encode, read } from "./canonical.js";
import { digest } from "./digest.js";
import {
  Day,
  Hex16,
  Hex32,
  KeyName,
  Month,
  Purpose,
  PURPOSES,
  type PurposeName,
  Slug,
  listOf,
  sortedOnce,
  whole,
} from "./fields.js";
import { Origin } from "./parties.js";

/** More than this many cannot sign one note with their predecessors. */
export const MAX_TRUSTEES = 32;
export const MAX_OPENINGS = 100;
const MAX_CIPHERTEXT_BYTES = 16 * 1024 * 1024;
const ZERO = new Uint8Array(1);

const Trustees = v.pipe(
  v.strictObject({
    k: whole(2, MAX_TRUSTEES),
    keys: listOf(v.strictObject({ trustee: KeyName, month: Month, key: Hex32 }), 2, MAX_TRUSTEES),
  }),
  v.check(({ k, keys }) => k <= keys.length, "k is larger than the number of trustees"),
  v.check(
    ({ keys }) => new Set(keys.map((each) => each.trustee)).size === keys.length,
    "a trustee is named twice",
  ),
);

const TermsFields = v.strictObject({
  v: v.literal(2),
  suite: v.literal("habeas-2"),
  circle: Hex32,
  origin: KeyName,
  seal_id: Hex16,
  service: Slug,
  recipients: v.pipe(listOf(Slug, 1, 16), sortedOnce<string>()),
  purposes: v.pipe(listOf(Purpose, 1, PURPOSES.length), sortedOnce<PurposeName>()),
  opens_until: Day,
  openings_max: whole(1, MAX_OPENINGS),
  openings_a_day: whole(1, MAX_OPENINGS),
  closed_days: whole(0, 3650),
  trustees: Trustees,
  track_hash: Hex32,
  withdraw_hash: Hex32,
  case: Hex32,
  sealed_by: v.picklist(["server", "browser"]),
  /** The release that says it has sealed: a claim, with `browser` alone. */
  app: v.optional(v.strictObject({ origin: Origin, manifest: Hex32 })),
});

const PromiseFields = v.strictObject({
  ...TermsFields.entries,
  photo: v.strictObject({
    type: v.literal("image/jpeg"),
    size: whole(1, MAX_CIPHERTEXT_BYTES),
    sha256: Hex32,
  }),
  shares: v.array(Hex32),
  key_commitment: Hex32,
});

/** What the applicant is shown before sealing. */
export type Terms = v.InferOutput<typeof TermsFields>;
/** The terms, and what they are bound to. */
export type SealedPromise = v.InferOutput<typeof PromiseFields>;

const notMoreInADay = v.check<Terms, string>(
  ({ openings_a_day, openings_max }) => openings_a_day <= openings_max,
  "more openings in a day than at all",
);
const ofItsMonth = v.check<Terms, string>(
  ({ opens_until, trustees }) =>
    trustees.keys.every(({ month }) => month === opens_until.slice(0, 7)),
  "a trustee's key is not of the month in which the photo expires",
);

const namesItsRelease = v.check<Terms, string>(
  ({ app, sealed_by }) => (app !== undefined) === (sealed_by === "browser"),
  "who seals in a browser names the release, and nobody else",
);

const TermsDocument = v.pipe(TermsFields, notMoreInADay, ofItsMonth, namesItsRelease);
/** The schema of a promise, for the documents that hold one. */
export const PromiseDocument = v.pipe(
  PromiseFields,
  v.check((promise) => v.is(TermsDocument, termsOf(promise)), "its terms contradict themselves"),
  v.check(
    ({ shares, trustees }) => shares.length === trustees.keys.length,
    "there must be one share for each trustee",
  ),
);

export const readTerms = (document: unknown): Terms => read(TermsDocument, document);
export const readPromise = (document: unknown): SealedPromise => read(PromiseDocument, document);

/** The promise that canonical bytes hold. */
export const decodePromise = (content: Bytes): SealedPromise => readPromise(decode(content));

/** The terms of a promise: all but what only sealing knew. */
export function termsOf(promise: SealedPromise): Terms {
  const { photo: _photo, shares: _shares, key_commitment: _commitment, ...terms } = promise;
  return terms;
}

/** SHA-256 of a document's canonical bytes; 32 bytes. */
export const digestOf = (document: unknown): Promise<Bytes> => sha256(encode(document));

const hex = async (hashed: Promise<Bytes>): Promise<string> => toHex(await hashed);

/** Binds the photo's track key (32 bytes) into the terms. */
export const trackHash = (trackKey: Bytes): Promise<string> => hex(digest("track", trackKey));

/** Of the applicant's withdrawal secret (32 bytes). */
export const withdrawHash = (secret: Bytes): Promise<string> => hex(digest("withdraw", secret));

/** Binds the photo to one case: H("case", reference ‖ 00 ‖ salt of 32 bytes). */
export const caseHash = (reference: string, salt: Bytes): Promise<string> =>
  hex(digest("case", utf8(reference), ZERO, salt));

/** The id of a trustee's X-Wing public key (1,216 bytes). */
export const trusteeKeyId = (publicKey: Bytes): Promise<string> =>
  hex(digest("trustee-key", publicKey));
