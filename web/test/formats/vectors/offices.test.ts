// Protocol 2, officers' credentials and signatures, what only offices read: what the published vectors hold is read, made and refused
// here as it is in Python. `vectors/protocol/README.md` says how each file is read.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Bytes, fromBase64, fromHex, sha256, toHex } from "../../../formats/bytes.js";
import { privateKeyOf } from "../../../formats/hpke.js";
import {
  type WrappedKey,
  openAnswers,
  openPointer,
  readWrappedKey,
  unwrapKey,
  verifyPointer,
} from "../../../formats/office.js";
import { pad, unpad } from "../../../formats/padding.js";
import {
  type KeyAssertion,
  messageOf,
  readAssertion,
  readRequest,
  verifyKeyAssertion,
} from "../../../formats/request.js";
import {
  Membership,
  Roster,
  credentialId,
  membershipOf,
  readCredential,
  rosterRoot,
  verifyMembership,
} from "../../../formats/roster.js";
import { read } from "../../../formats/canonical.js";
import { digestOf, readPromise } from "../../../formats/terms.js";
import { type SignIn, signInMessage } from "../../../formats/signin.js";
import { type Bad, refusesAll, vectors } from "../../vectors.js";

interface Cases<Good, Read> {
  good: Good[];
  bad: Bad<Read>[];
}
type Document = Record<string, unknown>;

test("credentials", async () => {
  interface Given {
    credential: Document;
    roster: Document;
    membership: Document;
  }
  const file = vectors<
    Cases<Given, Given> & {
      rosters: { roster: Document; credentials: Document[]; digest: string }[];
    }
  >("credentials");
  for (const each of file.rosters) {
    const roster = read(Roster, each.roster);
    const listed = await Promise.all(each.credentials.map(readCredential));
    assert.equal(await rosterRoot(listed), roster.root);
    assert.equal(toHex(await digestOf(roster)), each.digest);
    for (const credential of listed) {
      const shown = await membershipOf(roster, listed, credential.id);
      await verifyMembership(roster, credential, shown);
    }
  }
  const verify = async (each: Given) => {
    const credential = await readCredential(each.credential);
    const membership = read(Membership, each.membership);
    await verifyMembership(read(Roster, each.roster), credential, membership);
  };
  for (const each of file.good) await verify(each);
  await refusesAll(file.bad, verify);
});

test("assertions: the message and its challenge, and signatures of keys", async () => {
  interface Given {
    request: Document;
    assertion: Document;
    credential: Document;
  }
  type Good = Given & { message_sha256: string };
  const { good, bad } = vectors<Cases<Good, Given>>("assertions");
  const verify = async (each: Given) => {
    const credential = await readCredential(each.credential);
    const assertion = readAssertion(each.assertion) as KeyAssertion;
    await verifyKeyAssertion(assertion, readRequest(each.request), credential);
  };
  const byKey = (each: Given) => each.assertion["type"] !== "webauthn";
  for (const each of good) {
    assert.equal(toHex(await sha256(messageOf(readRequest(each.request)))), each.message_sha256);
    if (byKey(each)) await verify(each);
    else readAssertion(each.assertion);
  }
  const { sign_in: signed } = vectors<{ sign_in: { sign_in: SignIn; message_sha256: string } }>(
    "assertions",
  );
  assert.equal(toHex(await sha256(signInMessage(signed.sign_in))), signed.message_sha256);
  // What an authenticator signs is for the trustees to verify; here it is only made.
  await refusesAll(bad.filter(byKey), verify);
});

test("office: pointers, answers, wrapped keys", async () => {
  interface Given {
    seed: string;
    reference: string;
    promise: Document;
    sealed: string;
  }
  type Wrapped = { wrapped: WrappedKey } & ({ passphrase: string } | { secret: string });
  const file = vectors<{
    pointer: Given & { document: Document };
    answers: Given & { document: Document };
    bad_pointers: Bad<Given>[];
    bad_answers: Bad<Given>[];
    padding: { bytes: number; padded: number }[];
    wrapped_keys: Cases<Wrapped & { seed: string }, Wrapped>;
  }>("office");
  const keyOf = (each: Given) => privateKeyOf(fromHex(each.seed));
  const pointer = async (each: Given) => {
    const opened = await openPointer(await keyOf(each), fromBase64(each.sealed), each.reference);
    await verifyPointer(opened, readPromise(each.promise));
    return opened;
  };
  assert.deepEqual(await pointer(file.pointer), file.pointer.document);
  await refusesAll(file.bad_pointers, pointer);
  const answers = async (each: Given) =>
    openAnswers(await keyOf(each), fromBase64(each.sealed), each.reference);
  assert.deepEqual(await answers(file.answers), file.answers.document);
  await refusesAll(file.bad_answers, answers);
  for (const { bytes, padded } of file.padding) {
    const content = new Uint8Array(bytes).fill(0x80);
    assert.equal(pad(content).length, padded);
    assert.deepEqual(unpad(pad(content)), content);
  }
  const unwrap = (each: Wrapped): Promise<Bytes> =>
    unwrapKey(
      readWrappedKey(each.wrapped),
      "passphrase" in each ? each.passphrase : fromHex(each.secret),
    );
  for (const each of file.wrapped_keys.good) assert.equal(toHex(await unwrap(each)), each.seed);
  await refusesAll(file.wrapped_keys.bad, unwrap);
});

test("ids of credentials are those of their keys", async () => {
  const { good } = vectors<Cases<{ credential: Document }, never>>("credentials");
  for (const { credential } of good) {
    const { type, id, public_key } = await readCredential(credential);
    if (type !== "webauthn") assert.equal(await credentialId(fromBase64(public_key)), id);
  }
});
