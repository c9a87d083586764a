// Protocol 2, section 3: the circle, one signed document of who takes part and by which keys.
//
// A circle's signatures prove nothing to a stranger, whose circle is signed by itself too:
// only a pin counts. How circles follow each other is in `chain`.

import * as v from "valibot";

import { fromBase64, sha256, toHex, utf8 } from "./bytes.js";
import { decode, encode, read } from "./canonical.js";
import type { Policy } from "./checkpoint.js";
import { FormatError, causeOf } from "./errors.js";
import { Hex32, listOf, whole } from "./fields.js";
import { isPublicKey } from "./hpke.js";
import { openNote, split } from "./note.js";
import {
  Custodian,
  Delays,
  FurtherWitness,
  Identity,
  Log,
  Office,
  Quotas,
  Recorder,
} from "./parties.js";
import { MAX_TRUSTEES, type Terms } from "./terms.js";
import { type Verifier, verifierOf } from "./vkey.js";

/** So that its entry stays within 49,152 bytes. */
const LIMIT = 40_960;

const CircleFields = v.strictObject({
  v: v.literal(2),
  kind: v.literal("circle"),
  number: whole(1, 1_000_000),
  previous: v.optional(Hex32),
  k: whole(0),
  q: whole(0),
  r: whole(0),
  trustees: listOf(Identity, 2, MAX_TRUSTEES),
  witnesses: listOf(FurtherWitness, 0, MAX_TRUSTEES),
  custodian: Custodian,
  log: Log,
  hours: v.optional(Log),
  offices: listOf(Office, 0, 32),
  recorders: listOf(Recorder, 0, 256),
  quotas: Quotas,
  delays: Delays,
});

const CircleDocument = v.pipe(
  CircleFields,
  v.check(
    ({ number, previous }) => (number === 1) === (previous === undefined),
    "each circle but the first names the one before",
  ),
);

/** Who takes part, as it was signed. */
export type Circle = v.InferOutput<typeof CircleFields>;

const malformed = (cause: string) => new FormatError("malformed", cause);
const onlyOnce = (names: readonly string[]): boolean => new Set(names).size === names.length;

/** The names of all n that cosign: trustees, then further witnesses. */
const witnessNames = (circle: Circle): string[] => [
  ...circle.trustees.map(({ name }) => name),
  ...circle.witnesses.map(({ name }) => name),
];

/** Its logs: that of everything, and that of closed hours of recordings, where there is one. */
const logsOf = ({ log, hours }: Circle) => (hours ? [log, hours] : [log]);

const witnessKeys = (circle: Circle): string[] => [
  ...circle.trustees.map(({ witness_vkey }) => witness_vkey),
  ...circle.witnesses.map(({ vkey }) => vkey),
];

/** Raises unless each name and each key stands for one party, and is named by it. */
async function verifyKeys(circle: Circle): Promise<void> {
  const noteKeys = [
    ...circle.trustees.map(({ statement_vkey }) => statement_vkey),
    circle.custodian.vkey,
    ...circle.offices.map(({ root_vkey }) => root_vkey),
    ...new Set(circle.recorders.map(({ vkey }) => vkey)),
  ];
  const logs = logsOf(circle);
  const keys = await Promise.all([
    ...logs.flatMap(({ vkeys }) => vkeys).map((vkey) => verifierOf(vkey, "log")),
    ...noteKeys.map((vkey) => verifierOf(vkey, "note")),
    ...witnessKeys(circle).map((vkey) => verifierOf(vkey, "witness")),
  ]);
  const origins = logs.map(({ origin }) => origin);
  // One key has one use, whatever name it goes by; and since the id of a key is short enough
  // to be met on purpose, no two have a name in common either.
  const alone = [
    witnessNames(circle),
    circle.offices.map(({ office }) => office),
    circle.recorders.map(({ camera }) => camera),
    keys.map(({ key }) => toHex(key)),
    [...keys.map(({ name }) => name).filter((name) => !origins.includes(name)), ...origins],
  ];
  if (!alone.every(onlyOnce)) throw malformed("A name or a key stands twice in the circle.");
  if (!logs.every(({ origin, vkeys }) => vkeys.every((vkey) => vkey.startsWith(`${origin}+`)))) {
    throw malformed("A key of a log is not named by its origin.");
  }
  for (const { name, statement_vkey } of circle.trustees) {
    if (!statement_vkey.startsWith(`${name}/statements+`)) {
      throw malformed("A statement key is not named by its trustee.");
    }
  }
}

