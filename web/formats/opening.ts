// Protocol 2, section 4: opening a photo from released shares, on the reader's own machine.
// The one-time key never leaves it, and a share that is not the promised one is laid at its
// trustee's door.

import { type Bytes, fromBase64, fromHex, same, sha256 } from "./bytes.js";
import { releaseInfo, openRelease } from "./deposit.js";
import { FormatError, causeOf } from "./errors.js";
import type { PrivateKey } from "./hpke.js";
import { decryptPhoto } from "./photo.js";
import { combine } from "./shares.js";
import { type SealedPromise, digestOf, termsOf } from "./terms.js";
import { leafHash } from "./tree.js";

/** A released share as it arrives: who sent it, share index, HPKE message in base64. */
export interface WrappedShare {
  readonly trustee: string;
  readonly index: number;
  readonly release: string;
}

/** A trustee whose share was not the promised one, and why. */
export interface BadShare {
  readonly trustee: string;
  readonly cause: string;
}

export interface OpenedPhoto {
  readonly photo: Bytes;
  readonly bad: readonly BadShare[];
}

/** What is known of an opening before any share is looked at. */
export interface Opening {
  readonly promise: SealedPromise;
  /** Canonical bytes of the `requested` entry. */
  readonly entry: Bytes;
  readonly key: PrivateKey;
}

async function unwrap({ promise, entry, key }: Opening, share: WrappedShare): Promise<Bytes> {
  const hash = promise.shares[share.index];
  if (hash === undefined || promise.trustees.keys[share.index]?.trustee !== share.trustee) {
    throw new FormatError("does-not-open", "This share index belongs to another trustee.");
  }
  const info = releaseInfo(await digestOf(promise), await leafHash(entry), share.index);
  return openRelease(key, info, fromBase64(share.release), fromHex(hash));
}

/**
 * Unwraps shares, compares each with the promise, combines k of them, checks the key
 * commitment, decrypts.
 *
 * Raises for a ciphertext or key that was not promised, and for too few good shares. A bad
 * share alone ends nothing: its trustee is named beside the picture.
 */
export async function openPhoto(
  opening: Opening,
  shares: readonly WrappedShare[],
  ciphertext: Bytes,
): Promise<OpenedPhoto> {
  const { promise } = opening;
  if (!same(await sha256(ciphertext), fromHex(promise.photo.sha256))) {
    throw new FormatError("does-not-open", "The sealed photo is not the promised one.");
  }
  const good = new Map<number, Bytes>();
  const bad: BadShare[] = [];
  for (const share of shares) {
    try {
      good.set(share.index, await unwrap(opening, share));
    } catch (error) {
      bad.push({ trustee: share.trustee, cause: causeOf(error) });
    }
  }
  const { k } = promise.trustees;
  if (good.size < k) {
    throw new FormatError("too-few-shares", `${String(good.size)} of ${String(k)} good shares.`);
  }
  const dataKey = combine([...good.values()].slice(0, k));
  const terms = await digestOf(termsOf(promise));
  const commitment = fromHex(promise.key_commitment);
  return { photo: await decryptPhoto(dataKey, commitment, terms, ciphertext), bad };
}
