// Protocol 2, section 2: log entries, public, about acts and not about people. Which key may
// have written one is for `reading`.

import * as v from "valibot";

import { type Bytes, concat, fromHex, sha256, toHex } from "./bytes.js";
import { decode, encode, read } from "./canonical.js";
import { FormatError } from "./errors.js";
import { Day, Hex16, Hex32, Purpose, Signature64, Slug } from "./fields.js";
import type { Role } from "./keys.js";

const MAX_BYTES = 4096;
/** Of a `circle`, a `roster` and an `app`. */
const MAX_LARGE_BYTES = 49_152;

/** What an entry of one kind looks like, and who may write it. */
interface Shape {
  readonly roles: readonly Role[];
  /** Those that it must have, of service, office, purpose, code, tag and slot. */
  readonly fields: readonly string[];
  readonly optional: readonly string[];
  /** Details and salt stand in it. */
  readonly open: boolean;
  readonly limit: number;
}

const photo = (role: Role, fields: string, optional: readonly string[] = []): Shape => ({
  roles: [role],
  fields: fields.split(" "),
  optional,
  open: false,
  limit: MAX_BYTES,
});
const institution = (roles: readonly Role[], more: Partial<Shape> = {}): Shape => ({
  roles,
  fields: [],
  optional: [],
  open: true,
  limit: MAX_BYTES,
  ...more,
});

export const SHAPES = {
  sealed: photo("custodian", "service tag"),
  requested: photo("custodian", "service office purpose tag slot"),
  closed: photo("custodian", "service tag"),
  released: photo("trustee", "service office purpose tag"),
  refused: photo("trustee", "service office purpose code", ["tag"]),
  erased: photo("trustee", "service tag"),
  withdrawn: institution(["trustee", "custodian"]),
  key: institution(["trustee"]),
  "key-destroyed": institution(["trustee"]),
  circle: institution(["trustee"], { limit: MAX_LARGE_BYTES }),
  roster: institution(["office"], { fields: ["office"], limit: MAX_LARGE_BYTES }),
  suspended: institution(["trustee"], { fields: ["office"] }),
  paused: institution(["trustee"]),
  recovery: institution(["trustee"]),
  claimed: institution(["trustee"], { optional: ["tag"] }),
  camera: institution(["recorder"]),
  footage: institution(["recorder", "custodian"], { optional: ["office"] }),
  anchored: institution(["custodian"]),
  app: institution(["custodian"], { limit: MAX_LARGE_BYTES }),
  "app-seen": institution(["trustee"]),
  "app-differs": institution(["trustee"]),
} satisfies Record<string, Shape>;

/** The acts that leave a trace. */
export type Kind = keyof typeof SHAPES;
const KINDS = Object.keys(SHAPES) as Kind[];
const PLAIN = ["service", "office", "purpose", "code", "tag", "slot"] as const;

const EntryFields = v.strictObject({
  v: v.literal(2),
  kind: v.picklist(KINDS),
  writer: Hex32,
  service: v.optional(Slug),
  office: v.optional(Slug),
  purpose: v.optional(Purpose),
  code: v.optional(Slug),
  day: Day,
  tag: v.optional(Hex16),
  slot: v.optional(Hex16),
  commit: Hex32,
  details: v.optional(v.record(v.string(), v.unknown())),
  salt: v.optional(Hex32),
  signature: Signature64,
});

/** One line of the public log. */
export type Entry = v.InferOutput<typeof EntryFields>;

function hasItsFields(entry: Entry): boolean {
  const shape: Shape = SHAPES[entry.kind];
  const has = PLAIN.filter((name) => entry[name] !== undefined);
  const may = [...shape.fields, ...shape.optional];
  const open = [entry.details, entry.salt].every((each) => (each !== undefined) === shape.open);
  return (
    open &&
    has.every((name) => may.includes(name)) &&
    shape.fields.every((name) => has.some((each) => each === name))
  );
}

const EntryDocument = v.pipe(EntryFields, v.check(hasItsFields, "fields of another kind"));

/** SHA-256(salt ‖ canonical JSON of the details), hex. The salt is 32 random bytes. */
export const commitment = async (salt: Bytes, details: unknown): Promise<string> =>
  toHex(await sha256(concat(salt, encode(details))));

/** The entry that canonical bytes hold. Its signature is not looked at. */
export async function decodeEntry(content: Bytes): Promise<Entry> {
  const entry = read(EntryDocument, decode(content, MAX_LARGE_BYTES));
  if (content.length > SHAPES[entry.kind].limit) {
    throw new FormatError("malformed", `An entry of kind ${entry.kind} has too many bytes.`);
  }
  if (entry.details !== undefined && entry.salt !== undefined) {
    if ((await commitment(fromHex(entry.salt), entry.details)) !== entry.commit) {
      throw new FormatError("malformed", "The commitment does not fit the details.");
    }
  }
  return entry;
}

/** What a writer signs: the canonical entry without its signature. */
export function unsigned({ signature: _signature, ...rest }: Entry): Bytes {
  return encode(rest);
}

/** Raises unless an entry commits to exactly these details. */
export async function verifyCommitment(entry: Entry, salt: Bytes, details: unknown): Promise<void> {
  if (salt.length !== 32 || (await commitment(salt, details)) !== entry.commit) {
    throw new FormatError("commitment", "The log entry commits to other details than these.");
  }
}
