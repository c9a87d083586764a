// The photo of a case, as far as it is known before anybody asks for it.

import {
  FormatError,
  type Pointer,
  fromBase64,
  openPointer,
  verifyPointer,
} from "../formats/index.js";
import type { Desk } from "./context.js";
import { count, dayName, sentence, word } from "./page.js";
import type { CaseFile, CasePhoto } from "./portal.js";

/** Both sides of a case's photo, which have been compared. */
export interface ComparedPhoto {
  readonly pointer: Pointer;
  readonly photo: CasePhoto;
}

/** How a case's photo stands: in words, and whether it can be asked for. */
export interface Standing {
  readonly words: string;
  readonly found: ComparedPhoto | undefined;
  readonly asks: boolean;
}

const GONE = {
  closed: "photoClosed",
  withdrawn: "photoWithdrawn",
  expired: "photoExpired",
} as const;

/** Finds the photo of a case, and compares it with the case's pointer. */
export async function findPhoto({ portal, officer }: Desk, file: CaseFile): Promise<ComparedPhoto> {
  const sealed = fromBase64(file.pointer ?? "");
  const pointer = await openPointer(officer.officeKey, sealed, file.reference);
  const photo = await portal.photo(pointer.seal_id);
  await verifyPointer(pointer, photo.promise);
  return { pointer, photo };
}

/** How the photo of a case stands. */
export async function photoOf(desk: Desk, file: CaseFile): Promise<Standing> {
  if (file.pointer === null) {
    const words = word(file.state === "open" ? "photoNone" : "photoGone");
    return { words, found: undefined, asks: false };
  }
  let found: ComparedPhoto;
  try {
    found = await findPhoto(desk, file);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return { words: word("photoWrong"), found: undefined, asks: false };
  }
  const { photo } = found;
  const { openings_max, opens_until } = photo.promise;
  const times = count("askedTimes", photo.number - 1, { most: openings_max });
  if (photo.state !== "sealed") {
    return { words: `${word(GONE[photo.state])} ${times}`, found, asks: false };
  }
  if (photo.number > openings_max) return { words: word("photoUsedUp"), found, asks: false };
  const until = sentence(`${word("photoUntil")} ${dayName(opens_until)}`);
  return { words: `${word("photoKept")} ${times} ${until}`, found, asks: true };
}
