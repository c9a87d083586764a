// The file that an applicant keeps: a page with the receipt in it.

import { fetched, once } from "./later.js";

/** The page without a receipt, which lies beside the photo step. */
export const blankPage = once(() => fetched(`/static/photo/${RECEIPT_PAGE}`, RECEIPT_INTEGRITY));

const PLACE = 'id="habeas-receipt">';

/** The page of a receipt (canonical JSON). */
export function receiptPage(blank: string, receipt: string): string {
  const [before, after, ...more] = blank.split(PLACE);
  if (before === undefined || after === undefined || more.length)
    throw new Error("The receipt's page has no place for it.");
  // Nothing in the JSON can end its element.
  return before + PLACE + receipt.replaceAll("<", "\\u003c") + after;
}
