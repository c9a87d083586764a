"""Trustees, officers and thieves: shares, keys, quotas, ciphertexts, receipts."""

import itertools
import secrets
from concurrent.futures import ThreadPoolExecutor

import pytest

from habeas import tlog
from habeas.foundation.errors import HabeasError
from habeas.protocol import Entry, Kind, Receipt, sealing, stream
from habeas.protocol.client import TrusteeRefusedError
from habeas.protocol.document import base64_of
from habeas.protocol.opening import TooFewSharesError, WrappedShare, open_photo
from habeas.protocol.receipt import verify_parts
from tests.attacks.forger import share_of
from tests.service.trustee.test_service import told
from tests.world import PHOTO, Officer
from tests.world.world import OneTimeKey


def opened(held, shown, shares, ciphertext=None, seed=None):
    return open_photo(
        seed or shown.key.seed, held.promise, shown.entry, shares,
        held.sealed.ciphertext if ciphertext is None else ciphertext,
    )  # fmt: skip


def test_wrong_share_is_attributed(world):
    """A trustee releases rubbish: the reader names it, and opens with the others."""
    held = world.seal()
    shown = world.request(held)
    info = sealing.release_info(held.digest, tlog.leaf_hash(shown.entry), 0)
    key = sealing.public_key(shown.key.seed)
    rubbish = sealing.seal_release(key, info, bytes(32) + b"\x01")
    shares = [
        WrappedShare(world.names[0], 0, rubbish), world.show(held, shown, 1),
        world.show(held, shown, 2),
    ]  # fmt: skip
    found = opened(held, shown, shares)
    assert found.photo == PHOTO
    assert set(found.bad) == {world.names[0]}
    with pytest.raises(TooFewSharesError) as missing:
        opened(held, shown, shares[:2])
    assert set(missing.value.bad) == {world.names[0]}


def test_share_of_another_trustee_in_ones_own_name(world):
    held = world.seal()
    shown = world.request(held)
    share = world.show(held, shown, 1)
    disguised = WrappedShare(world.names[0], share.index, share.release)
    with pytest.raises(TooFewSharesError) as missing:
        opened(held, shown, [disguised, share])
    assert set(missing.value.bad) == {world.names[0]}


def test_k_minus_one_trustees_colluding(new_world):
    """One short of k, any data key is as likely as any other: shares say nothing."""
    world = new_world(n=4, k=3, q=3, r=4)
    held = world.seal()
    shares = [share_of(world, held, index).share for index in range(2)]
    noise = sealing.combine(shares)
    commitment = bytes.fromhex(held.promise.key_commitment)
    with pytest.raises(sealing.OpeningError):
        sealing.decrypt(noise, commitment, held.promise.terms().digest(), held.sealed.ciphertext)
    # For every possible byte of the secret there is a third share that yields it.
    results = {
        sealing.combine([*(s[:1] + s[-1:] for s in shares), bytes([third, 3])])
        for third in range(256)
    }
    assert len(results) == 256


def test_release_to_another_key_is_of_no_use(world):
    """What a trustee releases opens with the one-time key of that request alone."""
    held = world.seal()
    shown = world.request(held)
    share = world.show(held, shown)
    with pytest.raises(TooFewSharesError):
        opened(held, shown, [share], seed=OneTimeKey().seed)
    other = world.request(held)
    with pytest.raises(TooFewSharesError):
        opened(held, other, [share], seed=shown.key.seed)


def test_withdrawn_but_replayed(world, refused):
    """A request that was answered before the withdrawal is not answered after it."""
    held = world.seal()
    shown = world.request(held)
    assert world.open(held, shown) == PHOTO
    world.withdraw(held)
    for index in range(4):
        assert refused(world.show, held, shown, index) == "withdrawn"
        # Nor does sealing it again bring it back.
        assert refused(world.deposit, held, index) == "erased"


def test_erased_at_n_minus_k_plus_1_trustees(new_world, refused):
    """Three of four erasures leave fewer than k shares, whatever the last one does."""
    world = new_world()
    held = world.seal()
    world.followed()
    left = share_of(world, held, 0).share
    world.stop(world.names[0])
    world.withdraw(held, 1, 2, 3)
    shown = world.request(held)
    for index in (1, 2, 3):
        assert refused(world.show, held, shown, index) == "withdrawn"
        for file in (world.folder / world.names[index]).glob("trustee.db*"):
            assert held.sealed.deposits[index] not in file.read_bytes()
    for guess in (left[:-1], sealing.combine([left, bytes(32) + b"\x02"])):
        with pytest.raises(sealing.OpeningError):
            sealing.decrypt(
                guess, bytes.fromhex(held.promise.key_commitment),
                held.promise.terms().digest(), held.sealed.ciphertext,
            )  # fmt: skip


