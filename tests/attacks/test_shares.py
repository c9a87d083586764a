"""Trustees, officers and thieves: shares, keys, quotas, ciphertexts, receipts."""

import base64
import dataclasses
import itertools
import secrets
from concurrent.futures import ThreadPoolExecutor

import pytest
from habeas.custody.reader import OneTimeKey, WrappedShare

from habeas import custody, protocol, tlog
from habeas.foundation.errors import HabeasError
from habeas.protocol import Kind, Receipt, sealing
from habeas.protocol.client import TrusteeRefusedError
from habeas.register import audit
from habeas.trustee.settings import Quotas
from tests.service.trustee.world import PHOTO


def deposit_opened_by(world, held, index):
    """What a trustee that turned against its rules can read."""
    trustee = world.trustees[world.names[index]]
    key = held.promise.trustees.keys[index]
    key_id = bytes.fromhex(key.key)
    info = sealing.deposit_info(held.digest, key_id, index)
    return trustee._months.open(
        key.month, key_id, info, held.deposits[index], bytes.fromhex(held.promise.shares[index])
    )


def test_wrong_share_is_attributed(world):
    """A trustee releases rubbish: the reader names it, and opens with the others."""
    held = world.seal()
    ask = world.request(held)
    info = sealing.release_info(held.digest, tlog.leaf_hash(ask.entry), 0)
    rubbish = sealing.seal_release(ask.key.public, info, bytes(32) + b"\x01")
    shares = [
        WrappedShare(world.names[0], 0, rubbish),
        world.ask(held, ask, 1),
        world.ask(held, ask, 2),
    ]
    opened = ask.key.open(held.promise.encode(), ask.entry, shares, held.ciphertext)
    assert opened.photo == PHOTO
    assert set(opened.bad) == {world.names[0]}
    with pytest.raises(custody.TooFewTrusteesError) as missing:
        ask.key.open(held.promise.encode(), ask.entry, shares[:2], held.ciphertext)
    assert world.names[0] in missing.value.cause


def test_share_of_another_trustee_in_ones_own_name(world):
    held = world.seal()
    ask = world.request(held)
    share = world.ask(held, ask, 1)
    disguised = dataclasses.replace(share, trustee=world.names[0])
    with pytest.raises(custody.TooFewTrusteesError) as missing:
        ask.key.open(held.promise.encode(), ask.entry, [disguised, share], held.ciphertext)
    assert missing.value.cause.count(world.names[0]) == 1


def test_k_minus_one_trustees_colluding(new_world):
    """One short of k, any data key is as likely as any other: shares say nothing."""
    world = new_world(n=3, k=3)
    held = world.seal()
    shares = [deposit_opened_by(world, held, index).share for index in range(2)]
    noise = sealing.combine(shares)
    commitment = bytes.fromhex(held.promise.key_commitment)
    with pytest.raises(sealing.OpeningError):
        sealing.decrypt(noise, commitment, held.promise.terms().digest(), held.ciphertext)
    # For every possible byte of the secret there is a third share that yields it.
    results = {
        sealing.combine([*(s[:1] + s[-1:] for s in shares), bytes([third, 3])])
        for third in range(256)
    }
    assert len(results) == 256


def test_release_to_another_key_is_of_no_use(world):
    """What a trustee releases opens with the one-time key of that request alone."""
    held = world.seal()
    ask = world.request(held)
    share = world.ask(held, ask)
    thief = OneTimeKey()
    with pytest.raises(custody.TooFewTrusteesError):
        thief.open(held.promise.encode(), ask.entry, [share], held.ciphertext)
    other = world.request(held)
    with pytest.raises(custody.TooFewTrusteesError):
        ask.key.open(held.promise.encode(), other.entry, [share], held.ciphertext)


def test_withdrawn_but_replayed(world, refused):
    """A request that was answered before the withdrawal is not answered after it."""
    held = world.seal()
    ask = world.request(held)
    assert world.open(held, ask) == PHOTO
    for client in world.circle.clients:
        client.withdraw(held.digest, held.withdraw_secret)
    for index in range(3):
        assert refused(world.ask, held, ask, index) == "withdrawn"
        # Nor does sealing it again bring it back.
        again = refused(world.client(index).deposit, held.promise, index, held.deposits[index])
        assert again == "erased"


