// The parts of the app: what takes the photo, and what seals it. Both come once people have something
// to do, and are there before anything that they made can be lost.

import { blankPage } from "./keeping.js";
import { later } from "./later.js";
import { now } from "./state.js";

/** The photo: camera, file, or none. */
const taking = later("taking", () => import("./taking.js"));
/** What was answered, looked at again; sealing, and the receipt. */
export const sending = later("sending", () => import("./sending.js"));

/** All that sealing needs; raises where it does not come, and can be asked again. */
export async function ready(): ReturnType<typeof sending> {
  const part = await sending();
  // After the code: on a slow line, one of them there is more than two halves.
  now.blank = await blankPage();
  return part;
}

/**
 * What takes the photo, once all that seals it is there, too: from then on the line may be gone, or
 * the site have a newer release, and no photo is lost.
 */
export async function photographing(): ReturnType<typeof taking> {
  const part = await taking();
  await ready();
  return part;
}
