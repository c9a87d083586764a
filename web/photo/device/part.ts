// The session's part of the key to what lies in the browser's database: without it nothing there
// opens, and browsers keep it no longer than a session.
//
// In the portal's own pages it is a cookie without an end (RFC 6265 section 5.3: kept until the
// session is over), which all tabs share as they share the application. Where an application is a
// tab's own (in a frame, at a trustee's address) it lies in the tab's storage, as its token does.

import { type Bytes, fromHex, toHex } from "../../formats/bytes.js";
import { secureRandom } from "../../formats/shares.js";
import { inside } from "./embedded.js";
import { elsewhere } from "./place.js";

const NAME = "application-part";
const BYTES = 32;
/** Every service's photo step is below it, and the portal's other pages are not. */
const FOLDER = new URL("../../", location.href).pathname;
const IN_TAB = `${NAME} ${location.pathname}`;

/** Whether each tab has an application of its own, rather than one for all tabs of a browser. */
export const byTab = (): boolean => inside || elsewhere();

const secure = location.protocol === "https:" ? "; secure" : "";

function found(): string {
  if (byTab()) return sessionStorage.getItem(IN_TAB) ?? "";
  const [, value] = /(?:^|; )application-part=([0-9a-f]{64})(?:;|$)/.exec(document.cookie) ?? [];
  return value ?? "";
}

function put(text: string): void {
  if (byTab()) sessionStorage.setItem(IN_TAB, text);
  else document.cookie = `${NAME}=${text}; path=${FOLDER}; samesite=strict${secure}`;
}

/** The part of this session, if it has one; raises where the browser keeps nothing. */
export const partNow = (): Bytes | undefined => {
  const text = found();
  return text === "" ? undefined : fromHex(text);
};

/** The part of this session, drawn where there is none; raises where the browser keeps nothing. */
export function partOf(): Bytes {
  if (found() === "") put(toHex(secureRandom(BYTES)));
  const part = partNow();
  if (!part) throw new Error("The browser keeps nothing for a session.");
  return part;
}

/** Forgets the part: what was kept under it opens to nobody any more. */
export function forgetPart(): void {
  if (byTab()) sessionStorage.removeItem(IN_TAB);
  else document.cookie = `${NAME}=; path=${FOLDER}; samesite=strict; max-age=0${secure}`;
}
