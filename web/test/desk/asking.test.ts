import assert from "node:assert/strict";
import { test } from "node:test";

import { type SealedPhoto, prepare } from "../../desk/asking.js";
import { fromBase64, fromHex, toHex } from "../../formats/bytes.js";
import { oneTimeKey, privateKeyOf } from "../../formats/hpke.js";
import { type Pointer, openPointer } from "../../formats/office.js";
import { readCredential } from "../../formats/roster.js";
import { slot, tag } from "../../formats/stream.js";
import { digestOf, readPromise } from "../../formats/terms.js";
import { code, vectors } from "../vectors.js";

const given = vectors<{
  pointer: {
    seed: string;
    reference: string;
    promise: unknown;
    sealed: string;
    document: { stream_key: string };
  };
}>("office").pointer;
const [listed] = vectors<{ good: { credential: unknown }[] }>("credentials").good;
const credential = await readCredential(listed?.credential);
const officeKey = await privateKeyOf(fromHex(given.seed));
const pointer = await openPointer(officeKey, fromBase64(given.sealed), given.reference);
const promise = readPromise(given.promise);
const photo = { promise, number: 2 };
const wish = {
  purpose: "decide-application" as const,
  reason: "To decide.",
  oneTimeKey: (await oneTimeKey()).publicKey,
};
const now = new Date("2027-01-15T10:00:00.999Z");

test("a request names the photo of the case, with its tag and the officer's slot", async () => {
  const prepared = await prepare(pointer, photo, credential, 3, wish, now);
  const { request } = prepared;
  assert.equal(request.promise, toHex(await digestOf(promise)));
  assert.equal(request.seal_id, promise.seal_id);
  assert.equal(request.credential, credential.id);
  assert.equal(request.at, "2027-01-15T10:00:00Z");
  assert.equal(prepared.tag, await tag(fromHex(given.document.stream_key), 2));
  assert.equal(prepared.slot, await slot(fromHex(credential.slot_key), "2027-01-15", 3));
  assert.match(prepared.details_key, /^[0-9a-f]{64}$/);
});

test("nothing is prepared for another photo or another case", async () => {
  const others: [Pointer, SealedPhoto][] = [
    [pointer, { ...photo, promise: { ...promise, openings_max: 7 } }],
    [{ ...pointer, reference: "HL-2027-000002" }, photo],
    [{ ...pointer, salt: "00".repeat(32) }, photo],
    [{ ...pointer, seal_id: "00".repeat(16) }, photo],
  ];
  for (const [named, shown] of others) {
    await assert.rejects(prepare(named, shown, credential, 3, wish, now), code("does-not-open"));
  }
});

test("a number or reason that no request may have is refused before it is signed", async () => {
  const long = { ...wish, reason: "x".repeat(501) };
  for (const [number, nth, wished] of [
    [0, 3, wish],
    [2, 0, wish],
    [2, 3, long],
  ] as const) {
    const asking = prepare(pointer, { promise, number }, credential, nth, wished, now);
    await assert.rejects(asking, code("malformed"));
  }
});
