import assert from "node:assert/strict";
import { test } from "node:test";

import { fromBase64, fromHex, toHex } from "../../formats/bytes.js";
import { depositInfo, sealDeposit } from "../../formats/deposit.js";
import * as hpke from "../../formats/hpke.js";
import { decryptPhoto, encryptPhoto, keyCommitment } from "../../formats/photo.js";
import { code, vectors } from "../vectors.js";

const photo = vectors<Record<string, string>>("photo");
const value = (name: string) => fromHex(photo[name] ?? "");

test("the photo's cipher gives the bytes of the vectors", async () => {
  const key = value("data_key");
  assert.deepEqual(await keyCommitment(key), value("key_commitment"));
  const sealed = await encryptPhoto(key, value("terms_digest"), value("photo"));
  assert.deepEqual(sealed, value("ciphertext"));
  const opened = await decryptPhoto(
    key,
    value("key_commitment"),
    value("terms_digest"),
    value("ciphertext"),
  );
  assert.deepEqual(opened, value("photo"));
});

test("another commitment, other terms or a changed ciphertext do not open", async () => {
  const open = (name: string, bytes: Uint8Array<ArrayBuffer>) => {
    const given = (each: string) => (each === name ? bytes : value(each));
    return decryptPhoto(
      given("data_key"),
      given("key_commitment"),
      given("terms_digest"),
      given("ciphertext"),
    );
  };
  await assert.rejects(open("key_commitment", new Uint8Array(32)), code("key-commitment"));
  await assert.rejects(open("data_key", new Uint8Array(32)), code("key-commitment"));
  await assert.rejects(open("terms_digest", new Uint8Array(32)), code("does-not-open"));
  const changed = value("ciphertext");
  changed[0] = (changed[0] ?? 0) ^ 1;
  await assert.rejects(open("ciphertext", changed), code("does-not-open"));
});

interface Deposit {
  seed: string;
  info: string;
  share: string;
  track_key: string;
  deposit: string;
}

test("deposits of Python open, and only in their context", async () => {
  for (const each of vectors<Deposit[]>("deposits")) {
    const key = await hpke.privateKeyOf(fromHex(each.seed));
    const sealed = fromBase64(each.deposit);
    const opened = await hpke.open(key, fromHex(each.info), sealed);
    assert.equal(toHex(opened), each.share + each.track_key);
    const other = depositInfo(new Uint8Array(32), new Uint8Array(32), 0);
    await assert.rejects(hpke.open(key, other, sealed), code("does-not-open"));
    await assert.rejects(hpke.open(key, other, sealed.slice(0, 40)), code("does-not-open"));
  }
});

test("a deposit made here opens with its key", async () => {
  const key = await hpke.oneTimeKey();
  const info = depositInfo(new Uint8Array(32), new Uint8Array(32), 1);
  const share = new Uint8Array(33).fill(5);
  const sealed = await sealDeposit(key.publicKey, info, share, new Uint8Array(32).fill(7));
  const opened = await hpke.open(key.privateKey, info, sealed);
  assert.equal(toHex(opened), "05".repeat(33) + "07".repeat(32));
});

test("no key is no key", async () => {
  const nothing = new Uint8Array(0);
  await assert.rejects(hpke.seal(nothing, nothing, nothing), code("key-format"));
  const zeros = new Uint8Array(1216);
  await assert.rejects(hpke.seal(zeros, nothing, nothing), code("key-format"));
});
