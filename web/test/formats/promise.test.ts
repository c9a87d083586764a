import assert from "node:assert/strict";
import { test } from "node:test";

import { sha256, toHex } from "../../formats/bytes.js";
import { encode } from "../../formats/canonical.js";
import { readPromise, termsOf } from "../../formats/promise.js";
import { code, vectors } from "../vectors.js";

interface Given {
  terms: { document: unknown; sha256: string };
  promise: { document: Record<string, unknown>; sha256: string };
}
const given = vectors<Given>("promise");

test("promise and terms have the digests that Python gives them", async () => {
  const promise = readPromise(encode(given.promise.document));
  assert.equal(toHex(await sha256(encode(promise))), given.promise.sha256);
  assert.deepEqual(termsOf(promise), given.terms.document);
  assert.equal(toHex(await sha256(encode(termsOf(promise)))), given.terms.sha256);
});

test("a promise with any other field or value is refused", () => {
  const { document } = given.promise;
  const { shares: _shares, ...lacking } = document;
  for (const changed of [
    lacking,
    { ...document, note: "" },
    { ...document, v: 2 },
    { ...document, purposes: ["decide-application", "appeal"] },
    { ...document, purposes: ["recognition"] },
    { ...document, recipients: [] },
    { ...document, shares: [] },
    { ...document, opens_until: "2027-06-30" },
    { ...document, trustees: { ...(document["trustees"] as object), k: 4 } },
    { ...document, trustees: { ...(document["trustees"] as object), k: 1 } },
  ]) {
    assert.throws(() => readPromise(encode(changed)), code("malformed"), JSON.stringify(changed));
  }
});
