import assert from "node:assert/strict";
import { test } from "node:test";

import { fromBase64, fromHex } from "../../formats/bytes.js";
import { privateKeyOf } from "../../formats/hpke.js";
import { openPhoto } from "../../formats/opening.js";
import { code, vectors } from "../vectors.js";

interface Answer {
  promise: string;
  entry: string;
  shares: { trustee: string; index: number; release: string }[];
  ciphertext: string;
}
const given = vectors<Answer & { one_time_seed: string; photo: string }>("opening");
const key = await privateKeyOf(fromHex(given.one_time_seed));
const first = () => {
  const [share] = given.shares;
  assert.ok(share);
  return share;
};

test("an opening of Python opens here", async () => {
  const { photo, bad } = await openPhoto(given, key);
  assert.deepEqual(photo, fromBase64(given.photo));
  assert.deepEqual(bad, []);
});

test("a bad share is laid at its trustee's door, and ends nothing", async () => {
  const broken = { ...first(), release: "AAAA" + first().release.slice(4) };
  const { photo, bad } = await openPhoto(
    { ...given, shares: [broken, ...given.shares.slice(1)] },
    key,
  );
  assert.deepEqual(photo, fromBase64(given.photo));
  assert.deepEqual(
    bad.map((each) => each.trustee),
    [first().trustee],
  );
});

test("no changed answer opens", async () => {
  const wider = given.promise.replace("decide-application", "produce-document");
  const broken = given.shares.map((each) => ({ ...each, release: "AAAA" + each.release.slice(4) }));
  const swapped = given.shares.map((each, at) => ({
    ...each,
    index: given.shares[(at + 1) % 3]?.index ?? 0,
  }));
  const cases: [string, Partial<Answer>][] = [
    ["too-few-shares", { promise: wider }],
    ["malformed", { promise: given.promise.replace('"v":1', '"v": 1') }],
    ["too-few-shares", { entry: given.entry.replace("requested", "released") }],
    ["ciphertext", { ciphertext: "AAAA" + given.ciphertext.slice(4) }],
    ["too-few-shares", { shares: broken }],
    ["too-few-shares", { shares: swapped }],
    ["too-few-shares", { shares: given.shares.slice(0, 1) }],
    ["too-few-shares", { shares: [first(), first(), first()] }],
    [
      "too-few-shares",
      {
        shares: [
          { ...first(), index: 0.5 },
          { ...first(), index: -1 },
        ],
      },
    ],
  ];
  for (const [expected, change] of cases) {
    await assert.rejects(openPhoto({ ...given, ...change }, key), code(expected));
  }
  await assert.rejects(openPhoto({}, key), code("malformed"));
  await assert.rejects(openPhoto(null, key), code("malformed"));
});
