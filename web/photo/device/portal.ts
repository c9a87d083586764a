// What the photo step asks of the portal, and how it says what went wrong.

import * as v from "valibot";

import { Problem } from "../../desk/problem.js";
import { upload } from "../upload.js";
import * as embedded from "./embedded.js";

const Common = {
  csrf: v.string(),
  service: v.string(),
  language: v.string(),
  reference: v.string(),
  answers: v.array(v.tuple([v.string(), v.string()])),
};
const Offered = v.object({
  ...Common,
  sent: v.literal(false),
  office: v.string(),
  /** What the service asks of its photos. */
  check: v.object({ profile: v.picklist(["default", "icao"]), child: v.boolean() }),
  wishes: v.object({
    service: v.string(),
    recipients: v.array(v.string()),
    purposes: v.array(
      v.picklist(["appeal", "applicant-copy", "decide-application", "produce-document"]),
    ),
    opens_until: v.string(),
    openings_max: v.number(),
    openings_a_day: v.number(),
    closed_days: v.number(),
    reference: v.string(),
  }),
  circles: v.array(v.string()),
  keys: v.array(v.string()),
  release: v.string(),
});
const Order = v.variant("sent", [Offered, v.object({ ...Common, sent: v.literal(true) })]);
const Answer = v.object({
  entry: v.string(),
  salt: v.string(),
  proof: v.string(),
  acknowledgements: v.record(v.string(), v.string()),
});

/** What to seal under, before anything was sent. */
export type Offered = v.InferOutput<typeof Offered>;
export type Order = v.InferOutput<typeof Order>;
export type Answer = v.InferOutput<typeof Answer>;

/** A sealed photo as it travels: opaque to whoever carries it. */
export interface Parcel {
  /** JSON: promise, deposits, tags. */
  readonly head: string;
  readonly ciphertext: Uint8Array<ArrayBuffer>;
}

/** The address of this application's step. */
const here = (step: string): string => new URL(`../${step}`, location.href).href;

function understood<Schema extends v.GenericSchema>(
  schema: Schema,
  body: unknown,
): v.InferOutput<Schema> {
  const found = v.safeParse(schema, body);
  if (!found.success) throw new Problem("portal", "The portal's answer is not understood.");
  return found.output;
}

async function call(step: string, options: RequestInit = {}): Promise<unknown> {
  const headers = new Headers(options.headers);
  for (const [name, value] of Object.entries(embedded.headers())) headers.set(name, value);
  headers.set("accept", "application/json");
  const answer = await fetch(here(step), { ...options, headers, redirect: "error" });
  const body: unknown = await answer.json().catch(() => undefined);
  if (!answer.ok) throw Problem.of(body, answer.status);
  return body;
}

/** The circle that this app has pinned: its digest stands in the app's own document. */
export interface Pin {
  readonly note: string;
  /** Hex. */
  readonly digest: string;
}

export async function pinnedCircle(): Promise<Pin> {
  const answer = await fetch(here("circle.txt"), { redirect: "error" });
  if (!answer.ok) throw new Problem("portal", "The app's circle is missing.");
  const digest = document.querySelector<HTMLMetaElement>('meta[name="habeas-circle"]')?.content;
  return { note: await answer.text(), digest: digest ?? "" };
}

export async function fetchOrder(): Promise<Order> {
  await embedded.begin();
  return understood(Order, await call("order/"));
}

/** Sends a sealed photo, any number of times; `progress` gets the part that was sent. */
export async function sendParcel(
  { head, ciphertext }: Parcel,
  csrf: string,
  progress: (part: number) => void,
): Promise<Answer> {
  const form = new FormData();
  form.set("head", head);
  form.set("ciphertext", new Blob([ciphertext]), "ciphertext");
  const { status, text } = await upload(here("deposit/"), form, progress, {
    ...embedded.headers(),
    accept: "application/json",
    "x-csrftoken": csrf,
  });
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined;
  }
  if (status !== 200) throw Problem.of(body, status);
  return understood(Answer, body);
}

const post = (csrf: string, body: string): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/json", "x-csrftoken": csrf },
  body,
});

/** Says that the receipt is kept: from then on the application counts as sent. */
export async function sayKept(csrf: string, pointer: string): Promise<string> {
  const body = await call("keep/", post(csrf, JSON.stringify({ pointer })));
  return understood(v.object({ reference: v.string() }), body).reference;
}

/** Has the portal forget this browser's application. */
export async function forget(csrf: string): Promise<void> {
  await call("clear/", post(csrf, "{}"));
}

/** Goes on without a photo. */
export async function without(csrf: string): Promise<void> {
  const body = new FormData();
  body.set("without", "1");
  await fetch(here("photo/"), { method: "POST", headers: { "x-csrftoken": csrf }, body });
  location.assign(here("answers/"));
}
