// Deposits and releases: one share on its way to a trustee, and from it to a reader. Both
// are HPKE messages, and their info binds them to their purpose.

import { type Bytes, concat, utf8 } from "./bytes.js";
import * as hpke from "./hpke.js";

const info = (label: string, ...parts: Bytes[]): Bytes =>
  concat(utf8(`habeas/v1/${label}\0`), ...parts);

/** Binds a deposit to promise (digest), trustee key (id) and share index. */
export const depositInfo = (promiseDigest: Bytes, keyId: Bytes, index: number): Bytes =>
  info("deposit", promiseDigest, keyId, Uint8Array.of(index));

/** Binds a release to promise (digest), request (leaf hash) and share index. */
export const releaseInfo = (promiseDigest: Bytes, requestLeaf: Bytes, index: number): Bytes =>
  info("release", promiseDigest, requestLeaf, Uint8Array.of(index));

/** One deposit: share and track key, wrapped to a trustee's expiry-month key. */
export const sealDeposit = (
  trusteeKey: Bytes,
  context: Bytes,
  share: Bytes,
  trackKey: Bytes,
): Promise<Bytes> => hpke.seal(trusteeKey, context, concat(share, trackKey));
