// Where the portal is: beside this page, or elsewhere, where a trustee hosts the app.
//
// A trustee's address serves the same bytes. What is asked of the portal then goes to the origin
// that the pinned circle names, without cookies, and with what the portal gave this browser when
// it sent it here. That comes behind the address (#), which browsers send to nobody.

import { portalOf } from "../../formats/pinned.js";
import { Problem } from "../../desk/problem.js";
import { type Language, isLanguage } from "../../promise/language.js";

const TOKEN = "application";
/** What came behind the address: read once, and gone from it before anything is asked. */
const arrived = new URLSearchParams(location.hash.slice(1));
if (arrived.has(TOKEN)) history.replaceState(null, "", location.pathname);
let portal = location.origin;
let token = "";

/** The address of a page of this application, at the portal. */
export const pageAt = (step: string): string =>
  new URL(`../${step}`, portal + location.pathname).href;

/** Whether this page comes from another address than the portal's. */
export const elsewhere = (): boolean => portal !== location.origin;

/** Where a step is asked for. */
export const callAt = (step: string): string =>
  elsewhere() ? pageAt(`from/${step}`) : pageAt(step);

/** What each call carries beside its own headers. */
export const carried = (): Record<string, string> =>
  token === "" ? {} : { authorization: `Bearer ${token}` };

/** The language of the portal's pages, where it has sent this browser here. */
export function languageGiven(): Language | undefined {
  const given = arrived.get("language");
  return isLanguage(given) ? given : undefined;
}

/**
 * Finds the portal of the circle that this app's own document has pinned.
 *
 * A tab's own storage keeps the token until the tab is closed.
 */
export async function settle(note: string, digest: string): Promise<void> {
  const address = await portalOf(note, digest);
  if (address === undefined) {
    throw Problem.odd("circle");
  }
  portal = new URL(address).origin;
  if (!elsewhere()) return;
  const given = arrived.get(TOKEN);
  const key = `${TOKEN} ${location.pathname}`;
  if (given !== null) {
    // Anybody can write a link with an application of their own in it, and end it meanwhile.
    if (!cameFrom(portal)) throw new NotFromPortalError();
    sessionStorage.setItem(key, given);
  }
  token = sessionStorage.getItem(key) ?? "";
}

/** What the portal gives a browser came here with a link of somebody else. */
export class NotFromPortalError extends Error {}

/** Whether a page of that origin has led here. */
function cameFrom(origin: string): boolean {
  return document.referrer !== "" && new URL(document.referrer).origin === origin;
}

/** Forgets what the portal gave this browser. */
export function forgetPlace(): void {
  if (token === "") return;
  token = "";
  sessionStorage.removeItem(`${TOKEN} ${location.pathname}`);
}
