// C2SP signed-note: text that carries signatures, each named and keyed.
//
//     <text, ending in a newline>
//     <empty line>
//     — <key name> <base64(key id ‖ signature)>

import { type Bytes, fromBase64, toHex, utf8 } from "./bytes.js";
import { FormatError } from "./errors.js";
import { verifyEd25519 } from "./signatures.js";
import type { Verifier } from "./vkey.js";

const MAX_NOTE = 1_000_000;
const MAX_SIGNATURES = 100;
const LINE = /^— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/u;

export interface Signature {
  readonly name: string;
  /** 8 digits of hex. */
  readonly id: string;
  readonly value: Bytes;
}

export interface Note {
  readonly text: string;
  readonly signatures: readonly Signature[];
}

/** How one kind of key verifies: whether `value` is its signature of `text`. */
export type Verifies = (verifier: Verifier, text: string, value: Bytes) => Promise<boolean>;

const formatError = (cause: string) => new FormatError("tlog-format", cause);

function signatureOf(line: string): Signature {
  const [, name, blob] = LINE.exec(line) ?? [];
  if (!name || !blob) throw formatError("A signature line of the note is malformed.");
  let content: Bytes;
  try {
    content = fromBase64(blob);
  } catch {
    throw formatError("A signature line of the note is malformed.");
  }
  if (content.length < 5) throw formatError("A signature line of the note is malformed.");
  return { name, id: toHex(content.slice(0, 4)), value: content.slice(4) };
}

/** Text and signatures of a note, none of them verified. */
export function split(note: string): Note {
  if (note.length > MAX_NOTE) throw formatError("The note is too long.");
  // eslint-disable-next-line no-control-regex -- they are what is looked for
  if (/[\x00-\x09\x0b-\x1f\ufffd]/.test(note) || !note.isWellFormed()) {
    throw formatError("The note holds characters that it must not.");
  }
  const end = note.lastIndexOf("\n\n");
  if (end < 0 || !note.endsWith("\n") || end + 2 >= note.length) {
    throw formatError("The note carries no signatures.");
  }
  const lines = note.slice(end + 2, -1).split("\n");
  if (lines.length > MAX_SIGNATURES) throw formatError("The note carries too many signatures.");
  return { text: note.slice(0, end + 1), signatures: lines.map(signatureOf) };
}

/** A note's own kind of signature: Ed25519 over the text. */
export const byEd25519: Verifies = ({ key }, text, value) => verifyEd25519(key, value, utf8(text));

const keyOf = ({ name, id }: { name: string; id: string }): string => `${name} ${id}`;

/**
 * Verifies a note against known keys, and gives the signatures that hold.
 *
 * Signatures of unknown keys are ignored. One that claims a known key and fails refuses the
 * whole note, and so does a note that no known key has signed.
 */
export async function openNote(
  note: string,
  verifiers: readonly Verifier[],
  verifies: Verifies = byEd25519,
): Promise<Note> {
  const { text, signatures } = split(note);
  const known = new Map(verifiers.map((verifier) => [keyOf(verifier), verifier]));
  const verified = new Map<string, Signature>();
  for (const signature of signatures) {
    const verifier = known.get(keyOf(signature));
    // Repeated lines are ignored, as in the reference implementation.
    if (!verifier || verified.has(keyOf(signature))) continue;
    if (!(await verifies(verifier, text, signature.value))) {
      throw new FormatError("tlog-signature", `The signature of ${verifier.name} fails.`);
    }
    verified.set(keyOf(signature), signature);
  }
  if (verified.size === 0) {
    throw new FormatError("tlog-signature", "None of the known keys has signed the note.");
  }
  return { text, signatures: [...verified.values()] };
}
