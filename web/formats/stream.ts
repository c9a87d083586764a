// Protocol 2, section 2, Streams: the tags by which those entitled find a photo's entries.
//
// Each writer numbers its own stream from 0 without gaps, under a key that is derived from
// the photo's track key: whoever has one stream's key can neither find nor foretell the tags
// of another.

import { type Bytes, concat, toHex, utf8 } from "./bytes.js";
import { encode } from "./canonical.js";
import { hmac, labelled } from "./digest.js";

/** Writer 0 is the custodian; writer i + 1 the trustee with share index i. */
export const CUSTODIAN = 0;
const TAG_BYTES = 16;

function u32(value: number): Bytes {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

function u64(value: number): Bytes {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}

const first16 = async (mac: Promise<Bytes>): Promise<string> =>
  toHex((await mac).slice(0, TAG_BYTES));

/** The key of a writer's stream; 32 bytes. */
export const streamKey = (trackKey: Bytes, writer: number): Promise<Bytes> =>
  hmac(trackKey, labelled("stream", Uint8Array.of(writer)));

/** The tag of entry `number` of a stream, hex of 16 bytes. */
export const tag = (key: Bytes, number: number): Promise<string> =>
  first16(hmac(key, labelled("tag", u64(number))));

/** The tag of a `closed` entry, hex of 16 bytes. */
export const closingTag = (key: Bytes): Promise<string> =>
  first16(hmac(key, utf8("habeas/v2/closing")));

/** The slot of an officer's request number `nth` of a day, hex of 16 bytes. */
export const slot = (slotKey: Bytes, day: string, nth: number): Promise<string> =>
  first16(hmac(slotKey, labelled("slot", concat(utf8(day), new Uint8Array(1), u32(nth)))));

/** The key under which the custodian keeps the details of one entry at rest; 32 bytes. */
export const detailsKey = (key: Bytes, number: number): Promise<Bytes> =>
  hmac(key, labelled("details", u64(number)));

/** Proof, for one trustee, of holding the key of its stream (section 9), hex of 32 bytes. */
export const readerMac = async (key: Bytes, trustee: string): Promise<string> =>
  toHex(await hmac(key, labelled("reader", utf8(trustee))));

/** What the holder of a receipt asks of a trustee that tells of its photo by mail. */
export interface NoticeAsked {
  readonly promise: string;
  readonly act: "look" | "tell" | "stop";
  readonly address?: string;
  readonly language?: string;
}

/** Proof, for one trustee, that the holder asks just this (*Notices*), hex of 32 bytes. */
export const noticeMac = async (key: Bytes, trustee: string, asked: NoticeAsked): Promise<string> =>
  toHex(await hmac(key, labelled("notice", encode({ ...asked, trustee }))));
