// Docs/protocol section 9, The app: the release that a promise names, looked up on the log; the
// same as habeas.register.released in Python. Trustees tell where it stands; the entries are taken
// from the log itself, and judged under the circles between the one that the app has pinned and
// the photo's. Nobody is believed, but whoever is asked may leave something out: so all are asked.

import * as v from "valibot";

import { type AppManifest, type Vouched, verifyRelease } from "../formats/app.js";
import { read } from "../formats/canonical.js";
import { Chain } from "../formats/chain.js";
import { circleDigest, circleOf } from "../formats/circle.js";
import { OPEN_DETAILS, type OpenDetails } from "../formats/details.js";
import { FormatError } from "../formats/errors.js";
import { whole } from "../formats/fields.js";
import { verifyEntry } from "../formats/reading.js";
import type { Receipt } from "../formats/receipt.js";
import { digestOf } from "../formats/terms.js";
import { toHex } from "../formats/bytes.js";
import { LogChangedError, type ProvenLog } from "./log.js";
import { SilentError } from "./net.js";
import type { Trustees } from "./trustees.js";

/** Circles before the photo's that are looked at: one a month for five years. */
const MOST_BEFORE = 60;
const MOST_PLACES = 64;

const Places = v.pipe(v.array(whole(0)), v.maxLength(MOST_PLACES));
const AppPlaces = v.strictObject({ entries: Places, differs: Places });

/** Where a trustee says that the log has a release, and what was found to differ from it. */
export type AppPlaces = v.InferOutput<typeof AppPlaces>;

export const readAppPlaces = (document: unknown): AppPlaces => read(AppPlaces, document);

/** What a trustee was served in place of a release. */
export interface Difference {
  readonly index: number;
  readonly day: string;
  readonly details: OpenDetails<"app-differs">;
}

/** The release that a promise names, as it stands on the log. */
export interface Named {
  readonly manifest: AppManifest;
  readonly vouched: Vouched;
  /** Of its first entry. */
  readonly index: number;
  readonly day: string;
  /** How many words it takes. */
  readonly k: number;
  readonly differences: readonly Difference[];
}

/** Why there is none, as a code. */
export interface Missing {
  readonly code: string;
}

export const isNamed = (app: Named | Missing | undefined): app is Named =>
  app !== undefined && "manifest" in app;

const missing = (code: string): Missing => ({ code });

function codeOf(error: unknown): string {
  if (error instanceof LogChangedError || error instanceof SilentError) return error.code;
  if (error instanceof FormatError) return error.code;
  throw error;
}

const sorted = (places: readonly (readonly number[])[]): number[] =>
  [...new Set(places.flat())].sort((a, b) => a - b);

/** Where each trustee says that the release stands; undefined where the promise names none. */
export async function askApp(
  receipt: Receipt,
  trustees: Trustees,
): Promise<readonly AppPlaces[] | undefined> {
  const { app } = receipt.promise;
  if (!app) return undefined;
  const answers = await trustees.askAll(`/v2/apps/${app.manifest}`);
  return answers.flatMap((answer) => {
    try {
      return [readAppPlaces(answer)];
    } catch (error) {
      if (error instanceof FormatError) return [];
      throw error;
    }
  });
}

/** What the entries so far say; `wrong` is why the first that is none does not count. */
interface FoundRelease {
  readonly origins: ReadonlySet<string>;
  readonly release?: Omit<Named, "differences">;
  readonly chain?: Chain;
  readonly wrong?: Missing;
}

