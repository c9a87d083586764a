// Formats, The app: the code that seals and opens, under the same custody as photos. A
// manifest names every file that browsers run; it is a release once k trustees vouch for it.

import * as v from "valibot";

import { type Bytes, toHex, utf8 } from "./bytes.js";
import { decode, encode, read } from "./canonical.js";
import type { Chain } from "./chain.js";
import { statementKey } from "./circle.js";
import { FormatError, causeOf } from "./errors.js";
import { Hex32, Note, atMost, listOf, whole } from "./fields.js";
import { split } from "./note.js";
import { Origin } from "./parties.js";
import { type Statement, STATEMENTS, readStatement } from "./statements.js";
import { MAX_TRUSTEES, digestOf } from "./terms.js";

const MAX_BYTES = 32_768;
const MAX_DETAILS_BYTES = 48_000;
const matching = (pattern: RegExp, length: number) =>
  v.pipe(v.string(), atMost(length), v.regex(pattern));

const PathName = matching(/^[A-Za-z0-9_][A-Za-z0-9_.-]*(\/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$/, 200);
export const HeaderName = matching(/^[a-z][a-z0-9-]*$/, 64);
const HeaderValue = matching(/^[\x20-\x7e]+$/, 2048);
/** Where a document stands under its origin. */
export const UrlPath = matching(/^\/[A-Za-z0-9_./-]*$/, 200);

const PartFields = v.strictObject({
  csp: HeaderValue,
  policies: v.record(PathName, HeaderValue),
  headers: v.record(HeaderName, HeaderValue),
  files: v.record(PathName, Hex32),
  data: v.record(PathName, Hex32),
  wasm: v.array(Hex32),
});

function agrees({ files, data, policies, wasm }: v.InferOutput<typeof PartFields>): boolean {
  const modules = Object.entries(files).filter(([path]) => path.endsWith(".wasm"));
  const hashes = [...new Set(modules.map(([, hash]) => hash))].sort();
  return (
    Object.keys(policies).every((path) => path in files) &&
    Object.keys(data).every((path) => !(path in files)) &&
    wasm.join(" ") === hashes.join(" ")
  );
}

const Part = v.pipe(PartFields, v.check(agrees, "a path is in no list, or in two"));

const Manifest = v.strictObject({
  v: v.literal(2),
  kind: v.literal("app"),
  number: whole(1, 1_000_000),
  version: matching(/^[0-9A-Za-z.+-]+$/, 64),
  source: v.optional(Hex32),
  circle: Hex32,
  portal: Part,
  desk: Part,
});
const AppOrigin = v.strictObject({
  origin: Origin,
  part: v.picklist(["portal", "desk"]),
  pages: v.record(UrlPath, PathName),
});

/** One release of the app, for one circle. */
export type AppManifest = v.InferOutput<typeof Manifest>;

/** A release, as an `app` entry has it. */
export const AppDetails = v.pipe(
  v.strictObject({
    v: v.literal(2),
    manifest: Manifest,
    origins: listOf(AppOrigin, 1, 64),
    signatures: listOf(Note, 0, MAX_TRUSTEES),
  }),
  v.check((details) => encode(details).length <= MAX_DETAILS_BYTES, "too long"),
  v.check(({ manifest }) => encode(manifest).length <= MAX_BYTES, "too long"),
);
export type AppRelease = v.InferOutput<typeof AppDetails>;

const signatureError = (cause: string) => new FormatError("app-signatures", cause);

/** The release that canonical bytes hold; `verifyRelease` says whether it is one. */
export const decodeRelease = (content: Bytes): AppRelease => read(AppDetails, decode(content));

/** Who vouches for a release, by what they did; sorted by name. */
export interface Vouched {
  /** Of the manifest, hex. */
  readonly digest: string;
  readonly rebuilt: readonly string[];
  readonly compared: readonly string[];
}

/** Raises unless k trustees of the manifest's circle vouch for it. */
export async function verifyRelease(
  { manifest, origins, signatures }: AppRelease,
  chain: Chain,
): Promise<Vouched> {
  const [circle] = ofChain(chain, manifest.circle);
  const digest = toHex(await digestOf(manifest));
  const words = new Map<string, string>();
  for (const note of signatures) {
    const said = await wordOf(note, manifest.circle, chain);
    if (said.manifest !== digest || said.source !== manifest.source) {
      throw signatureError(`${said.trustee} vouches for another manifest than this.`);
    }
    words.set(said.trustee, said.how);
  }
  if (words.size < circle.k) {
    throw signatureError(
      `${String(words.size)} trustees vouch for this manifest; it takes ${String(circle.k)}.`,
    );
  }
  verifyOrigins(origins, chain);
  const names = [...words.keys()].sort();
  return {
    digest,
    rebuilt: names.filter((name) => words.get(name) === "rebuilt"),
    compared: names.filter((name) => words.get(name) === "compared"),
  };
}

function ofChain(chain: Chain, circle: string) {
  try {
    return chain.since(circle);
  } catch {
    throw new FormatError("app-circle", "The manifest is made for another circle.");
  }
}

async function wordOf(
  note: string,
  circle: string,
  chain: Chain,
): Promise<Statement<"app-rebuilt">> {
  try {
    const { text } = split(note);
    const { trustee } = read(STATEMENTS["app-rebuilt"], decode(utf8(text.slice(0, -1))));
    const keys = await Promise.all(chain.seat(circle, trustee).map(statementKey));
    return await readStatement(note, trustee, keys, "app-rebuilt");
  } catch (error) {
    throw signatureError(`A trustee's word on this manifest does not hold: ${causeOf(error)}`);
  }
}

function verifyOrigins(origins: AppRelease["origins"], chain: Chain): void {
  const { custodian, offices, trustees } = chain.newest.circle;
  const portal = `portal ${new URL(custodian.portal).origin}`;
  const desks = offices.flatMap((office) => office.origins.map((each) => `desk ${each}`));
  const hosts = trustees.map(({ url }) => `portal ${new URL(url).origin}`);
  const named = origins.map(({ origin, part }) => `${part} ${origin}`);
  const allowed = new Set([portal, ...hosts, ...desks]);
  if (new Set(named).size !== named.length || !named.every((each) => allowed.has(each))) {
    throw new FormatError("app-origin", "The release names an address that is not the circle's.");
  }
  if (!named.includes(portal)) {
    throw new FormatError("app-origin", "The release does not name the circle's portal.");
  }
}
