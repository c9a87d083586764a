// The office's own files beside this client (docs/protocol/desk.md): which office this is, and
// what an officer needs, which opens with the officer's passphrase or authenticator alone.

import * as v from "valibot";

import { type SoftwareKey, readSoftwareKey } from "../credentials/index.js";
import {
  type Bytes,
  type Circle,
  type Credential,
  FormatError,
  fromBase64,
  type WrappedKey,
  personName,
  readCredential,
  readWrappedKey,
  verifyCircle,
} from "../formats/index.js";

import { word } from "./page.js";
import { Problem } from "./problem.js";

const About = v.object({
  v: v.literal(2),
  office: v.string(),
  name: v.record(v.string(), v.string()),
  portal: v.string(),
  circle: v.string(),
});
const Person = v.object({
  v: v.literal(2),
  credential: v.unknown(),
  membership: v.looseObject({}),
  office_key: v.unknown(),
  software_key: v.optional(v.unknown()),
});

/** This office, as its circle has it. */
export interface OwnOffice {
  readonly office: string;
  /** By language. */
  readonly name: Readonly<Record<string, string>>;
  readonly portal: string;
  readonly rpId: string;
  /** What is sealed to the office is sealed to this: X-Wing, 1,216 bytes. */
  readonly encryptionKey: Bytes;
}

/** What is published for one officer. */
export interface Person {
  readonly credential: Credential;
  readonly membership: unknown;
  readonly officeKey: WrappedKey;
  readonly softwareKey: SoftwareKey | undefined;
}

async function fetched(path: string): Promise<unknown> {
  const response = await fetch(path, { cache: "no-cache", credentials: "omit" });
  if (response.status === 404) return undefined;
  if (!response.ok) throw new Error(`${path}: ${String(response.status)}`);
  return response.json();
}

/** The office whose files these are, and its entry in the circle. */
export async function thisOffice(): Promise<OwnOffice> {
  const about = v.parse(About, await fetched("office.json"));
  const circle: Circle = await verifyCircle(about.circle);
  const found = circle.offices.find(({ office }) => office === about.office);
  if (!found) throw new FormatError("circle-unknown", "The circle has no such office.");
  const { office, name, portal } = about;
  const encryptionKey = fromBase64(found.encryption_key);
  return { office, name, portal: portal.replace(/\/$/, ""), rpId: found.rp_id, encryptionKey };
}

/** What ends the label of an officer's second key, an authenticator: one person has both. */
const SECOND_KEY = /-key$/;

/** How the portal knows the officer of this name (hex); raises where the list has none. */
export async function personFor(office: string, label: string): Promise<string> {
  const name = label.replace(SECOND_KEY, "");
  if (!(await findPerson(office, label)) && !(await findPerson(office, name))) {
    throw new Problem("officer-unknown", word("noSuchOfficer"), word("noSuchOfficerRemedy"));
  }
  return personName(office, name);
}

/** The officer of this name on the office's list; undefined where there is none. */
export async function findPerson(office: string, label: string): Promise<Person | undefined> {
  const document = await fetched(`people/${await personName(office, label)}.json`);
  if (document === undefined) return undefined;
  const person = v.parse(Person, document);
  const credential = await readCredential(person.credential);
  return {
    credential,
    membership: person.membership,
    officeKey: readWrappedKey(person.office_key),
    softwareKey:
      person.software_key === undefined ? undefined : readSoftwareKey(person.software_key),
  };
}
