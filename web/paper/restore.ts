// A receipt from its seed: the portal gives what is not secret, the seed the rest; what comes out
// counts only as a verified receipt.

import { type Bytes, fromBase64, fromHex, toHex, utf8 } from "../formats/bytes.js";
import type { KeptPhoto } from "../formats/custodian.js";
import { FormatError } from "../formats/errors.js";
import type { Receipt } from "../formats/receipt.js";
import { assembleReceipt } from "../formats/seal.js";
import { secretsOf } from "../formats/seed.js";
import { decodePromise } from "../formats/terms.js";

/** The receipt of a seed and a reference, with what the portal keeps of its photo; verified. */
export async function restoreReceipt(
  seed: Bytes,
  reference: string,
  kept: KeptPhoto,
): Promise<Receipt> {
  const secrets = await secretsOf(seed);
  const line = kept.lines.find(({ number }) => number === 0);
  if (!line?.proof || line.locked === "") {
    throw new FormatError("receipt", "The portal no longer keeps what the receipt needs.");
  }
  return assembleReceipt(
    decodePromise(utf8(kept.promise)),
    reference,
    { ...secrets, seed },
    kept.circle,
    {
      entry: line.entry,
      salt: toHex(fromBase64(line.locked)),
      proof: line.proof,
      acknowledgements: kept.acknowledgements,
    },
  );
}

/** The id under which the portal keeps the photo of a seed, hex. */
export const sealIdOf = async (seed: Bytes): Promise<string> =>
  toHex((await secretsOf(seed)).sealId);

export const seedOfReceipt = ({ seed }: Receipt): Bytes | undefined =>
  seed === undefined ? undefined : fromHex(seed);
