// Protocol 2, section 2: what entries commit to, for acts on photos and acts of institutions.

import * as v from "valibot";

import { AppDetails, HeaderName, UrlPath } from "./app.js";
import { FootageDetails, CameraDetails, HourName } from "./footage.js";
import { Hex32, KeyName, Month, Note, Slug, listOf, whole } from "./fields.js";
import { Origin } from "./parties.js";
import { Roster } from "./roster.js";
import { MAX_TRUSTEES } from "./terms.js";

const two = v.literal(2);

const KeyDetails = v.strictObject({
  v: two,
  trustee: KeyName,
  month: Month,
  key: Hex32,
  statement: Note,
});

/** Details that stand in the open: acts of institutions. */
export const OPEN_DETAILS = {
  withdrawn: v.strictObject({ v: two, promise: Hex32, secret: Hex32 }),
  key: KeyDetails,
  "key-destroyed": KeyDetails,
  circle: v.strictObject({ v: two, circle: Note }),
  roster: Roster,
  suspended: v.strictObject({ v: two, office: Slug, root: Hex32, lifted: v.boolean() }),
  paused: v.strictObject({ v: two, trustee: KeyName, lifted: v.boolean() }),
  claimed: v.strictObject({
    v: two,
    trustee: KeyName,
    promise: Hex32,
    act: v.picklist(["destroy", "copy", "lift"]),
  }),
  recovery: v.strictObject({
    v: two,
    trustee: KeyName,
    newcomer: Hex32,
    helpers: listOf(KeyName, 2, MAX_TRUSTEES),
    photos: whole(0),
  }),
  camera: CameraDetails,
  footage: FootageDetails,
  anchored: v.strictObject({
    v: two,
    origin: KeyName,
    size: whole(1),
    root: Hex32,
    hour: HourName,
  }),
  app: AppDetails,
  "app-seen": v.strictObject({
    v: two,
    trustee: KeyName,
    origin: Origin,
    manifest: Hex32,
    count: whole(1),
  }),
  "app-differs": v.strictObject({
    v: two,
    trustee: KeyName,
    origin: Origin,
    path: UrlPath,
    manifest: Hex32,
    what: v.picklist(["content", "header", "missing"]),
    header: v.optional(HeaderName),
    expected: v.optional(Hex32),
    got: v.optional(Hex32),
  }),
};

export type OpenKind = keyof typeof OPEN_DETAILS;
export type OpenDetails<Kind extends OpenKind> = v.InferOutput<(typeof OPEN_DETAILS)[Kind]>;