def test_erased_at_n_minus_k_plus_1_trustees(world, refused):
    """Two of three erasures leave fewer than k shares, whatever the last one does."""
    held = world.seal()
    left = deposit_opened_by(world, held, 0).share
    for client in world.circle.clients[1:]:
        client.withdraw(held.digest, held.withdraw_secret)
    ask = world.request(held)
    for index in (1, 2):
        assert refused(world.ask, held, ask, index) == "withdrawn"
        database = world.folder / world.names[index] / "trustee.db"
        for file in database.parent.glob("trustee.db*"):
            assert held.deposits[index] not in file.read_bytes()
    for guess in (left[:-1], sealing.combine([left, bytes(32) + b"\x02"])):
        with pytest.raises(sealing.OpeningError):
            sealing.decrypt(
                guess, bytes.fromhex(held.promise.key_commitment),
                held.promise.terms().digest(), held.ciphertext,
            )  # fmt: skip


def test_double_use_of_a_one_time_key(world, refused):
    held, other = world.seal(), world.seal()
    key = OneTimeKey()
    world.ask(held, world.request(held, key=key))
    for photo in (held, other):
        assert refused(world.ask, photo, world.request(photo, key=key)) == "one-time-key"


def test_one_time_key_that_nothing_can_be_encrypted_to(world, refused):
    """An X25519 point of small order, behind a good ML-KEM key."""
    held = world.seal()
    weak = OneTimeKey().public[:-32] + bytes(32)
    ask = world.request(held, one_time_key=base64.b64encode(weak).decode())
    assert refused(world.ask, held, ask) == "one-time-key"
    assert world.open(held) == PHOTO


def opened_until_refused(world, held, officers, limit=20):
    """How many requests are answered before the first refusal, and its code."""
    for count in range(limit):
        ask = world.request(held, officer=next(officers))
        try:
            world.ask(held, ask)
        except TrusteeRefusedError as error:
            return count, error.code
    return limit, None


def test_bulk_requests_by_one_officer(new_world):
    world = new_world(quotas=Quotas(officer=4, delay_after=1.0).model_dump())
    held = world.seal()
    assert opened_until_refused(world, held, itertools.repeat("one")) == (4, "quota-officer")
    assert opened_until_refused(world, held, itertools.repeat("other")) == (4, "quota-officer")
    world.clock.move(days=1)
    assert opened_until_refused(world, held, itertools.repeat("one")) == (4, "quota-officer")


def test_bulk_requests_by_many_officers_of_one_office(new_world):
    """The names of officers are the operator's word; the office is in the promise."""
    world = new_world(quotas=Quotas(officer=4, office=6, delay_after=1.0).model_dump())
    held = world.seal()
    officers = (f"officer-{number}" for number in itertools.count())
    assert opened_until_refused(world, held, officers) == (6, "quota-office")


def test_bulk_requests_for_one_purpose(new_world):
    world = new_world(quotas=Quotas(purpose=3, delay_after=1.0).model_dump())
    held = world.seal()
    officers = (f"officer-{number}" for number in itertools.count())
    assert opened_until_refused(world, held, officers) == (3, "quota-purpose")


def test_many_requests_are_slowed_down(new_world, refused):
    """Above a part of the quota, a request waits on the public log before it is answered."""
    quotas = Quotas(officer=4, delay_after=0.5, delay_seconds=300)
    world = new_world(quotas=quotas.model_dump())
    held = world.seal()
    asks = [world.request(held) for _ in range(3)]
    world.ask(held, asks[0])
    world.ask(held, asks[1])
    assert refused(world.ask, held, asks[2]) == "quota-delay"
    world.clock.move(seconds=301)
    world.ask(held, asks[2])


def test_a_repeated_request_counts_once(new_world):
    world = new_world(quotas=Quotas(officer=1, delay_after=1.0).model_dump())
    held = world.seal()
    ask = world.request(held)
    first = [world.ask(held, ask) for _ in range(3)]
    assert {share.index for share in first} == {0}
    assert opened_until_refused(world, held, itertools.repeat("officer")) == (0, "quota-officer")


