// The reader's side of an opening: what habeas.custody.reader does in Python.

import * as v from "valibot";

import { type Bytes, concat, fromBase64, fromHex, same, sha256, toHex, utf8 } from "./bytes.js";
import { encode, read } from "./canonical.js";
import { releaseInfo } from "./deposit.js";
import { FormatError, causeOf } from "./errors.js";
import * as hpke from "./hpke.js";
import { decryptPhoto } from "./photo.js";
import { type SealedPromise, readPromise, termsOf } from "./promise.js";
import { SHARE_BYTES, combine } from "./shares.js";

const WrappedShare = v.object({ trustee: v.string(), index: v.number(), release: v.string() });
const Answer = v.object({
  promise: v.string(),
  entry: v.string(),
  shares: v.array(WrappedShare),
  ciphertext: v.string(),
});

/** A trustee whose share was not the promised one, and why. */
export interface BadShare {
  readonly trustee: string;
  readonly cause: string;
}

export interface OpenedPhoto {
  readonly photo: Bytes;
  readonly bad: readonly BadShare[];
}

/** Leaf hash of a log entry (RFC 6962 section 2.1). */
export const leafHash = (entry: Bytes): Promise<Bytes> => sha256(concat(Uint8Array.of(0), entry));

interface Opening {
  readonly promise: SealedPromise;
  readonly digest: Bytes;
  readonly leaf: Bytes;
  readonly privateKey: hpke.PrivateKey;
}

async function unwrap(
  share: v.InferOutput<typeof WrappedShare>,
  { promise, digest, leaf, privateKey }: Opening,
): Promise<Bytes> {
  if (promise.trustees.keys[share.index]?.trustee !== share.trustee) {
    throw new FormatError("share", "This share index belongs to another trustee.");
  }
  const context = releaseInfo(digest, leaf, share.index);
  const opened = await hpke.open(privateKey, context, fromBase64(share.release));
  const expected = fromHex(promise.shares[share.index] ?? "");
  if (opened.length !== SHARE_BYTES || !same(await sha256(opened), expected)) {
    throw new FormatError("share", "This is not the promised share.");
  }
  return opened;
}

/**
 * Opens a photo from what the portal answers: unwraps each share, checks it against the
 * promise, combines k of them, checks the key commitment, decrypts.
 *
 * Raises for an answer that is not what was promised. A bad share alone ends nothing: its
 * trustee is named beside the picture.
 */
export async function openPhoto(
  answer: unknown,
  privateKey: hpke.PrivateKey,
): Promise<OpenedPhoto> {
  const given = read(Answer, answer);
  const promiseBytes = utf8(given.promise);
  const promise = readPromise(promiseBytes);
  const ciphertext = fromBase64(given.ciphertext);
  if (toHex(await sha256(ciphertext)) !== promise.photo.sha256) {
    throw new FormatError("ciphertext", "The sealed photo is not the promised one.");
  }
  const opening: Opening = {
    promise,
    digest: await sha256(promiseBytes),
    leaf: await leafHash(utf8(given.entry)),
    privateKey,
  };
  const good = new Map<number, Bytes>();
  const bad: BadShare[] = [];
  for (const share of given.shares) {
    try {
      good.set(share.index, await unwrap(share, opening));
    } catch (error) {
      bad.push({ trustee: share.trustee, cause: causeOf(error) });
    }
  }
  const { k } = promise.trustees;
  if (good.size < k) {
    throw new FormatError("too-few-shares", `${String(good.size)} of ${String(k)} good shares.`);
  }
  const dataKey = combine([...good.values()].slice(0, k));
  const terms = await sha256(encode(termsOf(promise)));
  const commitment = fromHex(promise.key_commitment);
  return { photo: await decryptPhoto(dataKey, commitment, terms, ciphertext), bad };
}
