// X-Wing on the browser's own X25519, and where a browser has none: the same keys and messages.

import assert from "node:assert/strict";
import { test } from "node:test";

import { XWing } from "@hpke/hybridkem-x-wing";

import { type Bytes, utf8 } from "../../formats/bytes.js";
import * as hpke from "../../formats/hpke.js";
import { Kem } from "../../formats/xwing.js";

const INFO = utf8("habeas/v2/test\0");
const PLAIN = utf8("a share and a track key");
const SEED = Uint8Array.from({ length: 32 }, (_, at) => 7 * at + 3);

/** Runs with what a browser's WebCrypto says of X25519; gives how often it was asked. */
async function with25519<Result>(has: boolean, act: () => Promise<Result>) {
  const { subtle } = crypto;
  const importKey = subtle.importKey.bind(subtle);
  let asked = 0;
  subtle.importKey = ((...given: Parameters<typeof importKey>) => {
    if (given[2] !== "X25519") return importKey(...given);
    asked += 1;
    return has ? importKey(...given) : Promise.reject(new Error("no such curve"));
  }) as typeof importKey;
  try {
    return { result: await act(), asked };
  } finally {
    subtle.importKey = importKey;
  }
}

const publicKeyOf = async (kem: XWing, seed: Bytes): Promise<Bytes> => {
  const { publicKey } = await kem.generateKeyPairDerand(seed.slice());
  return new Uint8Array(await kem.serializePublicKey(publicKey));
};

test("one seed has one public key, whoever has the curve", async () => {
  const expected = await publicKeyOf(new XWing(), SEED);
  for (const has of [true, false]) {
    const { result, asked } = await with25519(has, () => publicKeyOf(new Kem(), SEED));
    assert.deepEqual(result, expected);
    assert.ok(asked > 0, "the browser's curve is asked first");
  }
});

test("what is sealed with the browser's curve opens without, and the other way round", async () => {
  const key = await publicKeyOf(new XWing(), SEED);
  const own = await hpke.privateKeyOf(SEED);
  for (const seals of [true, false]) {
    const { result: sealed } = await with25519(seals, () => hpke.seal(key, INFO, PLAIN));
    for (const opens of [true, false]) {
      const { result } = await with25519(opens, () => hpke.open(own, INFO, sealed));
      assert.deepEqual(result, PLAIN);
    }
  }
});

test("a key that gives no secret is refused by both", async () => {
  const key = await publicKeyOf(new XWing(), SEED);
  // A point of low order (RFC 7748, section 6.1).
  key.fill(0, key.length - 32);
  for (const has of [true, false]) {
    await assert.rejects(
      with25519(has, () => hpke.seal(key, INFO, PLAIN)),
      { code: "key-format" },
    );
  }
});

/** What the package hashes of keys, while `act` runs: SHAKE128 of a matrix, SHA3-256 of a key. */
async function hashing<Result>(act: () => Promise<Result>) {
  const { _m } = new XWing() as unknown as { _m: object };
  type Hash = (content: Uint8Array) => Uint8Array;
  const base = Object.getPrototypeOf(Object.getPrototypeOf(_m)) as { _xof: Hash; _h: Hash };
  const { _xof, _h } = base;
  let hashed = 0;
  const counted = (hash: Hash): Hash =>
    function (this: unknown, content) {
      hashed += 1;
      return hash.call(this, content);
    };
  Object.assign(base, { _xof: counted(_xof), _h: counted(_h) });
  try {
    return { result: await act(), hashed };
  } finally {
    Object.assign(base, { _xof, _h });
  }
}

test("a key that was prepared is not hashed again, and gives the same secret", async () => {
  const key = await publicKeyOf(new XWing(), SEED);
  const ekm = Uint8Array.from({ length: 64 }, (_, at) => 5 * at + 1).buffer;
  const { result, hashed } = await hashing(async () => {
    const kem = new Kem();
    const recipientPublicKey = await kem.deserializePublicKey(key);
    kem.prepare(key);
    return hashing(() => kem.encap({ recipientPublicKey, ekm }));
  });
  // Nine of the matrix, one of the key: all of them while it was prepared.
  assert.equal(hashed, 10);
  const plain = new XWing();
  const recipientPublicKey = await plain.deserializePublicKey(key);
  assert.deepEqual(result.result, await plain.encap({ recipientPublicKey, ekm }));
});

test("what a prepared key is sealed to opens", async () => {
  const key = await publicKeyOf(new XWing(), SEED);
  hpke.prepare(key);
  // Twice: the second time nothing is left to do.
  hpke.prepare(key);
  const sealed = await hpke.seal(key, INFO, PLAIN);
  assert.deepEqual(await hpke.open(await hpke.privateKeyOf(SEED), INFO, sealed), PLAIN);
  // What is no key is told where it is sealed to.
  hpke.prepare(key.slice(1));
});

test("two messages of one beginning have two secrets", async () => {
  const key = await publicKeyOf(new XWing(), SEED);
  const message = await hpke.begin(key);
  const [one, other] = [await message(INFO, PLAIN), await message(INFO, PLAIN)];
  assert.notDeepEqual(one.slice(0, 1120), other.slice(0, 1120));
  const own = await hpke.privateKeyOf(SEED);
  for (const each of [one, other]) assert.deepEqual(await hpke.open(own, INFO, each), PLAIN);
});
