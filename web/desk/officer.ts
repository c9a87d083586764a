// An officer at work: the unlocked office key, and the credential that signs. Both are held by
// this page alone, for as long as it is open.

import { signWithAuthenticator, unlock } from "../credentials/index.js";
import {
  type Assertion,
  type Bytes,
  type Credential,
  FormatError,
  fromHex,
  privateKeyOf,
  signInMessage,
  signMessage,
  slot,
  unwrapKey,
} from "../formats/index.js";
import type { OwnOffice, Person } from "./office.js";
import type { Portal } from "./portal.js";

/** Slots that are asked about at once; an officer's quota is rarely larger. */
const SLOTS = 200;

export interface Officer {
  readonly credential: Credential;
  readonly membership: unknown;
  /** Opens what is sealed to the office. */
  readonly officeKey: CryptoKey;
  readonly sign: (message: Bytes) => Promise<Assertion>;
}

interface OfficerAssertion {
  readonly assertion: Assertion;
  readonly officer: Officer;
}

async function bySoftware(
  person: Person,
  passphrase: string,
  message: Bytes,
): Promise<OfficerAssertion> {
  const { credential, membership, officeKey, softwareKey } = person;
  if (!softwareKey) throw new FormatError("malformed", "There is no key for this officer here.");
  const key = await unlock(softwareKey, passphrase);
  const seed = await unwrapKey(officeKey, passphrase);
  const sign = (each: Bytes) => signMessage(each, credential, key);
  const officer = { credential, membership, officeKey: await privateKeyOf(seed), sign };
  seed.fill(0);
  return { assertion: await sign(message), officer };
}

/** One gesture signs in, and unwraps the office's key. */
async function byAuthenticator(
  person: Person,
  rpId: string,
  message: Bytes,
): Promise<OfficerAssertion> {
  const { credential, membership, officeKey } = person;
  const salt = fromHex(officeKey.salt);
  const { assertion, secret } = await signWithAuthenticator(message, credential, rpId, salt);
  if (!secret) throw new FormatError("authenticator", "The authenticator gave no secret.");
  const seed = await unwrapKey(officeKey, secret);
  const sign = async (each: Bytes) =>
    (await signWithAuthenticator(each, credential, rpId)).assertion;
  const officer = { credential, membership, officeKey: await privateKeyOf(seed), sign };
  seed.fill(0);
  secret.fill(0);
  return { assertion, officer };
}

/** Unlocks an officer's keys and signs in to the portal. */
export async function signIn(
  portal: Portal,
  { office, rpId }: OwnOffice,
  person: Person,
  passphrase: string,
): Promise<Officer> {
  const { credential, membership } = person;
  const sign_in = {
    v: 2,
    kind: "sign-in",
    office,
    credential: credential.id,
    challenge: await portal.challenge(office),
    portal: portal.url,
  } as const;
  const message = signInMessage(sign_in);
  const { assertion, officer } =
    credential.type === "webauthn"
      ? await byAuthenticator(person, rpId, message)
      : await bySoftware(person, passphrase, message);
  await portal.signIn({ sign_in, assertion, credential, membership });
  return officer;
}

/** The officer's next number of a day (YYYY-MM-DD): the first whose slot is not on the log. */
export async function nextOfDay(
  portal: Portal,
  { slot_key }: Credential,
  day: string,
): Promise<number> {
  const key = fromHex(slot_key);
  const numbers = Array.from({ length: SLOTS }, (_, at) => at + 1);
  const slots = await Promise.all(numbers.map((nth) => slot(key, day, nth)));
  return (await portal.usedSlots(slots)) + 1;
}
