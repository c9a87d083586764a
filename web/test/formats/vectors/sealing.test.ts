// Protocol 2, sealing and opening: what the published vectors hold is read, made and refused
// here as it is in Python. `vectors/protocol/README.md` says how each file is read.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fromBase64, fromHex, fromUtf8, toBase64, toHex, utf8 } from "../../../formats/bytes.js";
import { decode, encode } from "../../../formats/canonical.js";
import { openDeposit, openRelease } from "../../../formats/deposit.js";
import { digest } from "../../../formats/digest.js";
import { privateKeyOf } from "../../../formats/hpke.js";
import { writerId } from "../../../formats/keys.js";
import { type WrappedShare, openPhoto } from "../../../formats/opening.js";
import { decryptPhoto, encryptPhoto, keyCommitment } from "../../../formats/photo.js";
import { combine, split } from "../../../formats/shares.js";
import {
  closingTag,
  type NoticeAsked,
  detailsKey,
  noticeMac,
  readerMac,
  slot,
  streamKey,
  tag,
} from "../../../formats/stream.js";
import {
  caseHash,
  decodePromise,
  digestOf,
  readPromise,
  termsOf,
  trackHash,
  trusteeKeyId,
  withdrawHash,
} from "../../../formats/terms.js";
import { parseVkey } from "../../../formats/vkey.js";
import { type Bad, refusesAll, vectors } from "../../vectors.js";

interface Cases<Good, Read> {
  good: Good[];
  bad: Bad<Read>[];
}
type Document = Record<string, unknown>;

test("canonical", async () => {
  interface Good {
    document: Document;
    canonical: string;
    sha256: string;
  }
  const { good, bad } = vectors<Cases<Good, { base64: string }>>("canonical");
  for (const each of good) {
    assert.equal(fromUtf8(encode(each.document)), each.canonical);
    assert.deepEqual(decode(utf8(each.canonical)), each.document);
    assert.equal(toHex(await digestOf(each.document)), each.sha256);
  }
  await refusesAll(bad, ({ base64 }) => decode(fromBase64(base64)));
});

test("keys", async () => {
  const file = vectors<{
    digests: { label: string; content: string; digest: string }[];
    writers: { vkey: string; id: string }[];
    trustee_keys: { public_key: string; key_id: string }[];
  }>("keys");
  for (const each of file.digests) {
    assert.equal(toHex(await digest(each.label, fromHex(each.content))), each.digest);
  }
  for (const { vkey, id } of file.writers) {
    assert.equal(await writerId(parseVkey(vkey, "note").key), id);
  }
  for (const { public_key, key_id } of file.trustee_keys) {
    assert.equal(await trusteeKeyId(fromBase64(public_key)), key_id);
  }
});

test("streams", async () => {
  const file = vectors<{
    track_key: string;
    streams: {
      writer: number;
      key: string;
      tags: Record<string, string>;
      closing: string;
      details_keys: Record<string, string>;
      reader_macs: Record<string, string>;
      notices: { asked: NoticeAsked & { mac: string }; trustee: string; mac: string }[];
    }[];
    slot_key: string;
    slots: { day: string; nth: number; slot: string }[];
  }>("streams");
  for (const each of file.streams) {
    const key = await streamKey(fromHex(file.track_key), each.writer);
    assert.equal(toHex(key), each.key);
    for (const [number, expected] of Object.entries(each.tags)) {
      assert.equal(await tag(key, Number(number)), expected);
    }
    assert.equal(await closingTag(key), each.closing);
    for (const [number, expected] of Object.entries(each.details_keys)) {
      assert.equal(toHex(await detailsKey(key, Number(number))), expected);
    }
    for (const [name, mac] of Object.entries(each.reader_macs)) {
      assert.equal(await readerMac(key, name), mac);
    }
    for (const { asked, trustee, mac } of each.notices) {
      const { mac: _, ...wish } = asked;
      assert.equal(await noticeMac(key, trustee, wish), mac);
    }
  }
  for (const each of file.slots) {
    assert.equal(await slot(fromHex(file.slot_key), each.day, each.nth), each.slot);
  }
});

