// The formats of docs/protocol in the browser: the same bytes as habeas.protocol in Python.
// Both languages are held to the same vectors. Nothing here touches a page or the network.

export {
  type Bytes,
  concat,
  fromBase64,
  fromHex,
  fromUtf8,
  sha256,
  toBase64,
  toHex,
  utf8,
} from "./bytes.js";
export { decode, encode } from "./canonical.js";
export { depositInfo, releaseInfo, sealDeposit } from "./deposit.js";
export { FormatError, causeOf } from "./errors.js";
export { open as hpkeOpen, seal as hpkeSeal, oneTimeKey, privateKeyOf } from "./hpke.js";
export { type BadShare, type OpenedPhoto, leafHash, openPhoto } from "./opening.js";
export { decryptPhoto, encryptPhoto, keyCommitment } from "./photo.js";
export { readPromise, termsOf } from "./promise.js";
export { combine, secureRandom, split } from "./shares.js";
