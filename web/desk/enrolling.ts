// An officer takes an authenticator into use. The office's key is wrapped for it here, because
// only somebody who can open that key may hand it on; the office puts the new key on its roster
// from the file that this makes (`habeas office roster admit`).

import { enrol } from "../credentials/index.js";
import { type WrappedKey, secureRandom, toHex, unwrapKey, wrapKey } from "../formats/index.js";
import type { OwnOffice, Person } from "./office.js";

/** What the office needs to admit an authenticator (docs/protocol/desk.md). */
export interface Enrolment {
  readonly v: 2;
  readonly kind: "enrolment";
  readonly office: string;
  readonly label: string;
  readonly challenge: string;
  readonly client_data: string;
  readonly authenticator_data: string;
  readonly office_key: WrappedKey;
}

/** Enrols an authenticator of an officer who has a key in software, beside that key. */
export async function enrolAuthenticator(
  { office, rpId, name }: OwnOffice,
  person: Person,
  passphrase: string,
): Promise<Enrolment> {
  const label = `${person.credential.label}-key`;
  const seed = await unwrapKey(person.officeKey, passphrase);
  const [challenge, salt, handle] = [secureRandom(32), secureRandom(32), secureRandom(16)];
  const made = await enrol({
    rpId,
    officeName: name["en"] ?? office,
    label,
    challenge,
    salt,
    handle,
  });
  const to = { office, credential: made.id, with: "prf" } as const;
  const office_key = await wrapKey(seed, made.secret, to, secureRandom, salt);
  seed.fill(0);
  made.secret.fill(0);
  return {
    v: 2,
    kind: "enrolment",
    office,
    label,
    challenge: toHex(challenge),
    client_data: made.client_data,
    authenticator_data: made.authenticator_data,
    office_key,
  };
}