test("promise", async () => {
  const file = vectors<{
    terms: { document: Document; sha256: string };
    promise: { document: Document; canonical: string; sha256: string };
    secrets: Record<"reference" | "case_salt" | "track_key" | "withdraw_secret", string>;
    bad: Bad<{ document: Document }>[];
  }>("promise");
  const promise = decodePromise(utf8(file.promise.canonical));
  assert.equal(toHex(await digestOf(promise)), file.promise.sha256);
  assert.deepEqual(termsOf(promise), file.terms.document);
  assert.equal(toHex(await digestOf(termsOf(promise))), file.terms.sha256);
  const { secrets } = file;
  assert.equal(await trackHash(fromHex(secrets.track_key)), promise.track_hash);
  assert.equal(await withdrawHash(fromHex(secrets.withdraw_secret)), promise.withdraw_hash);
  assert.equal(await caseHash(secrets.reference, fromHex(secrets.case_salt)), promise.case);
  await refusesAll(file.bad, ({ document }) => readPromise(document));
});

test("shares", async () => {
  interface Good {
    secret: string;
    k: number;
    n: number;
    coefficients: string;
    shares: string[];
  }
  const { good, bad } = vectors<Cases<Good, { shares: string[] }>>("shares");
  for (const each of good) {
    const made = split(fromHex(each.secret), each.k, each.n, () => fromHex(each.coefficients));
    assert.deepEqual(made.map(toHex), each.shares);
    for (let begin = 0; begin + each.k <= each.n; begin += 1) {
      assert.equal(toHex(combine(made.slice(begin, begin + each.k))), each.secret);
    }
  }
  await refusesAll(bad, ({ shares }) => combine(shares.map(fromHex)));
});

test("photo", async () => {
  type Given = Record<"data_key" | "key_commitment" | "terms_digest" | "ciphertext", string>;
  const open = (each: Given) =>
    decryptPhoto(
      fromHex(each.data_key),
      fromHex(each.key_commitment),
      fromHex(each.terms_digest),
      fromHex(each.ciphertext),
    );
  const { good, bad } = vectors<Cases<Given & Record<"photo" | "sealed", string>, Given>>("photo");
  for (const each of good) {
    const [key, terms] = [fromHex(each.data_key), fromHex(each.terms_digest)];
    assert.equal(toHex(await keyCommitment(key)), each.key_commitment);
    assert.equal(toHex(await open(each)), each.photo);
    // A release before did not pad: that still opens, and nobody seals so any more.
    const sealed = toHex(await encryptPhoto(key, terms, fromHex(each.photo)));
    assert.equal(sealed === each.ciphertext, each.sealed === "padded");
  }
  await refusesAll(bad, open);
});

test("deposits and releases", async () => {
  type Given = Record<"seed" | "info" | "share_sha256", string>;
  const parts = async (each: Given) =>
    [await privateKeyOf(fromHex(each.seed)), fromHex(each.info)] as const;
  const deposits =
    vectors<
      Cases<
        Given & { deposit: string; share: string; track_key: string },
        Given & { deposit: string }
      >
    >("deposits");
  const opened = async (each: Given & { deposit: string }) => {
    const hash = fromHex(each.share_sha256);
    return openDeposit(...(await parts(each)), fromBase64(each.deposit), hash);
  };
  for (const each of deposits.good) {
    const { share, trackKey } = await opened(each);
    assert.deepEqual([toHex(share), toHex(trackKey)], [each.share, each.track_key]);
  }
  await refusesAll(deposits.bad, opened);
  const releases =
    vectors<Cases<Given & { release: string; share: string }, Given & { release: string }>>(
      "releases",
    );
  const released = async (each: Given & { release: string }) => {
    const hash = fromHex(each.share_sha256);
    return openRelease(...(await parts(each)), fromBase64(each.release), hash);
  };
  for (const each of releases.good) assert.equal(toHex(await released(each)), each.share);
  await refusesAll(releases.bad, released);
});

test("opening", async () => {
  interface Given {
    one_time_seed: string;
    promise: string;
    entry: string;
    shares: WrappedShare[];
    ciphertext: string;
  }
  const open = async (each: Given) => {
    const key = await privateKeyOf(fromHex(each.one_time_seed));
    const opening = { promise: decodePromise(utf8(each.promise)), entry: utf8(each.entry), key };
    return openPhoto(opening, each.shares, fromBase64(each.ciphertext));
  };
  const { good, bad } = vectors<Cases<Given & { photo: string; bad: string[] }, Given>>("opening");
  for (const each of good) {
    const { photo, bad: named } = await open(each);
    assert.equal(toBase64(photo), each.photo);
    assert.deepEqual(
      named.map(({ trustee }) => trustee),
      each.bad,
    );
  }
  await refusesAll(bad, open);
});