def test_double_use_of_a_one_time_key(world, refused):
    held, other = world.seal(), world.seal()
    key = OneTimeKey()
    world.show(held, world.request(held, key=key))
    for photo in (held, other):
        assert refused(world.show, photo, world.request(photo, key=key)) == "one-time-key"


def test_one_time_key_that_nothing_can_be_encrypted_to(world, refused):
    """An X25519 point of small order, behind a good ML-KEM key."""
    held = world.seal()
    weak = sealing.public_key(OneTimeKey().seed)[:-32] + bytes(32)
    shown = world.request(held, one_time_key=base64_of(weak))
    assert refused(world.show, held, shown) == "one-time-key"
    assert world.open(held) == PHOTO


QUOTAS = {"office": 500, "officer": 100, "purpose": 2000, "delay_after": 100, "delay_seconds": 900}


def with_quotas(new_world, **quotas):
    return new_world(circle={"quotas": {**QUOTAS, **quotas}})


def answered_until_refused(world, officers, limit=20):
    """How many requests are answered before the first refusal, and its code."""
    held = world.seal(openings_max=50, openings_a_day=50)
    for count in range(limit):
        shown = world.request(held, officer=next(officers))
        try:
            world.show(held, shown, count % 4)
        except TrusteeRefusedError as error:
            return count, error.code
    return limit, None


def hire(world, count):
    """More officers, on the office's roster."""
    more = [Officer(world.office.name, world.clock.today()) for _ in range(count)]
    world.office.officers += more
    world.publish_roster()
    return more


def test_bulk_requests_by_one_officer(new_world):
    world = with_quotas(new_world, officer=4)
    (other,) = hire(world, 1)
    assert answered_until_refused(world, itertools.repeat(world.officer)) == (4, "slot")
    assert answered_until_refused(world, itertools.repeat(other)) == (4, "slot")
    world.later(days=1)
    assert answered_until_refused(world, itertools.repeat(world.officer)) == (4, "slot")


def test_bulk_requests_by_many_officers_of_one_office(new_world):
    """Trustees are asked in turn, and count the same requests all the same."""
    world = with_quotas(new_world, officer=4, office=6)
    officers = itertools.cycle(hire(world, 4))
    assert answered_until_refused(world, officers) == (6, "quota-office")


def test_bulk_requests_for_one_purpose(new_world):
    world = with_quotas(new_world, purpose=3)
    assert answered_until_refused(world, itertools.repeat(world.officer)) == (3, "quota-purpose")


def test_many_requests_are_slowed_down(new_world, refused):
    """Above a part of the quota, a request waits on the public log before it is answered."""
    world = with_quotas(new_world, office=4, delay_after=50, delay_seconds=300)
    held = world.seal()
    shown = [world.request(held) for _ in range(3)]
    world.show(held, shown[0])
    world.show(held, shown[1])
    assert refused(world.show, held, shown[2]) == "quota-delay"
    world.settled()
    world.later(seconds=301)
    world.show(held, shown[2])


def test_a_repeated_request_counts_once(new_world):
    world = with_quotas(new_world, officer=1)
    held = world.seal()
    shown = world.request(held)
    first = [world.show(held, shown) for _ in range(3)]
    assert {share.index for share in first} == {0}
    assert answered_until_refused(world, itertools.repeat(world.officer)) == (0, "slot")


def test_a_colleagues_slot(world, refused):
    """An officer cannot ask in the place of another, and so spend another's quota."""
    held = world.seal()
    other = Officer(world.office.name, world.clock.today())
    foreign = stream.slot(
        bytes.fromhex(other.credential.slot_key), world.clock.today(), world.officer.nth("x")
    )
    assert refused(world.show, held, world.request(held, shown={"slot": foreign})) == "slot"


