// Where the portal is: beside this page, or elsewhere, where a trustee hosts the app.
//
// A trustee's address serves the same bytes. What is asked of the portal then goes to the origin
// that the pinned circle names, without cookies, and with what the portal gave this browser when
// it sent it here. That comes behind the address (#), which browsers send to nobody.

import { circleDigest, verifyCircle } from "../../formats/index.js";
import { Problem } from "../../desk/problem.js";
import { isLanguage } from "../../promise/words.js";
import type { Language } from "../../promise/words.js";

const TOKEN = "application";
let portal = location.origin;
let token = "";

/** The address of a page of this application, at the portal. */
export const pageAt = (step: string): string =>
  new URL(`../${step}`, portal + location.pathname).href;

/** Where a step is asked for. */
export const callAt = (step: string): string =>
  portal === location.origin ? pageAt(step) : pageAt(`from/${step}`);

/** What each call carries beside its own headers. */
export const carried = (): Record<string, string> =>
  token === "" ? {} : { authorization: `Bearer ${token}` };

/** The language of the portal's pages, where it has sent this browser here. */
export function languageGiven(): Language | undefined {
  const given = new URLSearchParams(location.hash.slice(1)).get("language");
  return isLanguage(given) ? given : undefined;
}

/**
 * Finds the portal of the circle that this app's own document has pinned.
 *
 * The token leaves the address at once: a tab's own storage keeps it until the tab is closed.
 */
export async function settle(note: string, digest: string): Promise<void> {
  const circle = await verifyCircle(note);
  if ((await circleDigest(circle)) !== digest) {
    throw new Problem("circle", "This is another circle than the app was made for.");
  }
  portal = new URL(circle.custodian.portal).origin;
  if (portal === location.origin) return;
  const given = new URLSearchParams(location.hash.slice(1)).get(TOKEN);
  const key = `${TOKEN} ${location.pathname}`;
  if (given !== null) {
    sessionStorage.setItem(key, given);
    history.replaceState(null, "", location.pathname);
  }
  token = sessionStorage.getItem(key) ?? "";
}

/** Forgets what the portal gave this browser. */
export function forgetPlace(): void {
  if (token === "") return;
  token = "";
  sessionStorage.removeItem(`${TOKEN} ${location.pathname}`);
}
