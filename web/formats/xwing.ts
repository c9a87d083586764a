// X-Wing (draft-connolly-cfrg-xwing-kem), by @hpke/hybridkem-x-wing, on the browser's own X25519
// (RFC 7748; W3C Web Cryptography, section 33). The package's own is written with big integers,
// which take most of the time of sealing, and their time depends on their values. Where a browser
// has no X25519, the package's is used. Both give the same bytes; vectors hold both.
//
// Most of an encapsulation's time is hashing of what is public: the matrix of a key (FIPS 203,
// algorithm 13, lines 4 to 6) and the key itself. It can be done before there is a message.

import type { SenderContextParams } from "@hpke/core";
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

/** ML-KEM-768's part of a public key: coefficients, then the seed of the matrix. */
const COEFFICIENT_BYTES = 1152;
const SEED_BYTES = 32;
/** Rows and columns of the matrix. */
const SIDE = 3;

/** The package's own names for SHAKE128, which expands the matrix, and SHA3-256. */
interface Hashes {
  _xof: (seed: Uint8Array) => Uint8Array;
  _h: (message: Uint8Array) => Uint8Array;
}

/** Bytes as a text, to look something up by. */
const nameOf = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

interface Encapsulated {
  sharedSecret: ArrayBuffer;
  enc: ArrayBuffer;
}

/** X-Wing on the browser's own curve. */
export class Kem extends XWing {
  protected override _x25519 = new Curve(new HkdfSha256());
  /** What SHAKE128 and SHA3-256 give for keys that were prepared. */
  readonly #known = new Map<string, Uint8Array>();
  readonly #begun = new WeakMap<CryptoKey, Promise<Encapsulated>>();
  readonly #hashes: Hashes;

  constructor() {
    super();
    const hashes = this._m as unknown as Hashes;
    this.#hashes = { _xof: hashes._xof.bind(hashes), _h: hashes._h.bind(hashes) };
    hashes._xof = (seed) => this.#known.get(nameOf(seed)) ?? this.#hashes._xof(seed);
    hashes._h = (message) => this.#known.get(nameOf(message)) ?? this.#hashes._h(message);
  }

  /** Hashes what an encapsulation to this public key hashes of it; nothing here is secret. */
  prepare(publicKey: Uint8Array): void {
    const key = publicKey.slice(0, COEFFICIENT_BYTES + SEED_BYTES);
    if (this.#known.has(nameOf(key))) return;
    for (let row = 0; row < SIDE; row += 1) {
      for (let column = 0; column < SIDE; column += 1) {
        const seed = concat(key.subarray(COEFFICIENT_BYTES), Uint8Array.of(row, column));
        this.#known.set(nameOf(seed), this.#hashes._xof(seed).slice());
      }
    }
    this.#known.set(nameOf(key), this.#hashes._h(key).slice());
  }

  /** Encapsulates to a key now, for the one message that `encap` is asked for next. */
  begin(recipientPublicKey: CryptoKey): void {
    const begun = super.encap({ recipientPublicKey });
    // What fails is told to whoever asks.
    begun.catch(() => undefined);
    this.#begun.set(recipientPublicKey, begun);
  }

  override encap(params: SenderContextParams): Promise<Encapsulated> {
    const begun = this.#begun.get(params.recipientPublicKey);
    this.#begun.delete(params.recipientPublicKey);
    return begun ?? super.encap(params);
  }
}
