// Whoever reads is total: any bytes end in what they say, in a foreign leaf, or in a
// FormatError, and nothing else.

import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { utf8 } from "../../formats/bytes.js";
import { Chain } from "../../formats/chain.js";
import { parseProof } from "../../formats/checkpoint.js";
import { circleOf } from "../../formats/circle.js";
import { FormatError } from "../../formats/errors.js";
import { split } from "../../formats/note.js";
import { readEntry } from "../../formats/reading.js";
import { readReceipt, verifyReceipt } from "../../formats/receipt.js";
import { code, vectors } from "../vectors.js";

const file = vectors<{ good: { entry: string }[]; chain: [string, string] }>("entries");
const receipts = vectors<{ good: { receipt: Record<string, unknown> }[] }>("receipt").good;
const chain = await Chain.start(file.chain[0], 0);

/** A text with a piece cut out and another put in its place. */
const mutated = (texts: readonly string[]) =>
  fc
    .tuple(fc.constantFrom(...texts), fc.nat(), fc.nat({ max: 40 }), fc.string({ maxLength: 20 }))
    .map(([text, at, cut, put]) => {
      const begin = at % (text.length + 1);
      return text.slice(0, begin) + put + text.slice(begin + cut);
    });

async function total(read: () => unknown): Promise<void> {
  try {
    await read();
  } catch (error) {
    assert.ok(error instanceof FormatError, String(error));
  }
}

test("leaves: any bytes are an entry or foreign", async () => {
  const texts = file.good.map(({ entry }) => entry);
  const any = fc.uint8Array({ maxLength: 60 }).map((bytes) => new Uint8Array(bytes));
  await fc.assert(
    fc.asyncProperty(fc.oneof(mutated(texts).map(utf8), any), async (bytes) => {
      const entry = await readEntry(bytes, chain);
      if ("foreign" in entry) assert.match(entry.code, /^[a-z-]+$/);
    }),
    { numRuns: 300 },
  );
});

test("notes, circles and proofs", async () => {
  const proofs = receipts.map(({ receipt }) => String(receipt["proof"]));
  await fc.assert(
    fc.asyncProperty(mutated([...file.chain, ...proofs]), async (text) => {
      await total(() => split(text));
      await total(() => circleOf(text));
      await total(() => parseProof(text));
    }),
    { numRuns: 300 },
  );
});

test("receipts", async () => {
  const texts = receipts.map(({ receipt }) => JSON.stringify(receipt));
  await fc.assert(
    fc.asyncProperty(mutated(texts), async (text) => {
      let document: unknown;
      try {
        document = JSON.parse(text);
      } catch {
        return;
      }
      await total(() => verifyReceipt(readReceipt(document)));
    }),
    { numRuns: 300 },
  );
});

test("a chain that nobody vouches for is of no use", async () => {
  const [first, second] = file.chain;
  const notes = [
    [first, 0],
    [second, 0],
  ] as const;
  const reached = await Chain.reach(notes, { circles: [chain.newest.digest] });
  const last = reached.newest.circle.trustees.at(-1);
  assert.ok(last);
  await Chain.reach(notes, { trustees: [last.statement_vkey] });
  for (const pins of [{}, { circles: ["00".repeat(32)] }, { trustees: ["nobody"] }]) {
    await assert.rejects(Chain.reach(notes, pins), code("not-pinned"));
  }
  await assert.rejects(Chain.reach([], { circles: [chain.newest.digest] }), code("not-pinned"));
  assert.equal(reached.inForce(-1), undefined);
  assert.equal(reached.inForce(Number.MAX_SAFE_INTEGER)?.circle.number, 2);
  const gone = file.chain[0];
  assert.equal((await reached.extend(gone, 5)).links.length, 2);
  assert.equal(reached.seat(chain.newest.digest, "trustee-1.example").length, 2);
  assert.throws(() => reached.seat("00", "trustee-1.example"), code("circle-unknown"));
  assert.throws(() => reached.seat(chain.newest.digest, "nobody"), code("circle-unknown"));
});