def test_tampered_ciphertext(world):
    held = world.seal()
    ask = world.request(held)
    shares = [world.ask(held, ask, index) for index in range(2)]
    for place in (0, len(held.ciphertext) // 2, -1):
        tampered = bytearray(held.ciphertext)
        tampered[place] ^= 1
        with pytest.raises(sealing.OpeningError):
            ask.key.open(held.promise.encode(), ask.entry, shares, bytes(tampered))


def test_ciphertext_that_opens_to_two_pictures(world):
    """Another data key for the same ciphertext fails the promise's key commitment."""
    held = world.seal()
    with pytest.raises(sealing.OpeningError):
        sealing.decrypt(
            secrets.token_bytes(32), bytes.fromhex(held.promise.key_commitment),
            held.promise.terms().digest(), held.ciphertext,
        )  # fmt: skip


def receipt_of(world, held):
    entry, salt, appended = held.sealed
    return Receipt(
        reference="ABC-123", portal="http://127.0.0.1:1", log=world.log_url,
        policy=world.policy, trustees=tuple(world.identities), promise=held.promise,
        track_key=held.track_key.hex(), withdraw_secret=held.withdraw_secret.hex(),
        entry=entry.decode(), salt=salt.hex(), proof=appended.proof,
        acknowledgements=tuple(held.acknowledgements),
    )  # fmt: skip


def flipped(text):
    """The same text with one hexadecimal digit changed."""
    return ("1" if text[0] == "0" else "0") + text[1:]


def test_tampered_receipt(world):
    held, other = world.seal(), world.seal()
    good = receipt_of(world, held)
    audit.verify_receipt(good)
    fields, others = good.fields(), receipt_of(world, other).fields()
    for name in ("promise", "track_key", "withdraw_secret", "entry", "salt", "proof",
                 "acknowledgements"):  # fmt: skip
        with pytest.raises(HabeasError):
            audit.verify_receipt(Receipt.read({**fields, name: others[name]}))
    for name in ("track_key", "withdraw_secret", "salt"):
        with pytest.raises(HabeasError):
            audit.verify_receipt(Receipt.read({**fields, name: flipped(fields[name])}))
    for count in (1, 2):
        shorter = Receipt.model_construct(**{**good.__dict__, "acknowledgements":
                                             good.acknowledgements[:count]})  # fmt: skip
        with pytest.raises(HabeasError):
            audit.verify_receipt(shorter)


def attempt(act, *arguments):
    try:
        return act(*arguments)
    except TrusteeRefusedError as error:
        return error.code


@pytest.mark.parametrize("withdrawal_first", [True, False])
def test_withdrawal_and_opening_in_order(world, withdrawal_first):
    held = world.seal()
    ask = world.request(held)
    acts = [lambda: attempt(world.client().withdraw, held.digest, held.withdraw_secret),
            lambda: attempt(world.ask, held, ask)]  # fmt: skip
    if withdrawal_first:
        acts[0]()
        assert acts[1]() == "withdrawn"
    else:
        assert isinstance(acts[1](), WrappedShare)
        acts[0]()
    assert attempt(world.ask, held, ask) == "withdrawn"


def test_concurrent_withdrawal_and_opening(world):
    """Whatever the order: a release that happened is on the log before the erasure."""
    outcomes = set()
    with ThreadPoolExecutor(4) as pool:
        for turn in range(12):
            held = world.seal()
            ask = world.request(held)
            acts = [
                (world.client().withdraw, held.digest, held.withdraw_secret),
                (world.ask, held, ask),
            ]
            futures = [pool.submit(attempt, *act) for act in (acts if turn % 2 else acts[::-1])]
            results = [future.result() for future in futures]
            released = any(isinstance(result, WrappedShare) for result in results)
            outcomes.add(released)
            world.settled()
            events = world.client().history(held.digest, held.track_key)
            kinds = [protocol.Entry.decode(event.entry).kind for event in events]
            expected = [Kind.RELEASED, Kind.ERASED] if released else [Kind.ERASED]
            assert [kind for kind in kinds if kind is not Kind.REFUSED] == expected
            assert attempt(world.ask, held, ask) == "withdrawn"
    assert outcomes


def test_concurrent_use_of_one_key(world):
    """Of two requests with one key that arrive together, exactly one is answered."""
    held = world.seal()
    key = OneTimeKey()
    asks = [world.request(held, key=key) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda ask: attempt(world.ask, held, ask), asks))
    assert sum(isinstance(result, WrappedShare) for result in results) == 1
    assert results.count("one-time-key") == 3


def test_unlinkable_to_the_public_and_gapless_to_the_holder(world):
    """Two photos of one office on one day: nothing public tells whose entries are whose."""
    held, other = world.seal(), world.seal()
    for photo in (held, other, held):
        world.open(photo)
    entries = world.settled()
    tags = [entry.tag for entry in entries if entry.tag]
    commits = [entry.commit for entry in entries]
    assert len(set(tags)) == len(tags)
    assert len(set(commits)) == len(commits)
    public = b"".join(entry.encode() for entry in entries)
    for photo in (held, other):
        secret = [photo.promise.seal_id, photo.digest.hex(), photo.promise.photo.sha256,
                  *photo.promise.shares]  # fmt: skip
        assert not any(value.encode() in public for value in secret)
    mine = {protocol.tag(held.track_key, s, c): (s, c) for s in range(4) for c in range(8)}
    found = sorted(mine[tag] for tag in tags if tag in mine)
    assert found == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (2, 0), (2, 1)]
