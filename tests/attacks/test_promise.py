"""The operator changes what was promised."""

import secrets

import pytest
from habeas.custody.reader import OneTimeKey

from habeas import protocol
from habeas.protocol import Promise, sealing
from habeas.protocol.client import TrusteeAnswerError, verify_acknowledgement
from tests.service.trustee.world import PHOTO, Ask, in_days


def changed(held, **fields):
    """The promise of *held* with other fields, made to look like the same photo."""
    held.promise = Promise.read({**held.promise.fields(), **fields})
    return held


WIDENED = {
    "widened_purpose": {"purposes": ["appeal", "applicant-copy", "decide-application"]},
    "widened_recipient": {"recipients": ["licensing-office", "police"]},
}


@pytest.mark.parametrize("fields", WIDENED.values(), ids=WIDENED)
def test_widened_promise_is_unknown_to_trustees(world, refused, fields):
    held = world.seal()
    changed(held, **fields)
    assert refused(world.open, held) == "unknown-photo"


def test_widened_purpose(world, refused):
    held = world.seal()
    ask = world.request(held, purpose="appeal")
    assert refused(world.ask, held, ask) == "purpose"


def test_widened_recipient(world, refused):
    held = world.seal()
    ask = world.request(held, office="police")
    assert refused(world.ask, held, ask) == "recipient"


def test_later_expiry(new_world, refused):
    world = new_world()
    last_day = in_days(0)
    held = world.seal(opens_until=last_day)
    original = held.promise
    changed(held, opens_until=last_day.replace(day=28).isoformat())
    if held.digest != original.digest():
        assert refused(world.open, held) == "unknown-photo"
    held.promise = original
    world.clock.move(days=1)
    with pytest.raises(Exception) as late:  # noqa: PT011 - swept or refused, by the minute
        world.open(held)
    assert getattr(late.value, "code", "") == "expired"


def test_old_shares_with_a_new_promise(world, refused):
    """A deposit that was made for one promise opens for no other, at no trustee."""
    held = world.prepare()
    for index in range(3):
        world.client(index).deposit(held.promise, index, held.deposits[index])
    wider = world.prepare(purposes=["appeal", "applicant-copy", "decide-application"])
    fields = {**wider.promise.fields(), "shares": list(held.promise.shares)}
    forged = Promise.read(fields)
    for index in range(3):
        code = refused(world.client(index).deposit, forged, index, held.deposits[index])
        assert code == "deposit"


def test_old_shares_under_a_new_promise_do_not_decrypt(world):
    """Even the right data key opens the ciphertext only under the terms of sealing."""
    key = secrets.token_bytes(32)
    terms = world.terms()
    wider = world.terms(purposes=["appeal"])
    ciphertext = sealing.encrypt(key, terms.digest(), PHOTO)
    with pytest.raises(sealing.OpeningError):
        sealing.decrypt(key, sealing.key_commitment(key), wider.digest(), ciphertext)


def test_swapped_trustee_key_at_sealing(world, refused):
    """The operator seals to a key of its own and names it as the trustee's."""
    seed = secrets.token_bytes(32)
    public = sealing.public_key(seed)
    held = world.prepare()
    fields = held.promise.fields()
    fields["trustees"]["keys"][0]["key"] = protocol.trustee_key_id(public)
    forged = Promise.read(fields)
    info = sealing.deposit_info(forged.digest(), bytes.fromhex(forged.trustees.keys[0].key), 0)
    share, track_key = bytes(33), bytes(32)
    deposit = sealing.seal_deposit(public, info, sealing.Deposit(share, track_key))
    assert refused(world.client().deposit, forged, 0, deposit) == "deposit"
    # Nor can the operator acknowledge in the trustee's name: the receipt would not verify.
    another = world.seal()
    for note in another.acknowledgements:
        with pytest.raises(TrusteeAnswerError):
            verify_acknowledgement(note, world.identities[0], forged, 0)


def test_share_of_another_photo(world, refused):
    """A deposit that holds a share of another photo is not acknowledged."""
    held, other = world.prepare(), world.prepare()
    stolen = world.wrap(held.promise, 0, bytes(32) + b"\x01", other.track_key)
    assert refused(world.client().deposit, held.promise, 0, stolen) == "deposit"


def test_deposit_of_another_index(world, refused):
    held = world.prepare()
    assert refused(world.client(0).deposit, held.promise, 1, held.deposits[1]) == "deposit"


def test_tampered_promise(world, refused):
    """Any change of any byte makes it another promise, which nobody holds a share of."""
    held = world.seal()
    ask = world.request(held)
    digest = bytearray(held.digest)
    digest[0] ^= 1
    code = refused(
        world.client().release, bytes(digest), ask.entry, ask.details, ask.salt, ask.proof
    )
    assert code == "unknown-photo"


def test_another_photo(world, refused):
    """A request that the log holds for one photo opens no other."""
    held, target = world.seal(), world.seal()
    ask = world.request(held)
    code = refused(
        world.client().release, target.digest, ask.entry, ask.details, ask.salt, ask.proof
    )
    assert code == "another-photo"


def test_request_that_names_another_photo(world, refused):
    """The entry commits to details about the target, under a tag of the operator's own photo."""
    held, target = world.seal(), world.seal()
    key = OneTimeKey()
    details = world.details(target, key)
    entry, salt, appended = world.write(
        held, protocol.Kind.REQUESTED, details,
        service="hunting-licence", office="licensing-office", purpose="decide-application",
    )  # fmt: skip
    ask = Ask(key, entry, details, salt, appended.proof, appended.index)
    assert refused(world.ask, target, ask) == "tag-foreign"


def test_request_for_recognition(world, refused):
    """There is no purpose for recognition: not in a promise, and not in a request."""
    with pytest.raises(protocol.MalformedError):
        world.terms(purposes=["face-recognition"])
    held = world.seal()
    ask = world.request(held)
    ask.details["purpose"] = "face-recognition"
    assert refused(world.ask, held, ask) == "purpose-unknown"
    codes = [entry.code for entry in world.settled() if entry.kind is protocol.Kind.REFUSED]
    assert "purpose-unknown" in codes
