// What a custodian keeps of a sealed photo and gives to whoever names its `seal_id`: nothing of
// it is secret, and nothing is believed. Details are locked under keys of the receipt alone.

import * as v from "valibot";

import { type Bytes, fromBase64, fromUtf8, utf8 } from "./bytes.js";
import { decode, read } from "./canonical.js";
import { type Entry, decodeEntry, verifyCommitment } from "./entry.js";
import { FormatError } from "./errors.js";
import { KeyName, Note, atMost, whole } from "./fields.js";
import { CUSTODIAN, detailsKey, streamKey } from "./stream.js";
import { MAX_OPENINGS } from "./terms.js";

const NONCE_BYTES = 12;
const SALT_BYTES = 32;

const KeptLine = v.strictObject({
  entry: v.pipe(v.string(), atMost(4096)),
  /** In the custodian's stream; none for a closing. */
  number: v.optional(v.nullable(whole(0, MAX_OPENINGS))),
  /** Base64; of number 0 the salt alone, as it is; empty once they were forgotten. */
  locked: v.pipe(v.string(), atMost(16_384)),
  proof: v.optional(v.nullable(Note)),
});

const KeptPhoto = v.strictObject({
  circle: Note,
  promise: v.pipe(v.string(), atMost(65_536)),
  lines: v.pipe(v.array(KeptLine), v.maxLength(MAX_OPENINGS + 2)),
  /** Signed notes, by trustee. */
  acknowledgements: v.record(KeyName, v.pipe(v.string(), atMost(4096))),
});

export type KeptLine = v.InferOutput<typeof KeptLine>;
export type KeptPhoto = v.InferOutput<typeof KeptPhoto>;

export const readKeptPhoto = (document: unknown): KeptPhoto => read(KeptPhoto, document);

/** What one of the custodian's entries commits to. */
export interface Unlocked {
  readonly entry: Entry;
  readonly salt: Bytes;
  readonly details: Record<string, unknown>;
}

/** Entry, salt and details of a line; undefined where none are kept. Raises where they do not fit. */
export async function unlockLine(line: KeptLine, trackKey: Bytes): Promise<Unlocked | undefined> {
  if (line.locked === "" || !line.number) return undefined;
  const raw = await detailsKey(await streamKey(trackKey, CUSTODIAN), line.number);
  const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["decrypt"]);
  const locked = fromBase64(line.locked);
  const [iv, ciphertext] = [locked.slice(0, NONCE_BYTES), locked.slice(NONCE_BYTES)];
  const how = { name: "AES-GCM", iv, additionalData: utf8(line.entry) };
  let content: Bytes;
  try {
    content = new Uint8Array(await crypto.subtle.decrypt(how, key, ciphertext));
  } catch {
    throw new FormatError("malformed", "The kept details are not those of this entry.");
  }
  const entry = await decodeEntry(utf8(line.entry));
  const [salt, rest] = [content.slice(0, SALT_BYTES), content.slice(SALT_BYTES)];
  const details = decode(utf8(fromUtf8(rest)));
  await verifyCommitment(entry, salt, details);
  return { entry, salt, details };
}
