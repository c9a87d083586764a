// Protocol 2, *One photo*: what the browser seals from given secrets is what Python seals, its
// deposits open with the trustees' keys, and what does not hold is refused by name.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fromBase64, fromHex, fromUtf8, toBase64, toHex } from "../../../formats/bytes.js";
import { encode } from "../../../formats/canonical.js";
import { verifyCircle } from "../../../formats/circle.js";
import { depositInfo, openDeposit } from "../../../formats/deposit.js";
import { privateKeyOf } from "../../../formats/hpke.js";
import {
  type SealAnswer,
  type Wishes,
  assembleReceipt,
  buildTerms,
  custodianTags,
  drawSecrets,
  pointerOf,
  readMonthKeys,
  sealPhoto,
} from "../../../formats/seal.js";
import { digestOf } from "../../../formats/terms.js";
import { type Bad, refusesAll, vectors } from "../../vectors.js";

interface Given extends SealAnswer {
  circle: string;
  keys: string[];
  wishes: Wishes;
  secrets: Record<
    "seed" | "seal_id" | "data_key" | "track_key" | "withdraw_secret" | "case_salt",
    string
  >;
  coefficients: string;
  photo: string;
}
interface Good extends Given {
  promise: string;
  ciphertext: string;
  month_seeds: string[];
  tags: { sealed: string; closed: string };
  pointer: Record<string, unknown>;
  receipt: string;
}

const secretsOf = ({ secrets }: Given) => ({
  seed: fromHex(secrets.seed),
  sealId: fromHex(secrets.seal_id),
  dataKey: fromHex(secrets.data_key),
  trackKey: fromHex(secrets.track_key),
  withdrawSecret: fromHex(secrets.withdraw_secret),
  caseSalt: fromHex(secrets.case_salt),
});

async function sealed(given: Given) {
  const circle = await verifyCircle(given.circle);
  const keys = await readMonthKeys(circle, given.keys);
  const secrets = secretsOf(given);
  const terms = await buildTerms(circle, keys, given.wishes, secrets);
  const once = () => fromHex(given.coefficients);
  const made = await sealPhoto(fromBase64(given.photo), terms, keys, secrets, once);
  const { reference } = given.wishes;
  const receipt = await assembleReceipt(made.promise, reference, secrets, given.circle, given);
  return { ...made, secrets, receipt };
}

test("sealing", async () => {
  const { good, bad } = vectors<{ good: Good[]; bad: Bad<Given>[] }>("sealing");
  for (const each of good) {
    const { promise, ciphertext, deposits, secrets, receipt } = await sealed(each);
    assert.equal(fromUtf8(encode(promise)), each.promise);
    assert.equal(toBase64(ciphertext), each.ciphertext);
    assert.equal(fromUtf8(encode(receipt)), each.receipt);
    assert.deepEqual(await custodianTags(secrets.trackKey), each.tags);
    assert.deepEqual(await pointerOf(promise, each.wishes.reference, secrets), each.pointer);
    const digest = await digestOf(promise);
    assert.equal(deposits.length, each.month_seeds.length);
    for (const [index, deposit] of deposits.entries()) {
      const key = await privateKeyOf(fromHex(each.month_seeds[index] ?? ""));
      const info = depositInfo(digest, fromHex(promise.trustees.keys[index]?.key ?? ""), index);
      const hash = fromHex(promise.shares[index] ?? "");
      const { trackKey } = await openDeposit(key, info, deposit, hash);
      assert.equal(toHex(trackKey), each.secrets.track_key);
    }
  }
  await refusesAll(bad, sealed);
});

test("secrets are drawn apart", async () => {
  const asked: number[] = [];
  const secrets = await drawSecrets((length) => {
    asked.push(length);
    return new Uint8Array(length).fill(asked.length);
  });
  assert.deepEqual(asked, [16, 32]);
  const { sealId, dataKey, trackKey, withdrawSecret, caseSalt } = secrets;
  const all = [sealId, dataKey, trackKey, withdrawSecret, caseSalt];
  assert.equal(new Set(all.map((each) => toHex(each).slice(0, 8))).size, 5);
});
