// Protocol 2, section 3: the parties of a circle, each with its keys, and their limits.

import * as v from "valibot";

import {
  KeyName,
  Slug,
  Text,
  Url,
  LogVkey,
  Vkey,
  WitnessVkey,
  XWingKey,
  atMost,
  listOf,
  whole,
} from "./fields.js";

const YEAR_SECONDS = 366 * 86_400;
const Seconds = whole(0, YEAR_SECONDS);
const Daily = whole(1, 1_000_000);
export const Origin = v.pipe(
  v.string(),
  atMost(256),
  v.regex(/^https?:\/\/[a-z0-9.-]+(:[1-9][0-9]{0,4})?$/),
);
const RpId = v.pipe(v.string(), atMost(253), v.regex(/^[a-z0-9-]+(\.[a-z0-9-]+)*$/));

/** A trustee; the order is that of the shares. */
export const Identity = v.strictObject({
  name: KeyName,
  url: Url,
  statement_vkey: Vkey,
  witness_vkey: WitnessVkey,
});

/** An office that may ask for photos, and how its officers prove who they are. */
export const Office = v.strictObject({
  office: Slug,
  name: v.strictObject({ en: Text, ru: Text }),
  root_vkey: Vkey,
  encryption_key: XWingKey,
  rp_id: RpId,
  origins: listOf(Origin, 1, 8),
  software: v.boolean(),
});

export const FurtherWitness = v.strictObject({ name: KeyName, url: Url, vkey: WitnessVkey });
export const Custodian = v.strictObject({ name: KeyName, vkey: Vkey, portal: Url });
export const Log = v.strictObject({ origin: KeyName, url: Url, vkeys: listOf(LogVkey, 1, 8) });
/** One key may stand for several cameras. */
export const Recorder = v.strictObject({ camera: Slug, vkey: Vkey });
export const Quotas = v.strictObject({
  office: Daily,
  officer: Daily,
  purpose: Daily,
  delay_after: whole(0, 100),
  delay_seconds: Seconds,
});
export const Delays = v.strictObject({ circle_seconds: Seconds, roster_seconds: Seconds });

export type Identity = v.InferOutput<typeof Identity>;
export type Office = v.InferOutput<typeof Office>;
