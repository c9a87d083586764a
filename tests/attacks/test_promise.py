"""The operator changes what was promised."""

import secrets

import pytest

from habeas import protocol
from habeas.protocol import Kind, Promise, sealing, terms
from habeas.protocol.client import TrusteeAnswerError
from tests.attacks.forger import logged, with_
from tests.world import PHOTO, Held
from tests.world.world import OneTimeKey

WIDENED = {
    "purposes": ["appeal", "applicant-copy", "decide-application"],
    "recipients": ["licensing-office", "police"],
    "openings_max": 100,
    "openings_a_day": 20,
    "opens_until": None,
    "circle": "00" * 32,
}


def changed(held, **fields):
    """The same photo under a promise with other fields."""
    promise = Promise.read({**held.promise.fields(), **fields})
    sealed = type(held.sealed)(promise, held.sealed.ciphertext, held.sealed.deposits)
    return Held(sealed, held.secrets, held.circle, held.reference, number=held.number)


@pytest.mark.parametrize("field", WIDENED)
def test_widened_promise_is_unknown_to_trustees(world, refused, field):
    held = world.seal()
    value = WIDENED[field]
    if field == "opens_until":
        month = held.promise.opens_until[:8]
        value = month + ("27" if held.promise.opens_until.endswith("28") else "28")
    other = changed(held, **{field: value})
    assert refused(world.show, other, world.request(other)) == "unknown-photo"


def test_widened_purpose(world, refused):
    held = world.seal()
    assert refused(world.show, held, world.request(held, purpose="appeal")) == "purpose"


def test_widened_recipient(world, refused):
    held = world.seal()
    key = OneTimeKey()
    request = world.ask(held, key, office="police")
    assert refused(world.show, held, logged(world, held, request, key)) == "recipient"


def test_later_expiry(new_world, refused):
    world = new_world()
    held = world.seal(opens_until=world.clock().date())
    assert world.open(held) == PHOTO
    world.later(days=1)
    assert refused(world.open, held) == "expired"


def test_more_openings_than_were_promised(world, refused):
    held = world.seal(openings_max=2, openings_a_day=2)
    assert world.open(held) == PHOTO
    assert world.open(held, indexes=(2, 3)) == PHOTO
    shown = world.request(held)
    assert [refused(world.show, held, shown, index) for index in range(4)] == ["number"] * 4


def test_more_openings_in_a_day_than_were_promised(new_world, refused):
    """Every trustee counts the same requests, in the order of the log: k of n gain nothing."""
    world = new_world()
    held = world.seal(openings_max=4, openings_a_day=1)
    assert world.open(held) == PHOTO
    shown = world.request(held)
    answers = [refused(world.show, held, shown, index) for index in range(4)]
    assert answers == ["openings-a-day"] * 4
    world.later(days=1)
    assert world.open(held) == PHOTO


def test_old_shares_with_a_new_promise(world, refused):
    """A deposit that was made for one promise opens for no other, at no trustee."""
    held = world.seal()
    wider = world.prepare(purposes=("appeal", "decide-application"))
    forged = Promise.read({**wider.promise.fields(), "shares": list(held.promise.shares)})
    for index in range(4):
        code = refused(
            world.deposit, wider, index, promise=forged, order=world.order(forged),
            deposit=held.sealed.deposits[index],
        )  # fmt: skip
        assert code == "deposit"


def test_old_shares_under_a_new_promise_do_not_decrypt(world):
    """Even the right data key opens the ciphertext only under the terms of sealing."""
    held, other = world.prepare(), world.prepare(purposes=("appeal",))
    key = held.secrets.data_key
    commitment = bytes.fromhex(held.promise.key_commitment)
    digest = held.promise.terms().digest()
    assert sealing.decrypt(key, commitment, digest, held.sealed.ciphertext) == PHOTO
    wider = other.promise.terms().digest()
    with pytest.raises(sealing.OpeningError):
        sealing.decrypt(key, commitment, wider, held.sealed.ciphertext)


def test_swapped_trustee_key_at_sealing(world, refused):
    """The operator seals to a key of its own and names it as the trustee's."""
    seed = secrets.token_bytes(32)
    public = sealing.public_key(seed)
    held = world.prepare()
    fields = held.promise.fields()
    fields["trustees"]["keys"][0]["key"] = terms.trustee_key_id(public)
    forged = Promise.read(fields)
    info = sealing.deposit_info(forged.digest(), bytes.fromhex(forged.trustees.keys[0].key), 0)
    deposit = sealing.seal_deposit(public, info, sealing.Deposit(bytes(33), bytes(32)))
    order = world.order(forged)
    assert refused(world.deposit, held, 0, promise=forged, deposit=deposit, order=order) == (
        "deposit"
    )
    # Nor can the operator acknowledge in the trustee's name: the receipt would not verify.
    another = world.seal()
    with pytest.raises(TrusteeAnswerError):
        world.client().verify_acknowledgement(another.acknowledgements[world.names[0]], forged, 0)


def test_share_of_another_photo(world, refused):
    """A deposit that holds a share of another photo is not acknowledged."""
    held = world.prepare()
    key = world.client().key(held.promise.opens_until[:7])
    info = sealing.deposit_info(held.digest, bytes.fromhex(key.key_id()), 0)
    stolen = sealing.Deposit(bytes(32) + b"\x01", held.track_key)
    deposit = sealing.seal_deposit(key.key(), info, stolen)
    assert refused(world.deposit, held, 0, deposit=deposit) == "deposit"


def test_deposit_of_another_index(world, refused):
    held = world.prepare()
    code = refused(
        world.client(0).deposit, held.promise, 1, held.sealed.deposits[1], world.order(held.promise)
    )
    assert code == "deposit"


def test_tampered_promise(world, refused):
    """Any change of any byte makes it another promise, which nobody holds a share of."""
    held = world.seal()
    shown = world.request(held)
    digest = bytearray(held.digest)
    digest[0] ^= 1
    assert refused(world.show, held, with_(shown, promise=digest.hex())) == "unknown-photo"


def test_another_photo(world, refused):
    """A request that the log holds for one photo opens no other."""
    held, target = world.seal(), world.seal()
    shown = with_(world.request(held), promise=target.digest.hex())
    assert refused(world.show, target, shown) == "another-photo"


def test_request_that_names_another_photo(world, refused):
    """The entry commits to a request for the target, under a tag of the operator's own photo."""
    held, target = world.seal(), world.seal()
    key = OneTimeKey()
    request = world.ask(target, key)
    shown = logged(world, held, request, key)
    shown = with_(shown, promise=target.digest.hex())
    assert refused(world.show, target, shown) == "tag-foreign"


def test_request_for_recognition(world, refused):
    """There is no purpose for recognition: not in a promise, not on the log, not in a request."""
    with pytest.raises(protocol.MalformedError):
        world.prepare(purposes=("face-recognition",))
    held = world.seal()
    shown = world.request(held)
    asked = {**shown.body["request"], "purpose": "face-recognition"}
    body = {**shown.body, "request": asked}
    answer = world.client()._wire._http.post("/v2/releases", json=body)
    assert answer.status_code == 403
    assert answer.json()["code"] == "purpose-unknown"
    assert answer.json()["statement"]
    entry = shown.body["entry"].replace("decide-application", "face-recognition")
    index = world.log.append(entry.encode()).index
    assert world.entries()[index - 1].kind is Kind.REQUESTED
    world.followed()
    assert isinstance(
        protocol.read_entry(next(iter(world.log.entries(index, index + 1))), world.chain),
        protocol.Foreign,
    )
    assert world.open(held, shown) == PHOTO
