// An officer's authenticator: WebAuthn Level 3, with the PRF extension.
//
// The challenge of a signature is the hash of what is signed (protocol, section 5), so that the
// authenticator signs one request and nothing else. PRF gives the secret that unwraps the
// office's private key. Credentials are discoverable: which one it is says the authenticator.

import {
  type Assertion,
  type Bytes,
  type Credential,
  FormatError,
  credentialId,
  sha256,
  toBase64,
} from "../formats/index.js";

/** COSE: ES256, which most authenticators do, then EdDSA. */
const ALGORITHMS = [-7, -8];
const PATIENCE_MS = 120_000;

const bytesOf = (buffer: BufferSource): Bytes =>
  buffer instanceof ArrayBuffer
    ? new Uint8Array(buffer)
    : new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);

const failed = (cause: string) => new FormatError("authenticator", cause);
const noPrf = () => failed("This authenticator cannot keep the office's key (PRF).");

function credentialOf(found: globalThis.Credential | null): PublicKeyCredential {
  if (!(found instanceof PublicKeyCredential)) throw failed("The authenticator gave nothing.");
  return found;
}

/** Asks the authenticator for a signature over a challenge, with its secret for a salt. */
async function assertionOf(
  challenge: Bytes,
  rpId: string,
  salt?: Bytes,
): Promise<{ rawId: Bytes; response: AuthenticatorAssertionResponse; secret: Bytes | undefined }> {
  const got = credentialOf(
    await navigator.credentials.get({
      publicKey: {
        challenge,
        rpId,
        userVerification: "required",
        timeout: PATIENCE_MS,
        ...(salt ? { extensions: { prf: { eval: { first: salt } } } } : {}),
      },
    }),
  );
  const { response } = got;
  if (!(response instanceof AuthenticatorAssertionResponse)) {
    throw failed("The authenticator signed nothing.");
  }
  const secret = got.getClientExtensionResults().prf?.results?.first;
  return {
    rawId: bytesOf(got.rawId),
    response,
    secret: secret ? bytesOf(secret) : undefined,
  };
}

/** A signature, and the secret that goes with a salt (PRF), where one was asked for. */
export interface AuthenticatorAnswer {
  readonly assertion: Assertion;
  readonly secret: Bytes | undefined;
}

/**
 * Signs a message with the officer's authenticator, at the office's own address: the challenge
 * is the message's SHA-256. With a salt of 32 bytes, gives its PRF secret by the same gesture.
 */
export async function signWithAuthenticator(
  message: Bytes,
  credential: Credential,
  rpId: string,
  salt?: Bytes,
): Promise<AuthenticatorAnswer> {
  const { rawId, response, secret } = await assertionOf(await sha256(message), rpId, salt);
  if ((await credentialId(rawId)) !== credential.id) {
    throw failed("This is the key of another officer.");
  }
  if (salt && !secret) throw noPrf();
  return {
    assertion: {
      type: "webauthn",
      authenticator_data: toBase64(bytesOf(response.authenticatorData)),
      client_data: toBase64(bytesOf(response.clientDataJSON)),
      signature: toBase64(bytesOf(response.signature)),
    },
    secret,
  };
}

/** Who takes an authenticator into use, with which office. */
export interface Enrolling {
  readonly rpId: string;
  readonly officeName: string;
  readonly label: string;
  /** 32 random bytes each: for the registration, and for the PRF. */
  readonly challenge: Bytes;
  readonly salt: Bytes;
  /** 16 random bytes; it names nobody. */
  readonly handle: Bytes;
}

/** A new key on an authenticator: what the office verifies, and the secret that stays here. */
export interface Enrolled {
  /** H("credential", raw id), as the roster will name it. */
  readonly id: string;
  readonly client_data: string;
  readonly authenticator_data: string;
  readonly secret: Bytes;
}

/** Makes a key on an authenticator, and asks it for its PRF secret: two gestures. */
export async function enrol(who: Enrolling): Promise<Enrolled> {
  const made = credentialOf(
    await navigator.credentials.create({
      publicKey: {
        rp: { id: who.rpId, name: who.officeName },
        user: { id: who.handle, name: who.label, displayName: who.label },
        challenge: who.challenge,
        pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: "public-key", alg })),
        authenticatorSelection: { residentKey: "required", userVerification: "required" },
        attestation: "none",
        timeout: PATIENCE_MS,
        extensions: { prf: {} },
      },
    }),
  );
  const { response } = made;
  if (!(response instanceof AuthenticatorAttestationResponse)) {
    throw failed("The authenticator made nothing.");
  }
  if (!made.getClientExtensionResults().prf?.enabled) throw noPrf();
  const { rawId, secret } = await assertionOf(await sha256(who.challenge), who.rpId, who.salt);
  const id = await credentialId(bytesOf(made.rawId));
  if (!secret || (await credentialId(rawId)) !== id) {
    throw failed("Another key than the new one has answered.");
  }
  return {
    id,
    client_data: toBase64(bytesOf(response.clientDataJSON)),
    authenticator_data: toBase64(bytesOf(response.getAuthenticatorData())),
    secret,
  };
}