/** The circle that a note is about; none of its signatures is looked at. */
export async function circleOf(note: string): Promise<Circle> {
  let text: string;
  try {
    ({ text } = split(note));
  } catch (error) {
    throw malformed(`This is no signed note of a circle: ${causeOf(error)}`);
  }
  const circle = read(CircleDocument, decode(utf8(text.slice(0, -1)), LIMIT));
  await verifyKeys(circle);
  return circle;
}

/** Digest of a circle, hex: what promises name and pins compare. */
export const circleDigest = async (circle: Circle): Promise<string> =>
  toHex(await sha256(encode(circle)));

/** The statement key of a trustee, which signs its statements and entries. */
export const statementKey = ({ statement_vkey }: Identity): Promise<Verifier> =>
  verifierOf(statement_vkey, "note");

/** Names of those trustees whose statement key has signed a note; one bad signature refuses it. */
export async function signersOf(
  note: string,
  trustees: readonly Identity[],
): Promise<ReadonlySet<string>> {
  const verifiers = await Promise.all(trustees.map(statementKey));
  try {
    const { signatures } = await openNote(note, verifiers);
    const signed = new Set(signatures.map(({ name, id }) => `${name} ${id}`));
    const names = trustees
      .filter((_, at) => signed.has(`${verifiers[at]?.name ?? ""} ${verifiers[at]?.id ?? ""}`))
      .map(({ name }) => name);
    return new Set(names);
  } catch (error) {
    const cause = `The circle's signatures do not hold: ${causeOf(error)}`;
    throw new FormatError("circle-signatures", cause);
  }
}

/** Raises unless no k - 1 members of a circle can show two views of the log: r + q ≥ n + k. */
export function verifySafe(circle: Circle): void {
  const { k, q, r } = circle;
  const seats = circle.trustees.length;
  const n = seats + circle.witnesses.length;
  if (!(k >= 2 && k <= seats && q >= k && q <= n && r >= k && r <= n && r + q >= n + k)) {
    throw new FormatError("circle-unsafe", "The circle's quorums are not safe.");
  }
  if (!circle.offices.every(({ encryption_key }) => isPublicKey(fromBase64(encryption_key)))) {
    throw new FormatError("circle-unsafe", "The key of an office is none.");
  }
}

/**
 * The circle of a note: safe, and signed by all its own trustees. That makes it one that
 * those trustees agreed on, and no more: compare its digest, or a trustee's key, with a pin.
 */
export async function verifyCircle(note: string): Promise<Circle> {
  const circle = await circleOf(note);
  verifySafe(circle);
  const signed = await signersOf(note, circle.trustees);
  if (signed.size < circle.trustees.length) {
    throw new FormatError("circle-signatures", "Not all trustees have signed their circle.");
  }
  return circle;
}

async function policyOf(circle: Circle, quorum: number): Promise<Policy> {
  return {
    logs: await Promise.all(circle.log.vkeys.map((vkey) => verifierOf(vkey, "log"))),
    witnesses: await Promise.all(witnessKeys(circle).map((vkey) => verifierOf(vkey, "witness"))),
    quorum,
  };
}

/** Whoever acts asks for q of n cosignatures. */
export const actingPolicy = (circle: Circle): Promise<Policy> => policyOf(circle, circle.q);

/** Whoever reads asks for r of n cosignatures. */
export const readingPolicy = (circle: Circle): Promise<Policy> => policyOf(circle, circle.r);

/** Raises unless terms are made under a circle: its digest, log, trustees, k and offices. */
export async function verifyTerms(circle: Circle, terms: Terms): Promise<void> {
  if (terms.circle !== (await circleDigest(circle))) {
    throw malformed("The promise is made under another circle.");
  }
  const named = terms.trustees.keys.map(({ trustee }) => trustee).join(" ");
  const expected = circle.trustees.map(({ name }) => name).join(" ");
  if (named !== expected || terms.trustees.k !== circle.k) {
    throw malformed("The promise names other trustees than its circle.");
  }
  if (terms.origin !== circle.log.origin) {
    throw malformed("The promise names another log than its circle.");
  }
  const offices = new Set(circle.offices.map(({ office }) => office));
  if (!terms.recipients.every((name) => offices.has(name))) {
    throw malformed("The promise names an office that is not in its circle.");
  }
}