/** The release, or why it is none. `index` is that of the receipt's `sealed` entry. */
export async function findApp(
  receipt: Receipt,
  index: number,
  told: readonly AppPlaces[] | undefined,
  trustees: Trustees,
  log: ProvenLog,
): Promise<Named | Missing | undefined> {
  const { app } = receipt.promise;
  if (!app || !told) return undefined;
  if (told.length === 0) return missing("app-unasked");
  let found: FoundRelease = { origins: new Set() };
  for (const place of sorted(told.map(({ entries }) => entries))) {
    try {
      found = await extended(found, place, index, receipt, trustees, log);
    } catch (error) {
      found = { ...found, wrong: found.wrong ?? missing(codeOf(error)) };
    }
  }
  const { release } = found;
  if (!release) return found.wrong ?? missing("app-unknown");
  if (release.index > index) return missing("app-late");
  if (!found.origins.has(app.origin)) return missing("app-origin");
  const places = sorted(told.map(({ differs }) => differs));
  return { ...release, differences: await differencesAt(places, app.manifest, trustees, log) };
}

/** What is known with one more entry; raises where it is no release that counts. */
async function extended(
  found: FoundRelease,
  place: number,
  index: number,
  receipt: Receipt,
  trustees: Trustees,
  log: ProvenLog,
): Promise<FoundRelease> {
  const content = await log.entry(place);
  const details = read(OPEN_DETAILS.app, detailsIn(content));
  if (toHex(await digestOf(details.manifest)) !== receipt.promise.app?.manifest) {
    throw new FormatError("app-unknown", "It is another release than the promise names.");
  }
  const { manifest, origins } = details;
  const chain = found.chain ?? (await reaching(receipt.circle, manifest.circle, trustees));
  const { day } = await verifyEntry(content, chain);
  const vouched = await verifyRelease(details, chain);
  const before = place < index ? origins.map(({ origin }) => origin) : [];
  const { k } = chain.since(manifest.circle)[0];
  // A release that is named again may have further words; it stands where it stood first.
  const first = found.release ?? { index: place, day };
  return {
    ...found,
    origins: new Set([...found.origins, ...before]),
    chain,
    release: { manifest, vouched, index: first.index, day: first.day, k },
  };
}

/** The details of an entry's bytes, whatever they are. */
function detailsIn(content: Uint8Array): unknown {
  try {
    return (JSON.parse(new TextDecoder().decode(content)) as { details?: unknown } | null)?.details;
  } catch {
    throw new FormatError("malformed", "It is no entry.");
  }
}

/** The circles from the one with that digest to that of `note`, each named by the next. */
async function reaching(note: string, digest: string, trustees: Trustees): Promise<Chain> {
  const notes = [note];
  let circle = await circleOf(note);
  while ((await circleDigest(circle)) !== digest) {
    const { previous } = circle;
    if (previous === undefined || notes.length > MOST_BEFORE) {
      throw new FormatError("app-circle", "The app's circle does not lead to the photo's.");
    }
    const before = await circleBefore(circle.number - 1, previous, trustees);
    notes.unshift(before);
    circle = await circleOf(before);
  }
  const [first = note, ...later] = notes;
  let chain = await Chain.start(first, 0);
  for (const each of later) chain = await chain.extend(each, 0);
  return chain;
}

/** The note of a circle, of whoever shows the one with that digest. */
async function circleBefore(number: number, digest: string, trustees: Trustees): Promise<string> {
  for (const note of await trustees.circles(number)) {
    try {
      if ((await circleDigest(await circleOf(note))) === digest) return note;
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
    }
  }
  throw new FormatError("app-circle", "No trustee shows the circle that leads to the app's.");
}

/** What trustees of the circles have said on the log that they were served instead. */
async function differencesAt(
  places: readonly number[],
  manifest: string,
  trustees: Trustees,
  log: ProvenLog,
): Promise<Difference[]> {
  const found: Difference[] = [];
  for (const index of places) {
    try {
      const entry = await verifyEntry(await log.entry(index), trustees.chain);
      if (entry.kind !== "app-differs") continue;
      const details = read(OPEN_DETAILS["app-differs"], entry.details);
      if (details.manifest === manifest) found.push({ index, day: entry.day, details });
    } catch (error) {
      codeOf(error); // what a trustee says in vain is no finding
    }
  }
  return found;
}
