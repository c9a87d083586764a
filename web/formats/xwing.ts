// X-Wing (draft-connolly-cfrg-xwing-kem), by @hpke/hybridkem-x-wing, on the browser's own X25519
// (RFC 7748; W3C Web Cryptography, section 33). The package's own is written with big integers,
// which take most of the time of sealing, and their time depends on their values. Where a browser
// has no X25519, the package's is used. Both give the same bytes; vectors hold both.

import { HkdfSha256, X25519 } from "@hpke/dhkem-x25519";
import { XWing } from "@hpke/hybridkem-x-wing";

import { type Bytes, concat, fromHex } from "./bytes.js";

/** What stands before a private key's 32 bytes in PKCS #8 (RFC 8410, section 7). */
const PKCS8 = fromHex("302e020100300506032b656e04220420");
const NAME = "X25519";

/** What two keys of 32 bytes agree on; raises where a browser cannot, or the keys are refused. */
async function agreed(privateKey: Bytes, publicKey: Bytes): Promise<Bytes> {
  const [own, other] = await Promise.all([
    crypto.subtle.importKey("pkcs8", concat(PKCS8, privateKey), NAME, false, ["deriveBits"]),
    crypto.subtle.importKey("raw", publicKey, NAME, false, []),
  ]);
  const shared = await crypto.subtle.deriveBits({ name: NAME, public: other }, own, 256);
  return new Uint8Array(shared);
}

class Curve extends X25519 {
  override async derive(privateKey: Uint8Array, publicKey: Uint8Array): Promise<Uint8Array> {
    try {
      return await agreed(privateKey.slice(), publicKey.slice());
    } catch {
      // What this browser lacks, the package has; what keys are refused for, it refuses, too.
      return super.derive(privateKey, publicKey);
    }
  }
}

/** X-Wing on the browser's own curve. */
export class Kem extends XWing {
  protected override _x25519 = new Curve(new HkdfSha256());
}
