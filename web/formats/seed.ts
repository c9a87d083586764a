// Formats, *The seed*: 16 random bytes from which follows all that is secret in a receipt. They
// are what fits on paper: twelve words, or a code to be read by a camera.

import { type Bytes, toHex } from "./bytes.js";
import { digest } from "./digest.js";

export const SEED_BYTES = 16;

/** What is drawn anew for each photo; 32 bytes each, but `seed` and `sealId` with 16. */
export interface Secrets {
  /** What all others but `dataKey` follow from. */
  readonly seed?: Bytes;
  /** Names the photo among those who hold parts of it. */
  readonly sealId: Bytes;
  /** To be forgotten once the photo is sealed. */
  readonly dataKey: Bytes;
  readonly trackKey: Bytes;
  readonly withdrawSecret: Bytes;
  readonly caseSalt: Bytes;
}

/** What a seed gives: the name of the photo, and the receipt's secrets. */
export type Seeded = Pick<Secrets, "sealId" | "trackKey" | "withdrawSecret" | "caseSalt">;

/** H("seed-…", seed): 16 bytes of it for the id, 32 for each secret. */
export async function secretsOf(seed: Bytes): Promise<Seeded> {
  const [id, trackKey, withdrawSecret, caseSalt] = await Promise.all([
    digest("seed-id", seed),
    digest("seed-track", seed),
    digest("seed-withdraw", seed),
    digest("seed-case", seed),
  ]);
  return { sealId: id.slice(0, 16), trackKey, withdrawSecret, caseSalt };
}

/** What a receipt must have in its fields to belong to a seed; hex. */
export async function fieldsOf(seed: Bytes): Promise<Record<string, string>> {
  const { sealId, trackKey, withdrawSecret, caseSalt } = await secretsOf(seed);
  return {
    seal_id: toHex(sealId),
    track_key: toHex(trackKey),
    withdraw_secret: toHex(withdrawSecret),
    case_salt: toHex(caseSalt),
  };
}
