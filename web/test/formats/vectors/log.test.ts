// Protocol 2, circles, entries, statements, receipts: what the published vectors hold is read, made and refused
// here as it is in Python. `vectors/protocol/README.md` says how each file is read.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHex, toHex, utf8 } from "../../../formats/bytes.js";
import { Chain } from "../../../formats/chain.js";
import { type Policy, verifyCheckpoint } from "../../../formats/checkpoint.js";
import { actingPolicy, readingPolicy, verifyCircle } from "../../../formats/circle.js";
import { type Entry, commitment } from "../../../formats/entry.js";
import { FormatError } from "../../../formats/errors.js";
import { readEntry } from "../../../formats/reading.js";
import { parseProof } from "../../../formats/checkpoint.js";
import { readReceipt, verifyReceipt } from "../../../formats/receipt.js";
import { type StatementKind, readStatement } from "../../../formats/statements.js";
import { leafHash } from "../../../formats/tree.js";
import { verifierOf } from "../../../formats/vkey.js";
import { type Bad, refusesAll, vectors } from "../../vectors.js";

interface Cases<Good, Read> {
  good: Good[];
  bad: Bad<Read>[];
}
type Document = Record<string, unknown>;

/** A policy as its text says it: keys in order, and the quorum of its one group. */
const inWords = ({ logs, witnesses, quorum }: Policy) => ({
  logs: logs.map(({ name, id }) => `${name}+${id}`),
  witnesses: witnesses.map(({ name, id }) => `${name}+${id}`),
  quorum,
});
function readPolicy(text: string) {
  const lines = text
    .trim()
    .split("\n")
    .map((line) => line.split(" "));
  const keys = (kind: string, at: number) =>
    lines
      .filter(([first]) => first === kind)
      .map((words) => (words[at] ?? "").split("+").slice(0, 2).join("+"));
  const group = lines.find(([first]) => first === "group");
  return { logs: keys("log", 1), witnesses: keys("witness", 2), quorum: Number(group?.[2]) };
}

test("checkpoints of a log with keys of both types", async () => {
  interface Seen {
    note: string;
    size: number;
    time: number;
  }
  const { circle, good, bad } = vectors<{ circle: string } & Cases<Seen, Seen>>("checkpoints");
  const policy = await actingPolicy(await verifyCircle(circle));
  assert.ok(good.length > 0);
  for (const { note, size, time } of good) {
    const found = await verifyCheckpoint(note, policy);
    assert.deepEqual([found.size, found.time], [size, time]);
  }
  await refusesAll(bad, ({ note }) => verifyCheckpoint(note, policy));
});

test("circle", async () => {
  interface Linked {
    note: string;
    digest: string;
    seen: number;
    effective: number;
    acting_policy: string;
    reading_policy: string;
  }
  interface Given {
    note: string;
    previous?: string;
  }
  const { chain: cases, bad } = vectors<{ chain: Linked[]; bad: Bad<Given>[] }>("circle");
  const chain = await Chain.reach(
    cases.map(({ note, seen }) => [note, seen] as const),
    { circles: cases.slice(0, 1).map((each) => each.digest) },
  );
  for (const [at, each] of cases.entries()) {
    const link = chain.links[at];
    assert.ok(link);
    assert.deepEqual([link.digest, link.effective], [each.digest, each.effective]);
    assert.deepEqual(inWords(await actingPolicy(link.circle)), readPolicy(each.acting_policy));
    assert.deepEqual(inWords(await readingPolicy(link.circle)), readPolicy(each.reading_policy));
  }
  await refusesAll(bad, async ({ note, previous }) => {
    if (previous === undefined) return verifyCircle(note);
    return (await Chain.start(previous, 0)).extend(note, 0);
  });
});

test("entries", async () => {
  interface Good {
    name: string;
    entry: string;
    details: Document;
    salt: string;
    leaf_hash: string;
  }
  const file = vectors<Cases<Good, { entry: string }> & { chain: string[] }>("entries");
  const chain = await Chain.reach(
    file.chain.map((note) => [note, 0] as const),
    { trustees: [await statementKeyOfFirst(file.chain)] },
  );
  const verified = async (text: string): Promise<Entry> => {
    const entry = await readEntry(utf8(text), chain);
    if ("foreign" in entry) throw new FormatError(entry.code, entry.cause);
    return entry;
  };
  for (const each of file.good) {
    const entry = await verified(each.entry);
    assert.equal(toHex(await leafHash(utf8(each.entry))), each.leaf_hash, each.name);
    assert.equal(await commitment(fromHex(each.salt), each.details), entry.commit, each.name);
  }
  await refusesAll(file.bad, ({ entry }) => verified(entry));
});

async function statementKeyOfFirst([note]: readonly string[]): Promise<string> {
  const [trustee] = (await verifyCircle(note ?? "")).trustees;
  return trustee?.statement_vkey ?? "";
}

test("statements", async () => {
  interface Given {
    signer: string;
    vkey: string;
    note: string;
    kind: StatementKind;
  }
  type Good = Omit<Given, "kind"> & { fields: Document & { kind: StatementKind } };
  const { good, bad } = vectors<Cases<Good, Given>>("statements");
  const said = async ({ signer, vkey, note, kind }: Given) =>
    readStatement(note, signer, [await verifierOf(vkey, "note")], kind);
  for (const each of good) {
    assert.deepEqual(await said({ ...each, kind: each.fields.kind }), each.fields);
  }
  await refusesAll(bad, said);
});

test("receipt", async () => {
  interface Given {
    receipt: Document;
  }
  const { good, bad } = vectors<Cases<Given, Given>>("receipt");
  const verify = (each: Given) => verifyReceipt(readReceipt(each.receipt));
  for (const each of good) {
    const { circle, checkpoint, index } = await verify(each);
    assert.ok(index < checkpoint.size);
    const { checkpoint: note } = parseProof(readReceipt(each.receipt).proof);
    const again = await verifyCheckpoint(note, await readingPolicy(circle));
    assert.equal(again.size, checkpoint.size);
  }
  await refusesAll(bad, verify);
});
