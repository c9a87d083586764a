// How an officer proves to be one: a key in software, or an authenticator.

export { type AuthenticatorAnswer, enrol, signWithAuthenticator } from "./authenticator.js";
export { type SoftwareKey, makeSoftwareKey, readSoftwareKey, unlock } from "./software.js";
