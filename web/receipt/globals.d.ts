/** The name of the page that receipts are put into, with its hash: the build says it. */
declare const RECEIPT_PAGE: string;
/** The hash of that page (W3C Subresource Integrity): the build says it. */
declare const RECEIPT_INTEGRITY: string;
