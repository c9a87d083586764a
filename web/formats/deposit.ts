// Protocol 2, section 4: deposits and releases, one share on its way to a trustee, and from
// it to a reader. Both are HPKE messages, and their info binds them to their purpose.

import { type Bytes, concat, same, sha256 } from "./bytes.js";
import { labelled } from "./digest.js";
import { FormatError } from "./errors.js";
import * as hpke from "./hpke.js";
import { SHARE_BYTES } from "./shares.js";

const TRACK_KEY_BYTES = 32;

/** Binds a deposit to promise (digest), trustee key (id) and share index. */
export const depositInfo = (promiseDigest: Bytes, keyId: Bytes, index: number): Bytes =>
  labelled("deposit", promiseDigest, keyId, Uint8Array.of(index));

/** Binds a release to promise (digest), request (leaf hash) and share index. */
export const releaseInfo = (promiseDigest: Bytes, requestLeaf: Bytes, index: number): Bytes =>
  labelled("release", promiseDigest, requestLeaf, Uint8Array.of(index));

/** One deposit: share and track key, in a message that was begun to a trustee's expiry-month key. */
export const sealDeposit = (
  message: hpke.Message,
  info: Bytes,
  share: Bytes,
  trackKey: Bytes,
): Promise<Bytes> => message(info, concat(share, trackKey));

async function verifyShare(share: Bytes, hash: Bytes): Promise<void> {
  if (!same(await sha256(share), hash)) {
    throw new FormatError("does-not-open", "The share is not the one that was promised.");
  }
}

/** Share and track key of a deposit, the share compared with its hash in the promise. */
export async function openDeposit(
  key: hpke.PrivateKey,
  info: Bytes,
  sealed: Bytes,
  shareHash: Bytes,
): Promise<{ share: Bytes; trackKey: Bytes }> {
  const content = await hpke.open(key, info, sealed);
  if (content.length !== SHARE_BYTES + TRACK_KEY_BYTES) {
    throw new FormatError("does-not-open", "The deposit holds no share and track key.");
  }
  const share = content.slice(0, SHARE_BYTES);
  await verifyShare(share, shareHash);
  return { share, trackKey: content.slice(SHARE_BYTES) };
}

/** The share of a release, compared with its hash in the promise. */
export async function openRelease(
  key: hpke.PrivateKey,
  info: Bytes,
  sealed: Bytes,
  shareHash: Bytes,
): Promise<Bytes> {
  const share = await hpke.open(key, info, sealed);
  await verifyShare(share, shareHash);
  return share;
}
