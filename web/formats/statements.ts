// Protocol 2: what trustees and the custodian sign for each other, as signed notes whose text
// is the canonical JSON of one of these documents and a newline.

import * as v from "valibot";

import { fromBase64, utf8 } from "./bytes.js";
import { decode, read } from "./canonical.js";
import { FormatError, causeOf } from "./errors.js";
import { Day, Hex32, KeyName, Month, Slug, XWingKey, whole } from "./fields.js";
import { openNote } from "./note.js";
import { MAX_TRUSTEES, type SealedPromise, digestOf, trusteeKeyId } from "./terms.js";
import type { Verifier } from "./vkey.js";
import { toHex } from "./bytes.js";

const because = v.picklist(["withdrawn", "expired", "orphaned", "claimed"]);
const statement = <Kind extends string, Fields extends v.ObjectEntries>(
  kind: Kind,
  fields: Fields,
) => v.strictObject({ v: v.literal(2), kind: v.literal(kind), ...fields });

/** Each kind of statement, by its name in the document. */
export const STATEMENTS = {
  key: statement("key", { trustee: KeyName, month: Month, public_key: XWingKey }),
  "key-destroyed": statement("key-destroyed", {
    trustee: KeyName,
    month: Month,
    key: Hex32,
    day: Day,
  }),
  order: statement("order", { promise: Hex32, day: Day }),
  acknowledged: statement("acknowledged", {
    trustee: KeyName,
    promise: Hex32,
    index: whole(0, MAX_TRUSTEES - 1),
    key: Hex32,
    circle: Hex32,
    day: Day,
  }),
  released: statement("released", { trustee: KeyName, promise: Hex32, request: Hex32, day: Day }),
  refused: statement("refused", { trustee: KeyName, request: Hex32, code: Slug, day: Day }),
  erased: statement("erased", { trustee: KeyName, promise: Hex32, because, day: Day }),
  "stream-end": statement("stream-end", {
    trustee: KeyName,
    promise: Hex32,
    nonce: Hex32,
    next: whole(0),
    owed: whole(0),
    closed: v.optional(whole(0)),
    held: v.boolean(),
    origin: KeyName,
    size: whole(0),
    root: Hex32,
    day: Day,
  }),
  "app-rebuilt": v.pipe(
    statement("app-rebuilt", {
      trustee: KeyName,
      manifest: Hex32,
      source: v.optional(Hex32),
      how: v.picklist(["rebuilt", "compared"]),
      day: Day,
    }),
    v.check(({ how, source }) => how !== "rebuilt" || source !== undefined, "without a source"),
  ),
};

export type StatementKind = keyof typeof STATEMENTS;
export type Statement<Kind extends StatementKind> = v.InferOutput<(typeof STATEMENTS)[Kind]>;

const statementError = (cause: string) => new FormatError("statement", cause);

/** The statement of a kind that a note is, signed by one of its signer's keys, in its own name. */
export async function readStatement<Kind extends StatementKind>(
  note: string,
  signer: string,
  verifiers: readonly Verifier[],
  kind: Kind,
): Promise<Statement<Kind>> {
  let said: Statement<Kind>;
  try {
    const { text } = await openNote(note, verifiers);
    said = read<(typeof STATEMENTS)[Kind]>(STATEMENTS[kind], decode(utf8(text.slice(0, -1))));
  } catch (error) {
    throw statementError(`What ${signer} is said to have signed does not hold: ${causeOf(error)}`);
  }
  if ("trustee" in said && said.trustee !== signer) {
    throw statementError(`${signer} signed a statement in another's name.`);
  }
  return said;
}

/** The acknowledgement of one share of this very promise, by the trustee of that index. */
export async function readAcknowledgement(
  note: string,
  verifiers: readonly Verifier[],
  promise: SealedPromise,
  index: number,
): Promise<Statement<"acknowledged">> {
  const key = promise.trustees.keys[index];
  if (!key) throw statementError("There is no share of this index.");
  const said = await readStatement(note, key.trustee, verifiers, "acknowledged");
  const digest = toHex(await digestOf(promise));
  if (
    said.promise !== digest ||
    said.index !== index ||
    said.key !== key.key ||
    said.circle !== promise.circle
  ) {
    throw statementError(`${key.trustee} acknowledged something else than this photo.`);
  }
  return said;
}

/** The id of the key that a key statement announces, as terms name it. */
export const announcedKeyId = ({ public_key }: Statement<"key">): Promise<string> =>
  trusteeKeyId(fromBase64(public_key));
