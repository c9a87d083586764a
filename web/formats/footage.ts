// Protocol 2, section 2: what cameras, recordings and viewings put on the public log.

import * as v from "valibot";

import { Day, Hex32, Slug, atMost, listOf, whole } from "./fields.js";

const MILLION = 1_000_000;
const two = v.literal(2);
const Line = v.pipe(
  v.string(),
  v.minLength(1),
  atMost(250),
  // eslint-disable-next-line no-control-regex -- they are what is refused
  v.regex(/^[^\x00-\x1f\x7f-\x9f]*$/),
);
const Texts = v.strictObject({ en: Line, ru: Line });
/** An hour of recordings, UTC: 2026-11-23T20Z. */
export const HourName = v.pipe(
  v.string(),
  v.regex(/^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3])Z$/),
);

const side = whole(1, 10_000);
const place = whole(0, 9_999);
const Zones = listOf(v.strictObject({ left: place, top: place, width: side, height: side }), 0, 16);
const TimeOfDay = v.pipe(v.string(), v.regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/));
const TimeZone = v.pipe(v.string(), atMost(64), v.regex(/^[A-Za-z0-9_+-]+(\/[A-Za-z0-9_+-]+)*$/));

const Purpose = v.picklist(["emergency", "investigation", "city-service"]);

const PublicCamera = v.strictObject({
  id: Slug,
  name: Texts,
  where: Texts,
  latitude_e6: whole(-90 * MILLION, 90 * MILLION),
  longitude_e6: whole(-180 * MILLION, 180 * MILLION),
  why: Texts,
  viewers: listOf(Slug, 0, 16),
  keep_days: whole(1, 365),
  since: Day,
  until: v.optional(Day),
  detector: Slug,
  quality: Slug,
  miss_rate: v.optional(v.strictObject({ per_million: whole(0, MILLION), source: Texts })),
  zones: v.optional(v.strictObject({ always: Zones, never: Zones })),
  hours: v.optional(v.strictObject({ begin: TimeOfDay, end: TimeOfDay, time_zone: TimeZone })),
  holds: v.optional(v.strictObject({ days: whole(1, 366), percent: whole(1, 25) })),
  live: v.optional(v.strictObject({ minutes: whole(1, 60), purposes: listOf(Purpose, 1, 3) })),
});

/** A camera was registered, changed, or taken away. */
export const CameraDetails = v.strictObject({
  v: two,
  act: v.picklist(["registered", "changed", "removed"]),
  camera: Slug,
  entry: PublicCamera,
});

const RecordedDetails = v.strictObject({
  v: two,
  act: v.literal("recorded"),
  camera: Slug,
  hour: HourName,
  segments: whole(0),
  seconds: whole(0),
  frames: whole(0),
  lost: whole(0),
  whole: whole(0),
  root: Hex32,
});

const ViewedDetails = v.strictObject({
  v: two,
  act: v.literal("viewed"),
  camera: Slug,
  office: Slug,
  purpose: Purpose,
  hour: HourName,
  minutes: whole(1, 60),
  commit: Hex32,
});

const ExportedDetails = v.strictObject({
  v: two,
  act: v.literal("exported"),
  camera: Slug,
  office: Slug,
  purpose: v.picklist(["court", "police", "subject-access"]),
  hour: HourName,
  minutes: whole(1, 60),
  commit: Hex32,
});

const LiveDetails = v.strictObject({
  v: two,
  act: v.literal("live"),
  camera: Slug,
  office: Slug,
  purpose: Purpose,
  hour: HourName,
  minutes: whole(1, 60),
  commit: Hex32,
});

const LiveEndedDetails = v.strictObject({
  v: two,
  act: v.literal("live-ended"),
  camera: Slug,
  office: Slug,
  live: whole(0),
  seconds: whole(0),
});

const HeldDetails = v.strictObject({
  v: two,
  act: v.literal("held"),
  camera: Slug,
  office: v.optional(Slug),
  reason: v.picklist(["court-order", "investigation", "incident", "person"]),
  hour: HourName,
  hours: whole(1, 8784),
  until: Day,
  commit: Hex32,
});

const LiftedDetails = v.strictObject({
  v: two,
  act: v.literal("lifted"),
  camera: Slug,
  office: v.optional(Slug),
  hold: whole(0),
});

/** An hour of recordings was closed, or what an office did with some. */
export const FootageDetails = v.variant("act", [
  RecordedDetails,
  ViewedDetails,
  ExportedDetails,
  LiveDetails,
  LiveEndedDetails,
  HeldDetails,
  LiftedDetails,
]);
