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
