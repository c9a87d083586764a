// RFC 9180 HPKE, base mode, with X-Wing (draft-connolly-cfrg-xwing-kem), HKDF-SHA256 and
// AES-256-GCM: the same messages as habeas.protocol.sealing.hpke in Python.

import { Aes256Gcm, CipherSuite, HkdfSha256 } from "@hpke/core";

import { type Bytes, concat } from "./bytes.js";
import { FormatError } from "./errors.js";
import { Kem } from "./xwing.js";

/** The encapsulated X-Wing key in front of each message. */
const ENC_BYTES = 1120;
const PUBLIC_KEY_BYTES = 1216;
const SEED_BYTES = 32;
/** ML-KEM-768's part of a public key begins with 768 coefficients of 12 bits. */
const COEFFICIENT_BYTES = 1152;
const ML_KEM_PRIME = 3329;
const TAG_BYTES = 16;

const kem = new Kem();
const suite = new CipherSuite({ kem, kdf: new HkdfSha256(), aead: new Aes256Gcm() });

/** A private key as the library holds it; it never leaves the page as bytes. */
export type PrivateKey = CryptoKey;

export interface OneTimeKey {
  readonly privateKey: PrivateKey;
  /** 1,216 bytes. */
  readonly publicKey: Bytes;
}

/** An X-Wing key pair, for one request only. */
export async function oneTimeKey(): Promise<OneTimeKey> {
  const pair = await suite.kem.generateKeyPair();
  return {
    privateKey: pair.privateKey,
    publicKey: new Uint8Array(await suite.kem.serializePublicKey(pair.publicKey)),
  };
}

/** The private key of a seed of 32 bytes. */
export function privateKeyOf(seed: Bytes): Promise<PrivateKey> {
  if (seed.length !== SEED_BYTES) {
    throw new FormatError("key-format", "An X-Wing private key has 32 bytes.");
  }
  return suite.kem.importKey("raw", seed.slice().buffer, false);
}

/** Whether these bytes are an X-Wing public key: FIPS 203 section 7.2, modulus check. */
export function isPublicKey(content: Bytes): boolean {
  if (content.length !== PUBLIC_KEY_BYTES) return false;
  for (let at = 0; at < COEFFICIENT_BYTES; at += 3) {
    const middle = content[at + 1] ?? 0;
    const low = (content[at] ?? 0) | ((middle & 15) << 8);
    const high = (middle >> 4) | ((content[at + 2] ?? 0) << 4);
    if (low >= ML_KEM_PRIME || high >= ML_KEM_PRIME) return false;
  }
  return true;
}

/**
 * Does in advance what sealing to a raw X-Wing public key does with the key alone. What is no key
 * is left to `begin` to refuse.
 */
export function prepare(publicKey: Bytes): void {
  if (isPublicKey(publicKey)) kem.prepare(publicKey);
}

/** Gives the HPKE message (enc ‖ ciphertext) of a context and what it says. */
export type Message = (info: Bytes, plaintext: Bytes) => Promise<Bytes>;

/**
 * Begins a message to a raw X-Wing public key: its shared secret is on its way, while what the
 * message says is not known yet. A second message of one beginning has a secret of its own.
 */
export async function begin(publicKey: Bytes): Promise<Message> {
  if (!isPublicKey(publicKey)) {
    throw new FormatError("key-format", "This is no X-Wing public key.");
  }
  const recipientPublicKey = await suite.kem.deserializePublicKey(publicKey);
  kem.begin(recipientPublicKey);
  return async (info, plaintext) => {
    try {
      const { ct, enc } = await suite.seal({ recipientPublicKey, info }, plaintext);
      return concat(new Uint8Array(enc), new Uint8Array(ct));
    } catch {
      throw new FormatError("key-format", "This X-Wing public key cannot be encrypted to.");
    }
  };
}

/** HPKE message (enc ‖ ciphertext) to a raw X-Wing public key. */
export async function seal(publicKey: Bytes, info: Bytes, plaintext: Bytes): Promise<Bytes> {
  const message = await begin(publicKey);
  return message(info, plaintext);
}

/** The plaintext of a message, if it was made for this key and context. */
export async function open(recipientKey: PrivateKey, info: Bytes, sealed: Bytes): Promise<Bytes> {
  if (sealed.length < ENC_BYTES + TAG_BYTES) {
    throw new FormatError("does-not-open", "The sealed message is too short.");
  }
  try {
    const enc = sealed.slice(0, ENC_BYTES);
    const opened = await suite.open({ recipientKey, enc, info }, sealed.slice(ENC_BYTES));
    return new Uint8Array(opened);
  } catch {
    throw new FormatError("does-not-open", "The sealed message does not open.");
  }
}
