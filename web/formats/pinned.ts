// Protocol 2, section 3: what is asked of a circle before anything is sealed under it. Its digest is
// pinned, and says all that it says; `chain` looks at its signatures before anything is sealed.

import * as v from "valibot";

import { sha256, toHex, utf8 } from "./bytes.js";

const Custodian = v.object({ custodian: v.object({ portal: v.string() }) });

/** The portal's address in the circle that has this digest (hex); undefined for another one. */
export async function portalOf(note: string, digest: string): Promise<string | undefined> {
  // A circle is canonical JSON, which has no line's end in it; signatures follow.
  const [text = ""] = note.split("\n", 1);
  if (toHex(await sha256(utf8(text))) !== digest) return undefined;
  const found = v.safeParse(Custodian, JSON.parse(text));
  return found.success ? found.output.custodian.portal : undefined;
}
