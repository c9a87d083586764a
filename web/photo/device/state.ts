// One application on its way in this page, and where it goes next.

import type { Looked } from "./checking.js";
import { type Offered, type Order, type Pin, toServer } from "./portal.js";
import type { Pending } from "./sealing.js";
import * as store from "./store.js";
import { answersOf } from "../../answers/rules.js";

interface State {
  order: Order | undefined;
  pin: Pin;
  /** The page that receipts are put into. */
  blank: string;
  /** What was typed, by question; nobody else is shown it. */
  typed: Record<string, string>;
  /** The applicant adds no photo. */
  without: boolean;
  photo: Looked | undefined;
  /** The photo came from the camera: another one is taken there, too. */
  byCamera: boolean;
  picture: Uint8Array<ArrayBuffer> | undefined;
  pending: Pending | undefined;
}

export const now: State = {
  order: undefined,
  pin: { note: "", digest: "" },
  blank: "",
  typed: {},
  without: false,
  photo: undefined,
  byCamera: false,
  picture: undefined,
  pending: undefined,
};

export const csrf = (): string => now.order?.csrf ?? "";

/** What was offered; nothing once the application is sent. */
export const offered = (): Offered | undefined =>
  now.order && !now.order.sent ? now.order : undefined;

/** The answers, where everything that was typed is one. */
export function answered(): Record<string, string> | undefined {
  const { answers, wrongs } = answersOf(offered()?.questions ?? [], now.typed);
  return wrongs.size === 0 ? answers : undefined;
}

/** Keeps what a closed tab must not lose; false where the browser keeps nothing. Never raises. */
export async function keep(): Promise<boolean> {
  const order = offered();
  if (!order) return false;
  const { typed, pending } = now;
  const row = { service: order.id, reference: order.reference, typed };
  return store.keep(pending ? { ...row, pending } : row);
}

/** Forgets the photo, as far as this page has it. */
export function forgetPhoto(): void {
  if (now.photo) {
    now.photo.picture.data.fill(0);
    now.photo.preview.width = now.photo.preview.height = 1;
  }
  now.picture?.fill(0);
  now.photo = now.picture = now.pending = undefined;
  now.byCamera = false;
}

/** Leaves the application to the server, by the applicant's choice; nothing of it stays here. */
export async function leaveToServer(): Promise<void> {
  const order = offered();
  if (!order) return;
  await store.drop(order.id, order.reference);
  toServer(order.csrf, now.typed);
}

/** Leaves nothing of any application on this device, also not behind the Back button. */
export async function clearAll(): Promise<void> {
  const { order } = now;
  if (order) await store.clear(order.id, order.reference);
  now.order = undefined;
  now.typed = {};
  forgetPhoto();
}

/** An application that is sent leaves nothing here but its reference. */
export async function sent(reference: string, photo: boolean): Promise<void> {
  const { order } = now;
  if (!order) return;
  const { csrf: token, id, service } = order;
  now.order = { csrf: token, id, service, reference, sent: true, photo };
  now.typed = {};
  forgetPhoto();
  await store.drop(id, order.reference);
}
