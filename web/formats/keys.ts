// Protocol 2, sections 1 and 2: who writes an entry, by key, and signatures of entries.
//
// An entry is signed with the same Ed25519 key that signs its writer's notes; a label keeps
// the two apart. The key itself does not stand in the entry, only its id.

import { type Bytes, toHex } from "./bytes.js";
import type { Circle } from "./circle.js";
import { digest, labelled } from "./digest.js";
import { verifyEd25519 } from "./signatures.js";
import { type Verifier, verifierOf } from "./vkey.js";

export type Role = "custodian" | "trustee" | "office" | "recorder";

/** A key that may write entries, and whose it is. */
export interface Writer {
  readonly id: string;
  readonly role: Role;
  /** The trustee's name, the office's, or empty for the custodian and recorders. */
  readonly name: string;
  /** Those that a recorder's key writes for. */
  readonly cameras: ReadonlySet<string>;
  readonly verifier: Verifier;
}

/** H("writer", public key), hex: how an entry names its writer's key (32 bytes). */
export const writerId = async (publicKey: Bytes): Promise<string> =>
  toHex(await digest("writer", publicKey));

export async function writerOf(
  role: Role,
  name: string,
  vkey: string,
  cameras: readonly string[] = [],
): Promise<Writer> {
  const verifier = await verifierOf(vkey, "note");
  return { id: await writerId(verifier.key), role, name, cameras: new Set(cameras), verifier };
}

/** The keys that may write entries under a circle. */
export function writersOf(circle: Circle): Promise<Writer[]> {
  const recorders = new Map<string, string[]>();
  for (const { camera, vkey } of circle.recorders) {
    recorders.set(vkey, [...(recorders.get(vkey) ?? []), camera]);
  }
  return Promise.all([
    writerOf("custodian", "", circle.custodian.vkey),
    ...circle.trustees.map((each) => writerOf("trustee", each.name, each.statement_vkey)),
    ...circle.offices.map((each) => writerOf("office", each.office, each.root_vkey)),
    ...[...recorders].map(([vkey, cameras]) => writerOf("recorder", "", vkey, cameras)),
  ]);
}

/** Whether a signature is the writer's of a canonical entry without its field `signature`. */
export const verifyEntrySignature = (
  { verifier }: Writer,
  unsigned: Bytes,
  signature: Bytes,
): Promise<boolean> => verifyEd25519(verifier.key, signature, labelled("entry", unsigned));