def test_tampered_ciphertext(world):
    held = world.seal()
    shown = world.request(held)
    shares = [world.show(held, shown, index) for index in range(2)]
    for place in (0, len(held.sealed.ciphertext) // 2, -1):
        tampered = bytearray(held.sealed.ciphertext)
        tampered[place] ^= 1
        with pytest.raises(sealing.OpeningError):
            opened(held, shown, shares, bytes(tampered))


def test_ciphertext_that_opens_to_two_pictures(world):
    """Another data key for the same ciphertext fails the promise's key commitment."""
    held = world.seal()
    with pytest.raises(sealing.OpeningError):
        sealing.decrypt(
            secrets.token_bytes(32), bytes.fromhex(held.promise.key_commitment),
            held.promise.terms().digest(), held.sealed.ciphertext,
        )  # fmt: skip


def flipped(text):
    """The same text with one hexadecimal digit changed."""
    return ("1" if text[0] == "0" else "0") + text[1:]


def test_tampered_receipt(world):
    held, other = world.seal(), world.seal()
    good = world.receipt(held)
    verify_parts(good)
    fields, others = good.fields(), world.receipt(other).fields()
    for name in ("reference", "case_salt", "promise", "track_key", "withdraw_secret", "entry",
                 "salt", "proof", "acknowledgements"):  # fmt: skip
        with pytest.raises(HabeasError):
            verify_parts(Receipt.read({**fields, name: others[name]}))
    for name in ("case_salt", "track_key", "withdraw_secret", "salt"):
        with pytest.raises(HabeasError):
            verify_parts(Receipt.read({**fields, name: flipped(fields[name])}))
    for count in (0, 1, 2, 3):
        shorter = {**fields, "acknowledgements": fields["acknowledgements"][:count]}
        with pytest.raises(HabeasError):
            verify_parts(Receipt.read(shorter))
    pending = {
        **fields, "acknowledgements": fields["acknowledgements"][:2], "pending": world.names[2:]
    }  # fmt: skip
    with pytest.raises(HabeasError):
        verify_parts(Receipt.read(pending))


def attempt(act, *arguments):
    try:
        return act(*arguments)
    except TrusteeRefusedError as error:
        return error.code


@pytest.mark.parametrize("withdrawal_first", [True, False])
def test_withdrawal_and_opening_in_order(world, withdrawal_first):
    held = world.seal()
    shown = world.request(held)
    secret = held.secrets.withdraw_secret
    acts = [lambda: attempt(world.client().withdraw, held.digest, secret),
            lambda: attempt(world.show, held, shown)]  # fmt: skip
    if withdrawal_first:
        acts[0]()
        assert acts[1]() == "withdrawn"
    else:
        assert isinstance(acts[1](), WrappedShare)
        acts[0]()
    assert attempt(world.show, held, shown) == "withdrawn"


def test_concurrent_withdrawal_and_opening(world):
    """Whatever the order: a release that happened is on the log before the erasure."""
    outcomes = set()
    with ThreadPoolExecutor(4) as pool:
        for turn in range(8):
            held = world.seal()
            shown = world.request(held)
            acts = [
                (world.client().withdraw, held.digest, held.secrets.withdraw_secret),
                (world.show, held, shown),
            ]
            futures = [pool.submit(attempt, *act) for act in (acts if turn % 2 else acts[::-1])]
            results = [future.result() for future in futures]
            released = any(isinstance(result, WrappedShare) for result in results)
            outcomes.add(released)
            world.settled()
            own = told(world, held).answer.own
            kinds = [Entry.decode(each.entry.encode()).kind for each in own]
            expected = [Kind.RELEASED, Kind.ERASED] if released else [Kind.ERASED]
            assert [kind for kind in kinds if kind is not Kind.REFUSED] == expected
            assert attempt(world.show, held, shown) == "withdrawn"
    assert outcomes


def test_concurrent_use_of_one_key(world):
    """Of two requests with one key that arrive together, exactly one is answered."""
    held = world.seal()
    key = OneTimeKey()
    shown = [world.request(held, key=key) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda each: attempt(world.show, held, each), shown))
    assert sum(isinstance(result, WrappedShare) for result in results) == 1
    assert results.count("one-time-key") == 3


def test_unlinkable_to_the_public_and_gapless_to_the_holder(new_world):
    """Two photos of one office on one day: nothing public tells whose entries are whose."""
    world = new_world()
    held, other = world.seal(), world.seal()
    for photo in (held, other, held):
        world.open(photo)
    entries = world.settled()
    tags = [entry.tag for entry in entries if entry.tag]
    commits = [entry.commit for entry in entries]
    slots = [entry.slot for entry in entries if entry.slot]
    for values in (tags, commits, slots):
        assert len(set(values)) == len(values)
    public = b"".join(entry.encode() for entry in entries)
    for photo in (held, other):
        secret = [photo.promise.seal_id, photo.digest.hex(), photo.promise.photo.sha256,
                  photo.reference, world.officer.credential.id, world.officer.credential.slot_key,
                  *photo.promise.shares]  # fmt: skip
        assert not any(value.encode() in public for value in secret)
    mine = {
        stream.tag(held.stream_key(writer), number): (writer, number)
        for writer in range(5) for number in range(8)
    }  # fmt: skip
    found = sorted(mine[tag] for tag in tags if tag in mine)
    assert found == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (2, 0), (2, 1)]
