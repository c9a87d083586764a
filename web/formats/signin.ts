// docs/protocol/desk.md: an officer signs in to the portal with the credential of the office.
// It gives the portal no authority: what opens a photo is another signature, over the request.

import { type Bytes, toHex, utf8 } from "./bytes.js";
import { encode } from "./canonical.js";
import { digest, labelled } from "./digest.js";

/** What an officer signs to be let in. */
export interface SignIn {
  readonly v: 2;
  readonly kind: "sign-in";
  readonly office: string;
  /** Id of the officer's credential. */
  readonly credential: string;
  /** As the portal drew it, hex of 32 bytes. */
  readonly challenge: string;
  /** The portal's origin. */
  readonly portal: string;
}

/** What is signed: "habeas/v2/sign-in" ‖ 00 ‖ canonical document. */
export const signInMessage = (what: SignIn): Bytes => labelled("sign-in", encode(what));

/** The name of an officer's published file: H("person", office ‖ 00 ‖ label), hex. */
export const personName = async (office: string, label: string): Promise<string> =>
  toHex(await digest("person", utf8(office), new Uint8Array(1), utf8(label)));
