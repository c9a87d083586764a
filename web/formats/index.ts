// The formats of docs/protocol in the browser: the same bytes as habeas.protocol in Python.
// Both languages are held to the same vectors. Nothing here touches a page or the network.

export {
  type AppManifest,
  type AppRelease,
  type Vouched,
  decodeRelease,
  verifyRelease,
} from "./app.js";
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
export { decode, encode, read } from "./canonical.js";
export {
  type CaseNote,
  type SignedNote,
  noteMessage,
  openNote,
  sealNote,
  verifyNote,
} from "./casenote.js";
export { Chain, type Pins } from "./chain.js";
export { type Circle, circleDigest, verifyCircle, verifyTerms } from "./circle.js";
export { depositInfo, openDeposit, openRelease, releaseInfo, sealDeposit } from "./deposit.js";
export { labelled } from "./digest.js";
export { FormatError, causeOf } from "./errors.js";
export { PURPOSES, type PurposeName } from "./fields.js";
export {
  begin as hpkeBegin,
  open as hpkeOpen,
  seal as hpkeSeal,
  oneTimeKey,
  privateKeyOf,
} from "./hpke.js";
export {
  type Pointer,
  type WrappedKey,
  openAnswers,
  openPointer,
  readWrappedKey,
  sealAnswers,
  sealPointer,
  unwrapKey,
  verifyPointer,
  wrapKey,
} from "./office.js";
export { type BadShare, type OpenedPhoto, type WrappedShare, openPhoto } from "./opening.js";
export { ITERATIONS, MOST_ITERATIONS, keyOfPassphrase } from "./passphrase.js";
export { decryptPhoto, encryptPhoto, keyCommitment } from "./photo.js";
export { type Foreign, readEntry } from "./reading.js";
export { type Receipt, type ReceiptParts, readReceipt, verifyReceipt } from "./receipt.js";
export {
  type Assertion,
  type Request,
  messageOf,
  momentOf,
  readAssertion,
  readRequest,
  signMessage,
  verifyKeyAssertion,
} from "./request.js";
export {
  type AppReference,
  type SealAnswer,
  type Sealed,
  type Wishes,
  assembleReceipt,
  buildTerms,
  custodianTags,
  drawSecrets,
  pointerOf,
  prepareSealing,
  readMonthKeys,
  sealPhoto,
} from "./seal.js";
export { type Credential, ES256, credentialId, membershipOf, readCredential } from "./roster.js";
export type { Secrets } from "./seed.js";
export { type SignIn, personName, signInMessage } from "./signin.js";
export { type Random, combine, secureRandom, split } from "./shares.js";
export { detailsKey, slot, streamKey, tag } from "./stream.js";
export { type SealedPromise, decodePromise, digestOf, readPromise, termsOf } from "./terms.js";
export { leafHash } from "./tree.js";
