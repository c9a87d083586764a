"""The custodian's part where a device has sealed: opaque bytes, taken once, kept on its word."""

from __future__ import annotations

from dataclasses import replace

import pytest

from habeas.custody import Deposited, OtherTermsError, SealingError
from habeas.custody.depositing import KEEPING_SECONDS
from habeas.custody.ports import PhotoState
from habeas.foundation.errors import HabeasError
from habeas.protocol import Entry, MalformedError, Receipt, seal, statements, verify_circle
from habeas.protocol.seal import Sealed, Secrets, Wishes
from tests.unit.parties import PHOTO
from tests.unit.protocol import world

SALT = world.random("salt of a device's photo")


class Device:
    """An applicant's device: it has pinned the sample circle, and draws its own secrets."""

    def __init__(self, custodian, wishes: Wishes = world.WISHES, random=None) -> None:
        self.custodian, self.wishes = custodian, wishes
        offer = custodian.custody.offer(world.MONTH)
        self.note = offer.circles[-1]
        circle = verify_circle(self.note)
        keys = [
            statements.read_statement(note, seat.name, [seat.verifier()], statements.KeyStatement)
            for seat, note in zip(circle.trustees, offer.keys, strict=True)
        ]
        random = random or world.stream_of("a device's secrets")
        self.secrets = Secrets.draw(random)
        terms = seal.build_terms(circle, keys, wishes, self.secrets)
        self.sealed = seal.seal(PHOTO, terms, keys, self.secrets, random)
        tags = seal.custodian_tags(self.secrets.track_key, wishes.openings_max)
        self.photo = Deposited(self.sealed, tags.sealed, tags.closed)
        self.seal_id = self.sealed.promise.seal_id

    def send(self) -> Receipt:
        taken = self.custodian.custody.take(self.photo, self.wishes, SALT)
        return seal.assemble_receipt(
            self.sealed.promise, self.wishes.reference, self.secrets, self.note,
            Entry.decode(taken.entry.encode()), SALT, taken.proof, taken.acknowledgements,
        )  # fmt: skip

    def keep(self) -> None:
        with self.custodian.custody.keeping(self.seal_id):
            pass

    def state(self) -> PhotoState:
        found = self.custodian.ledger.photo(self.seal_id)
        assert found is not None
        return PhotoState(found.state)


@pytest.fixture
def device(custodian):
    return Device(custodian)


def test_a_photo_sealed_on_a_device_opens_as_any_other(custodian, device):
    receipt = device.send()
    assert device.state() is PhotoState.PENDING
    device.keep()
    assert device.state() is PhotoState.SEALED
    assert receipt.promise.sealed_by == "browser"
    assert custodian.open(receipt) == PHOTO


def test_sending_again_is_harmless_and_gives_the_same(custodian, device):
    first = device.send()
    assert device.send() == first
    assert custodian.log.kinds() == ["sealed"]
    assert len(custodian.ledger.tables.photos) == 1


def test_a_line_that_breaks_before_the_log_is_taken_up_again(custodian, device):
    custodian.log.down = True
    with pytest.raises(SealingError):
        device.send()
    with pytest.raises(SealingError, match="not sealed"):
        device.keep()
    custodian.log.down = False
    device.send()
    device.keep()


def test_what_nobody_keeps_is_closed_a_day_later_and_no_sooner(custodian, device):
    device.send()
    custodian.later(seconds=KEEPING_SECONDS - 3600)
    custodian.custody.sweep()
    assert device.state() is PhotoState.PENDING
    custodian.later(hours=2, seconds=1)
    custodian.custody.sweep()
    assert device.state() is PhotoState.ORPHANED
    for again in (device.send, device.keep):
        with pytest.raises(SealingError, match="given up"):
            again()
    assert custodian.log.kinds() == ["sealed", "closed"]


def test_it_is_kept_once(device):
    device.send()
    device.keep()
    with pytest.raises(SealingError):
        device.keep()


def test_where_the_block_raises_it_does_not_count(custodian, device):
    device.send()
    with pytest.raises(ZeroDivisionError), custodian.custody.keeping(device.seal_id):
        raise ZeroDivisionError
    assert device.state() is PhotoState.PENDING
    device.keep()


def test_without_enough_trustees_it_does_not_count(custodian, device):
    for number in (1, 2):
        custodian.trustee(number).away = True
    with pytest.raises(SealingError):
        device.send()
    with pytest.raises(SealingError):
        device.keep()
    assert custodian.log.kinds() == []


@pytest.mark.parametrize(
    "changed",
    [
        {"openings_max": 7}, {"opens_until": "2027-05-30"}, {"closed_days": 31},
        {"purposes": world.WISHES.purposes[:1]}, {"service": "fishing"},
        {"sealed_by": "server", "app": None}, {"openings_a_day": 2},
    ],
)  # fmt: skip
def test_other_terms_than_were_agreed_on_are_refused(custodian, changed):
    device = Device(custodian, replace(world.WISHES, **changed))
    with pytest.raises(OtherTermsError):
        custodian.custody.take(device.photo, world.WISHES, SALT)
    assert not custodian.ledger.tables.photos


def _changed(sealed: Sealed, name: str) -> Sealed:
    if name == "ciphertext":
        return replace(sealed, ciphertext=bytes(len(sealed.ciphertext)))
    if name == "length":
        return replace(sealed, ciphertext=sealed.ciphertext + b"\0")
    if name == "a deposit too few":
        return replace(sealed, deposits=sealed.deposits[:-1])
    return replace(sealed, deposits=(sealed.deposits[0] + b"\0", *sealed.deposits[1:]))


@pytest.mark.parametrize("name", ["ciphertext", "length", "a deposit too few", "long deposit"])
def test_parts_that_do_not_belong_together_are_refused(custodian, device, name):
    photo = replace(device.photo, sealed=_changed(device.sealed, name))
    with pytest.raises(MalformedError):
        custodian.custody.take(photo, world.WISHES, SALT)
    assert not custodian.ledger.tables.photos


def test_another_photo_does_not_take_the_place_of_one(custodian, device):
    device.send()
    other = Device(custodian, random=world.stream_of("another"))
    promise = other.sealed.promise.model_copy(update={"seal_id": device.seal_id})
    photo = replace(other.photo, sealed=replace(other.sealed, promise=promise))
    with pytest.raises(HabeasError):
        custodian.custody.take(photo, world.WISHES, SALT)
    assert custodian.ledger.photo(device.seal_id).promise == device.sealed.promise.encode()
