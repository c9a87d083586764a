// What the app asks of the portal, and how it says what went wrong.

import * as v from "valibot";

import { Question, Words } from "../../answers/rules.js";
import { Problem } from "../../desk/problem.js";
import { Purpose } from "../../formats/fields.js";
import { upload } from "../upload.js";
import * as embedded from "./embedded.js";
import { callAt, carried, forgetPlace, pageAt } from "./place.js";

const Common = {
  csrf: v.string(),
  id: v.string(),
  service: Words,
  reference: v.string(),
};
const Offered = v.object({
  ...Common,
  sent: v.literal(false),
  office: v.string(),
  questions: v.array(Question),
  /** What was typed into the server's own form before, if anything was. */
  typed: v.record(v.string(), v.string()),
  /** What the service asks of its photos; null where it takes none. */
  check: v.nullable(v.object({ profile: v.picklist(["default", "icao"]), child: v.boolean() })),
  wishes: v.nullable(
    v.object({
      service: v.string(),
      recipients: v.array(v.string()),
      purposes: v.array(Purpose),
      opens_until: v.string(),
      openings_max: v.number(),
      openings_a_day: v.number(),
      closed_days: v.number(),
      reference: v.string(),
    }),
  ),
  circles: v.array(v.string()),
  keys: v.array(v.string()),
  /** What the portal serves, and what may still be served elsewhere today. */
  release: v.string(),
  before: v.array(v.string()),
});
const Sent = v.object({ ...Common, sent: v.literal(true), photo: v.boolean() });
const Order = v.variant("sent", [Offered, Sent]);
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

function understood<Schema extends v.GenericSchema>(
  schema: Schema,
  body: unknown,
): v.InferOutput<Schema> {
  const found = v.safeParse(schema, body);
  if (!found.success) throw Problem.odd("portal");
  return found.output;
}

interface CallOptions {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

async function call(step: string, options: CallOptions = {}): Promise<unknown> {
  const headers = new Headers({ ...carried(), ...embedded.headers(), ...options.headers });
  headers.set("accept", "application/json");
  const answer = await fetch(callAt(step), { ...options, headers, redirect: "error" });
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
  // Of whoever serves this page: the digest says whether it is the one.
  const answer = await fetch(new URL("../circle.txt", location.href), { redirect: "error" });
  if (!answer.ok) throw Problem.odd("portal");
  const digest = document.querySelector<HTMLMetaElement>('meta[name="habeas-circle"]')?.content;
  return { note: await answer.text(), digest: digest ?? "" };
}

export async function fetchOrder(): Promise<Order> {
  await embedded.begin();
  const order = understood(Order, await call("order/", post("", "{}")));
  // In a frame, the questions are those of the page around, which has their answers.
  return order.sent || !embedded.inside ? order : { ...order, questions: [], typed: {} };
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
  const { status, text } = await upload(callAt("deposit/"), form, progress, {
    ...carried(),
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

const post = (csrf: string, body: string) => ({
  method: "POST",
  headers: { "content-type": "application/json", "x-csrftoken": csrf },
  body,
});

/** What an application is, sealed to its office, base64; without a photo there is no pointer. */
export interface Kept {
  readonly answers: string;
  readonly pointer?: string;
  /** Of the photo that the pointer leads to. */
  readonly seal_id?: string;
}

/** Says that the receipt, if any, is kept: from then on the application counts as sent. */
export async function sayKept(csrf: string, kept: Kept): Promise<string> {
  const body = await call("keep/", post(csrf, JSON.stringify(kept)));
  return understood(v.object({ reference: v.string() }), body).reference;
}

/** Has the portal forget this browser's application. */
export async function forget(csrf: string): Promise<void> {
  await call("clear/", post(csrf, "{}"));
  forgetPlace();
}

/** Goes the server's own way, by the applicant's choice, with what was typed so far. */
export function toServer(csrf: string, typed: Readonly<Record<string, string>>): void {
  const nothing = Object.values(typed).every((text) => text === "");
  // From another address no form is sent: the portal's own page asks anew.
  if (nothing || pageAt("details/") !== callAt("details/")) {
    location.assign(pageAt("details/?chosen"));
    return;
  }
  const form = document.createElement("form");
  form.method = "post";
  form.action = pageAt("details/?chosen");
  for (const [name, value] of Object.entries({ ...typed, csrfmiddlewaretoken: csrf })) {
    const field = document.createElement("textarea");
    field.name = name;
    field.value = value;
    form.append(field);
  }
  form.hidden = true;
  document.body.append(form);
  // A question may have any name, `submit` too.
  HTMLFormElement.prototype.submit.call(form);
}
