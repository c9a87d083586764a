// From entries to acts, and from codes to words.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import type { OwnAct } from "../../formats/answers.js";
import type { Entry, Kind } from "../../formats/entry.js";
import { isRequest, tell } from "../../history/acts.js";
import type { Act, History } from "../../history/found.js";
import { REFUSAL_CODES } from "../../history/words.js";

const entry = (kind: Kind, more: Partial<Entry> = {}): Entry => ({
  v: 2,
  kind,
  writer: "0".repeat(64),
  day: "2027-05-03",
  commit: "0".repeat(64),
  signature: "",
  ...more,
});
const act = (index: number, kind: Kind, writer = "", own?: OwnAct): Act => ({
  index,
  entry: entry(
    kind,
    kind === "requested" ? { office: "licensing-office", purpose: "appeal" } : undefined,
  ),
  leaf: String(index),
  writer,
  ...(own ? { own } : {}),
});
const released = (index: number, writer: string, request: number): Act =>
  act(index, "released", writer, {
    kind: "released",
    details: { v: 2, promise: "", request: String(request) },
  });
const refused = (index: number, writer: string, request: number): Act =>
  act(index, "refused", writer, {
    kind: "refused",
    details: {
      v: 2,
      code: "purpose",
      office: "licensing-office",
      purpose: "appeal",
      request: String(request),
    },
  });
const erased = (index: number, writer: string): Act =>
  act(index, "erased", writer, {
    kind: "erased",
    details: { v: 2, promise: "", because: "withdrawn" },
  });
const history = (...acts: Act[]): History => ({
  outcome: "complete",
  checkedAt: 0,
  unread: undefined,
  verdicts: new Map(),
  acts,
});
const kinds = (...acts: Act[]): string[] => tell(history(...acts), 2).map(({ kind }) => kind);

test("five entries of one opening are one act", () => {
  const acts = [
    act(0, "sealed"),
    act(1, "requested"),
    released(2, "a", 1),
    released(3, "b", 1),
    refused(4, "c", 1),
  ];
  const told = tell(history(...acts), 2);
  assert.deepEqual(
    told.map(({ kind }) => kind),
    ["sealed", "opened"],
  );
  const [, opening] = told;
  assert.ok(opening && isRequest(opening));
  assert.deepEqual([opening.gave, opening.refused.length], [["a", "b"], 1]);
});

test("what did not open is not said to have opened", () => {
  assert.deepEqual(kinds(act(1, "requested")), ["unanswered"]);
  assert.deepEqual(kinds(act(1, "requested"), refused(2, "a", 1)), ["refused"]);
  assert.deepEqual(kinds(act(1, "requested"), released(2, "a", 1)), ["part"]);
});

test("parts given for two requests open the photo together", () => {
  const acts = [act(1, "requested"), released(2, "a", 1), act(3, "requested"), released(4, "b", 3)];
  assert.deepEqual(kinds(...acts), ["opened", "opened"]);
});

test("erasures are one act of all trustees", () => {
  const told = tell(history(erased(1, "a"), erased(2, "b"), act(3, "closed")), 2);
  assert.deepEqual(
    told.map(({ kind }) => kind),
    ["withdrawn", "closed"],
  );
});

test("every code of a refusal has words", () => {
  const rooms = join(import.meta.dirname, "../../../../packages/habeas-trustee/src/habeas/trustee");
  const files = ["rules", "officer_rules", "quota_rules", "standing", "following", "releases"];
  const source = files.map((name) => readFileSync(join(rooms, `${name}.py`), "utf8")).join("");
  const codes = [...source.matchAll(/Refusal\(\s*"([a-z-]+)"/g)].map(([, code]) => code ?? "");
  assert.ok(codes.length > 30);
  // Those that only a broken portal brings about are told by their code.
  const plumbing = new Set([
    "not-a-request",
    "entry-signature",
    "commitment",
    "entry-differs",
    "log-signature",
    "another-log",
    "another-photo",
    "one-time-key",
  ]);
  const wordless = codes.filter((code) => !REFUSAL_CODES.en.includes(code) && !plumbing.has(code));
  assert.deepEqual(wordless, []);
});
