// Protocol 2, section 2, Whose word counts: reading what stands on the log, whatever it is.
// A leaf that is no valid entry of a writer that may write it is foreign: to be counted and
// shown, and never obeyed.

import { verifyRelease } from "./app.js";
import { type Bytes, fromBase64 } from "./bytes.js";
import { read } from "./canonical.js";
import type { Chain } from "./chain.js";
import { circleOf, verifyCircle } from "./circle.js";
import { OPEN_DETAILS, type OpenDetails, type OpenKind } from "./details.js";
import { type Entry, type Kind, SHAPES, decodeEntry, unsigned } from "./entry.js";
import { FormatError } from "./errors.js";
import { type Writer, verifyEntrySignature, writersOf } from "./keys.js";
import { announcedKeyId, readStatement } from "./statements.js";

/** A leaf that counts as nothing, and why. */
export interface Foreign {
  readonly foreign: true;
  readonly code: string;
  readonly cause: string;
}

const writerError = (cause: string) => new FormatError("writer", cause);

/** What the bytes of a leaf say. It takes any bytes, and never raises. */
export async function readEntry(content: Bytes, chain: Chain): Promise<Entry | Foreign> {
  try {
    return await verifyEntry(content, chain);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return { foreign: true, code: error.code, cause: error.message };
  }
}

/** The entry that bytes hold, by a writer of the chain that may write it; raises otherwise. */
export async function verifyEntry(content: Bytes, chain: Chain): Promise<Entry> {
  const entry = await decodeEntry(content);
  if (!SHAPES[entry.kind].open) {
    await verifySigned(entry, writerIn(chain, entry));
    return entry;
  }
  const kind = entry.kind as OpenKind;
  const details = read(OPEN_DETAILS[kind], entry.details);
  const writer =
    "circle" in details ? await writerOfCircle(entry, details, chain) : writerIn(chain, entry);
  await verifySigned(entry, writer);
  verifyOwn(entry, details, writer);
  if ("size" in details && "hour" in details) verifyAnchored(details, chain);
  if ("statement" in details) await verifyKeyStatement(entry.kind, details, writer);
  if ("signatures" in details) await verifyRelease(details, chain);
  return entry;
}

/** Raises unless it is about a log of hours of the chain. */
function verifyAnchored({ origin }: OpenDetails<"anchored">, chain: Chain): void {
  if (!chain.links.some(({ circle }) => circle.hours?.origin === origin)) {
    throw writerError("No circle has a log of hours of this name.");
  }
}

function writerIn(chain: Chain, entry: Entry): Writer {
  const writer = chain.writers.get(entry.writer);
  if (!writer) throw writerError("The writer of the entry is not of the circle.");
  if (!SHAPES[entry.kind].roles.some((role) => role === writer.role)) {
    throw writerError(`A key of role ${writer.role} writes no entry of kind ${entry.kind}.`);
  }
  return writer;
}

/** The writer of a new circle, which may be one of its newcomers. */
async function writerOfCircle(
  entry: Entry,
  { circle: note }: OpenDetails<"circle">,
  chain: Chain,
): Promise<Writer> {
  await verifyCircle(note);
  await chain.extend(note, 0);
  const writers = await writersOf(await circleOf(note));
  const writer = writers.find(({ id, role }) => id === entry.writer && role === "trustee");
  if (!writer) throw writerError("A circle is put on the log by one of its own trustees.");
  return writer;
}

async function verifySigned(entry: Entry, writer: Writer): Promise<void> {
  if (!(await verifyEntrySignature(writer, unsigned(entry), fromBase64(entry.signature)))) {
    const cause = "The entry is not signed by the writer that it names.";
    throw new FormatError("tlog-signature", cause);
  }
}

/** Raises unless an institution speaks of itself. */
function verifyOwn(entry: Entry, details: OpenDetails<OpenKind>, writer: Writer): void {
  let own = true;
  if ("trustee" in details) own = details.trustee === writer.name;
  else if ("version" in details) {
    own = details.office === entry.office && details.office === writer.name;
  } else if ("lifted" in details) own = details.office === entry.office;
  else if ("act" in details) {
    own =
      details.act === "recorded" || "entry" in details
        ? writer.cameras.has(details.camera) && entry.office === undefined
        : writer.role === "custodian" && entry.office === details.office;
  }
  if (!own) throw writerError("The writer of the entry speaks in another's name.");
}

async function verifyKeyStatement(
  kind: Kind,
  details: OpenDetails<"key">,
  { name, verifier }: Writer,
): Promise<void> {
  let said: { month: string; key: string };
  if (kind === "key") {
    const announced = await readStatement(details.statement, name, [verifier], "key");
    said = { month: announced.month, key: await announcedKeyId(announced) };
  } else {
    said = await readStatement(details.statement, name, [verifier], "key-destroyed");
  }
  if (said.month !== details.month || said.key !== details.key) {
    throw writerError("The trustee's statement is about another key than the entry.");
  }
}
