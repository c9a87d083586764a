// C2SP tlog-checkpoint, tlog-cosignature and tlog-proof: that an entry is on a log, and that
// a quorum of witnesses has seen that log's tree.

import { type Bytes, concat, fromBase64, utf8 } from "./bytes.js";
import { FormatError } from "./errors.js";
import { type Verifies, byEd25519, openNote } from "./note.js";
import { verifyEd25519, verifyMldsa44 } from "./signatures.js";
import { leafHash, verifyInclusion } from "./tree.js";
import { ED25519, MLDSA44, type Verifier } from "./vkey.js";

const HEADER = "c2sp.org/tlog-proof@v1";
const MOST_HASHES = 63;
const TIME_BYTES = 8;
/** The last second of the year 9999: later times are none, whoever's clock it is. */
const LAST_SECOND = 253_402_300_799;

const formatError = (cause: string) => new FormatError("tlog-format", cause);

export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Bytes;
}

/** A checkpoint that its log has signed, with the time (POSIX seconds) its quorum stands for. */
export interface VerifiedCheckpoint extends Checkpoint {
  readonly time: number;
}

/** Whose word makes a checkpoint: the log's keys, and so many of these witnesses. */
export interface Policy {
  readonly logs: readonly Verifier[];
  readonly witnesses: readonly Verifier[];
  readonly quorum: number;
}

function decimal(text: string): number {
  const number = Number(text);
  if (!/^(0|[1-9]\d{0,18})$/.test(text) || !Number.isSafeInteger(number)) {
    throw formatError("This is no number as the formats write it.");
  }
  return number;
}

function hashOf(text: string): Bytes {
  try {
    const content = fromBase64(text);
    if (content.length === 32) return content;
  } catch {
    // Said below.
  }
  throw formatError("A hash has not 32 bytes.");
}

/** The checkpoint of a note's text. Extension lines are refused, as witnesses do. */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin, size, root, end, ...more] = text.split("\n");
  if (!origin || size === undefined || root === undefined || end !== "" || more.length > 0) {
    throw formatError("A checkpoint has three lines: origin, size and root.");
  }
  return { origin, size: decimal(size), root: hashOf(root) };
}

const timeOf = (value: Bytes): bigint =>
  new DataView(value.buffer, value.byteOffset).getBigUint64(0);

/** What an ML-DSA-44 cosignature signs: the tree as a subtree that begins at 0. */
function cosignedMessage(name: string, text: string, time: Bytes): Bytes {
  const { origin, size, root } = parseCheckpoint(text);
  const [cosigner, log] = [utf8(name), utf8(origin)];
  const bounds = new DataView(new ArrayBuffer(2 * TIME_BYTES));
  bounds.setBigUint64(TIME_BYTES, BigInt(size));
  return concat(
    utf8("subtree/v1\n\0"),
    Uint8Array.of(cosigner.length),
    cosigner,
    time,
    Uint8Array.of(log.length),
    log,
    new Uint8Array(bounds.buffer),
    root,
  );
}

/** A log's signature over the text; or a witness's over a time, which its value begins with. */
const byKind: Verifies = async (verifier, text, value) => {
  if (verifier.kind === ED25519) return byEd25519(verifier, text, value);
  if (value.length < TIME_BYTES || timeOf(value) >= 1n << 63n) return false;
  const [time, signature] = [value.slice(0, TIME_BYTES), value.slice(TIME_BYTES)];
  if (verifier.kind === MLDSA44) {
    return verifyMldsa44(verifier.key, signature, cosignedMessage(verifier.name, text, time));
  }
  const message = utf8(`cosignature/v1\ntime ${String(timeOf(value))}\n${text}`);
  return verifyEd25519(verifier.key, signature, message);
};

/** The checkpoint of a note, signed by its log and by a quorum of witnesses. */
export async function verifyCheckpoint(note: string, policy: Policy): Promise<VerifiedCheckpoint> {
  const { text, signatures } = await openNote(note, [...policy.logs, ...policy.witnesses], byKind);
  const signedBy = ({ name, id }: Verifier) =>
    signatures.find((each) => each.name === name && each.id === id);
  const checkpoint = parseCheckpoint(text);
  const logs = policy.logs.filter(signedBy);
  if (!logs.some(({ name }) => name === checkpoint.origin)) {
    throw new FormatError("tlog-signature", "No log of the policy has signed the checkpoint.");
  }
  // Keys of one type are alternatives; each type that the policy names has to sign.
  const kinds = new Set(logs.map(({ kind }) => kind));
  const named = policy.logs.filter(({ name }) => name === checkpoint.origin);
  if (!named.every(({ kind }) => kinds.has(kind))) {
    throw new FormatError(
      "tlog-signature",
      "A key of the log that the policy names has not signed.",
    );
  }
  const times = policy.witnesses
    .map((witness) => signedBy(witness))
    .filter((signature) => signature !== undefined)
    .map(({ value }) => Number(timeOf(value)))
    .filter((seconds) => seconds > 0 && seconds <= LAST_SECOND)
    .sort((a, b) => b - a);
  // As many as make the quorum had seen the tree by the latest of their times.
  const time = times[policy.quorum - 1];
  if (time === undefined) {
    throw new FormatError("tlog-quorum", "Too few witnesses have cosigned the checkpoint.");
  }
  return { ...checkpoint, time };
}

/** What a proof says; nothing of it is verified. */
export interface Proof {
  readonly index: number;
  readonly path: readonly Bytes[];
  readonly checkpoint: string;
}

/** A tlog-proof's text, taken apart. */
export function parseProof(text: string): Proof {
  const end = text.indexOf("\n\n");
  const [header, ...lines] = text.slice(0, Math.max(end, 0)).split("\n");
  if (end < 0 || header !== HEADER) throw formatError("This is no tlog-proof.");
  if (lines[0]?.startsWith("extra ")) lines.shift();
  const [index, ...path] = lines;
  if (!index?.startsWith("index ")) throw formatError("The proof lacks its index.");
  if (path.length > MOST_HASHES) throw formatError("The proof has too many hashes.");
  return {
    index: decimal(index.slice("index ".length)),
    path: path.map(hashOf),
    checkpoint: text.slice(end + 2),
  };
}

/** The checkpoint under which a proof shows that `entry` is on the log. */
export async function verifyProof(
  { index, path, checkpoint }: Proof,
  entry: Bytes,
  policy: Policy,
): Promise<VerifiedCheckpoint> {
  const verified = await verifyCheckpoint(checkpoint, policy);
  await verifyInclusion(index, verified.size, await leafHash(entry), path, verified.root);
  return verified;
}
