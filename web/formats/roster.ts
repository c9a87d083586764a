// Protocol 2, section 5: officers' credentials, and the rosters that list them. The log shows
// of a roster only its size and root; that a credential is in it is shown to trustees alone.

import * as v from "valibot";

import { type Bytes, fromBase64, fromHex, same, toHex } from "./bytes.js";
import { encode, read } from "./canonical.js";
import { digest } from "./digest.js";
import { FormatError, causeOf } from "./errors.js";
import { Day, Hex32, Slug, Text, atMost, listOf, whole } from "./fields.js";
import { inclusionPath, leafHash, rootHash, verifyInclusion } from "./tree.js";

/** COSE algorithms (IANA): ECDSA with P-256 and SHA-256, and EdDSA with Ed25519. */
export const ES256 = -7;
export const EDDSA = -8;
const ALGORITHMS = {
  [ES256]: { name: "ECDSA", namedCurve: "P-256" },
  [EDDSA]: { name: "Ed25519" },
};

/** An officer's key, as the office certifies it. */
export const Credential = v.strictObject({
  v: v.literal(2),
  kind: v.literal("credential"),
  office: Slug,
  id: Hex32,
  algorithm: v.picklist([ES256, EDDSA]),
  public_key: v.pipe(v.string(), atMost(256)),
  type: v.picklist(["webauthn", "key", "software"]),
  slot_key: Hex32,
  label: Text,
  added: Day,
});

/** The set of an office's credentials, by its Merkle root. */
export const Roster = v.strictObject({
  v: v.literal(2),
  office: Slug,
  version: whole(1),
  previous: v.optional(Hex32),
  size: whole(0, 100_000),
  root: Hex32,
});

/** That a credential is in a roster: its index there, and the audit path, lowest first. */
export const Membership = v.strictObject({
  version: whole(1),
  index: whole(0),
  path: listOf(Hex32, 0, 17),
});

export type Credential = v.InferOutput<typeof Credential>;
export type Roster = v.InferOutput<typeof Roster>;
export type Membership = v.InferOutput<typeof Membership>;

/** H("credential", content), hex: of the SubjectPublicKeyInfo, or WebAuthn's raw id. */
export const credentialId = async (content: Bytes): Promise<string> =>
  toHex(await digest("credential", content));

/** The key of a credential, which has to be written in the canonical way. */
export async function publicKeyOf({ public_key, algorithm }: Credential): Promise<CryptoKey> {
  const spki = fromBase64(public_key);
  try {
    const how = ALGORITHMS[algorithm];
    const key = await crypto.subtle.importKey("spki", spki, how, true, ["verify"]);
    const again = new Uint8Array(await crypto.subtle.exportKey("spki", key));
    if (same(again, spki)) return key;
  } catch {
    // Said below.
  }
  throw new FormatError("malformed", "This is no public key of the credential's algorithm.");
}

/** A credential whose key is one and, but for WebAuthn, gives its id. */
export async function readCredential(document: unknown): Promise<Credential> {
  const credential = read(Credential, document);
  await publicKeyOf(credential);
  if (credential.type !== "webauthn") {
    const expected = await credentialId(fromBase64(credential.public_key));
    if (credential.id !== expected) {
      throw new FormatError("malformed", "The id of the credential is not that of its key.");
    }
  }
  return credential;
}

const leavesOf = (credentials: readonly Credential[]): Promise<Bytes[]> =>
  Promise.all(credentials.map((each) => leafHash(encode(each))));

function sorted(credentials: readonly Credential[]): Credential[] {
  const listed = [...credentials].sort((a, b) => (a.id < b.id ? -1 : 1));
  if (new Set(listed.map(({ id }) => id)).size !== listed.length) {
    throw new FormatError("malformed", "A credential stands twice.");
  }
  return listed;
}

/** Merkle root of credentials as rosters list them, hex. */
export const rosterRoot = async (credentials: readonly Credential[]): Promise<string> =>
  toHex(await rootHash(await leavesOf(sorted(credentials))));

/** The proof that a credential is among those that a roster lists. */
export async function membershipOf(
  roster: Roster,
  credentials: readonly Credential[],
  id: string,
): Promise<Membership> {
  const listed = sorted(credentials);
  const index = listed.findIndex((each) => each.id === id);
  if (index < 0) {
    throw new FormatError("officer-unknown", "The credential is not in the roster.");
  }
  const leaves = await leavesOf(listed);
  if (toHex(await rootHash(leaves)) !== roster.root) {
    throw new FormatError("malformed", "The roster lists other credentials.");
  }
  const path = await inclusionPath(index, leaves);
  return { version: roster.version, index, path: path.map(toHex) };
}

/** Raises unless a credential is in a roster. */
export async function verifyMembership(
  roster: Roster,
  credential: Credential,
  { version, index, path }: Membership,
): Promise<void> {
  try {
    if (version !== roster.version || credential.office !== roster.office) {
      throw new FormatError("tlog-proof", "The proof is of another roster.");
    }
    const leaf = await leafHash(encode(credential));
    await verifyInclusion(index, roster.size, leaf, path.map(fromHex), fromHex(roster.root));
  } catch (error) {
    const cause = `The credential is not in the office's roster: ${causeOf(error)}`;
    throw new FormatError("officer-unknown", cause);
  }
}
