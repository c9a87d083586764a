import assert from "node:assert/strict";
import { test } from "node:test";

import { makeSoftwareKey, readSoftwareKey, unlock } from "../../credentials/software.js";
import { messageOf, readRequest, signMessage, verifyKeyAssertion } from "../../formats/request.js";
import { secureRandom } from "../../formats/shares.js";
import { code, vectors } from "../vectors.js";

const WHO = { office: "licensing-office", label: "Officer 1", added: "2027-01-15" };
const { credential, key } = await makeSoftwareKey(WHO, "верный конь é", secureRandom);
const [given] = vectors<{ good: { request: Record<string, unknown> }[] }>("assertions").good;
assert.ok(given);
const request = readRequest({ ...given.request, credential: credential.id });

test("a key that was made, kept and unlocked signs requests", async () => {
  const kept = readSoftwareKey(JSON.parse(JSON.stringify(key)));
  // The same passphrase, typed with a combining accent.
  const unlocked = await unlock(kept, "верный конь e\u0301");
  const assertion = await signMessage(messageOf(request), credential, unlocked);
  await verifyKeyAssertion(assertion, request, credential);
  const other = { ...request, reason: "Because." };
  await assert.rejects(verifyKeyAssertion(assertion, other, credential), code("officer-signature"));
});

test("what is unlocked cannot be read out", async () => {
  const unlocked = await unlock(key, "верный конь é");
  assert.equal(unlocked.extractable, false);
});

test("another passphrase, another credential or a changed key do not open", async () => {
  await assert.rejects(unlock(key, "верный пёс"), code("does-not-open"));
  const moved = { ...key, credential: "00".repeat(32) };
  await assert.rejects(unlock(moved, "верный конь é"), code("does-not-open"));
  const ciphertext = "AAAA" + key.ciphertext.slice(4);
  await assert.rejects(unlock({ ...key, ciphertext }, "верный конь é"), code("does-not-open"));
});

test("a file that is no key is refused", () => {
  for (const changed of [
    {},
    null,
    { ...key, iterations: 1 },
    { ...key, note: "" },
    { ...key, credential: "00" },
  ]) {
    assert.throws(() => readSoftwareKey(changed), code("malformed"));
  }
});
