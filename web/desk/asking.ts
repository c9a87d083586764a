// From a case to a signed request: what the officer's client does before anything goes to the
// portal. Pure: keys, clock and signature are passed in.

import {
  type Assertion,
  type Bytes,
  type Credential,
  type Pointer,
  type PurposeName,
  type Request,
  type SealedPromise,
  detailsKey,
  fromHex,
  momentOf,
  readRequest,
  slot,
  tag,
  toBase64,
  toHex,
  verifyPointer,
} from "../formats/index.js";

/** What the portal says about the photo that a pointer names. None of it is believed unchecked. */
export interface SealedPhoto {
  readonly promise: SealedPromise;
  /** The number that the photo's next request must have. */
  readonly number: number;
}

/** What the officer asks for. */
export interface Wish {
  readonly purpose: PurposeName;
  readonly reason: string;
  /** X-Wing, 1,216 bytes; made for this request. */
  readonly oneTimeKey: Bytes;
}

/** A request that is ready to be signed, with what the custodian needs beside it. */
export interface Prepared {
  readonly request: Request;
  readonly tag: string;
  readonly slot: string;
  readonly details_key: string;
}

/** What is sent to the portal. */
export interface SignedRequest extends Prepared {
  readonly assertion: Assertion;
  readonly credential: Credential;
  readonly membership: unknown;
}

/**
 * The request for the photo of a case, which is number `nth` of the officer's day. The pointer
 * shows that the photo belongs to the case: another photo raises `does-not-open`, and nothing
 * is signed.
 */
export async function prepare(
  pointer: Pointer,
  { promise, number }: SealedPhoto,
  credential: Credential,
  nth: number,
  wish: Wish,
  now: Date,
): Promise<Prepared> {
  await verifyPointer(pointer, promise);
  const request = readRequest({
    v: 2,
    kind: "request",
    promise: pointer.promise,
    seal_id: pointer.seal_id,
    office: credential.office,
    credential: credential.id,
    purpose: wish.purpose,
    reason: wish.reason,
    one_time_key: toBase64(wish.oneTimeKey),
    number,
    nth,
    at: momentOf(now),
  });
  const stream = fromHex(pointer.stream_key);
  return {
    request,
    tag: await tag(stream, number),
    slot: await slot(fromHex(credential.slot_key), request.at.slice(0, 10), nth),
    details_key: toHex(await detailsKey(stream, number)),
  };
}
