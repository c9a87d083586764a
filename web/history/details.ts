// What the custodian keeps of the requests for a photo: the officers' reasons, in their words.
// It counts only where it is what the entry on the log commits to.

import { fromHex, toHex, utf8 } from "../formats/bytes.js";
import { type KeptPhoto, readKeptPhoto, unlockLine } from "../formats/custodian.js";
import { FormatError } from "../formats/errors.js";
import type { Receipt } from "../formats/receipt.js";
import { readRequest } from "../formats/request.js";
import { leafHash } from "../formats/tree.js";
import { SilentError, getJson } from "./net.js";

/** What an officer signed, as far as its applicant reads it. */
export interface SignedReason {
  readonly reason: string;
  readonly credential: string;
  readonly at: string;
}

/** What the portal keeps of a photo, for whoever knows its `seal_id` (hex). */
export const fetchKept = async (portal: string, sealId: string): Promise<KeptPhoto> =>
  readKeptPhoto(await getJson(new URL(`/api/receipts/${sealId}`, portal).href));

/** Requests by the leaf hash of their entry (hex); those that do not fit are left out. */
export async function fetchSigned(
  portal: string,
  receipt: Receipt,
): Promise<Map<string, SignedReason>> {
  const found = new Map<string, SignedReason>();
  let kept: KeptPhoto;
  try {
    kept = await fetchKept(portal, receipt.promise.seal_id);
  } catch (error) {
    if (error instanceof SilentError || error instanceof FormatError) return found;
    throw error;
  }
  for (const line of kept.lines) {
    try {
      const unlocked = await unlockLine(line, fromHex(receipt.track_key));
      if (unlocked?.entry.kind !== "requested") continue;
      const { reason, credential, at } = readRequest(unlocked.details);
      found.set(toHex(await leafHash(utf8(line.entry))), { reason, credential, at });
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
    }
  }
  return found;
}
