"""Sealing: q trustees and the log acknowledge, or nothing is kept. Who is away is served later."""

from dataclasses import replace

import pytest

from habeas.custody import Custody, SealingError
from habeas.custody.context import blob_name
from habeas.custody.errors import TooFewTrusteesError
from habeas.custody.ports import PhotoState
from habeas.custody.sweep import Swept
from habeas.protocol import CUSTODIAN, Chain, Entry, stream
from habeas.protocol.client import TrusteeUnreachableError
from habeas.protocol.office import open_pointer, verify_pointer
from habeas.protocol.receipt import verify_parts
from habeas.protocol.statements import read_order
from tests.unit.parties import PHOTO
from tests.unit.protocol import world


def states(custodian):
    return [each.state for each in custodian.ledger.tables.photos.values()]


def test_what_was_sealed_opens_again(custodian):
    receipt = custodian.seal()
    assert custodian.open(receipt) == PHOTO
    assert custodian.log.kinds() == ["sealed", "requested"]


def test_the_receipt_holds_together_and_says_what_was_promised(custodian):
    receipt = custodian.seal()
    verify_parts(receipt)
    assert receipt.reference == world.REFERENCE
    assert receipt.promise.recipients == (world.OFFICE,)
    assert receipt.promise.purposes == ("applicant-copy", "decide-application")
    assert (receipt.promise.openings_max, receipt.promise.openings_a_day) == (6, 3)
    assert [key.month for key in receipt.promise.trustees.keys] == [world.MONTH] * 4
    assert receipt.pending == ()
    entry = Entry.decode(receipt.entry.encode())
    assert entry.tag == stream.tag(receipt.stream_key(CUSTODIAN), 0)
    assert (entry.service, entry.day, entry.office) == (world.SERVICE, world.DAY, None)


def test_each_trustee_gets_the_custodian_s_signed_order(custodian):
    receipt = custodian.seal()
    verifiers = [world.CUSTODIAN_KEY.verifier]
    for each in custodian.panel.clients:
        (order,) = each.orders
        assert read_order(order, verifiers, receipt.promise).day == world.DAY


def test_the_office_alone_is_led_from_the_case_to_the_photo(custodian):
    with custodian.custody.sealing(PHOTO, world.WISHES) as sealed:
        pass
    assert list(sealed.pointers) == [world.OFFICE]
    pointer = open_pointer(world.OFFICE_SEED, sealed.pointers[world.OFFICE], world.REFERENCE)
    verify_pointer(pointer, sealed.receipt.promise)
    assert bytes.fromhex(pointer.stream_key) == sealed.receipt.stream_key(CUSTODIAN)


def test_the_ciphertext_lies_under_a_name_that_tells_no_id(custodian):
    receipt = custodian.seal()
    seal_id = receipt.promise.seal_id
    assert list(custodian.blobs.names()) == [blob_name(seal_id)]
    assert seal_id not in blob_name(seal_id)
    # What is stored already keeps its name.
    assert blob_name("00" * 16) == "7aea750583db4c526971c33c6c2e22d4"
    assert PHOTO not in custodian.blobs.get(blob_name(seal_id))


def test_the_ledger_never_has_a_secret_of_the_photo(custodian, monkeypatch):
    seen = []
    move = custodian.ledger.move

    def watch(*arguments):
        seen.append(repr(custodian.ledger.tables))
        return move(*arguments)

    monkeypatch.setattr(custodian.ledger, "move", watch)
    receipt = custodian.seal()
    seen.append(repr(custodian.ledger.tables))
    keys = [receipt.stream_key(each).hex() for each in range(5)]
    for secret in (receipt.track_key, receipt.withdraw_secret, receipt.case_salt, *keys):
        raw = repr(bytes.fromhex(secret))[2:-1]
        assert not [each for each in seen if secret in each or raw in each]


def nothing_is_kept(custodian):
    assert not list(custodian.blobs.names())
    assert set(states(custodian)) <= {PhotoState.ORPHANED}
    assert not custodian.ledger.tables.deposits


def test_one_trustee_away_stops_nothing_and_gets_its_share_later(custodian):
    custodian.seal()  # the month's keys are known
    away = custodian.trustee(2)
    away.away = True
    receipt = custodian.seal()
    assert receipt.pending == (away.name,)
    verify_parts(receipt)
    assert custodian.open(receipt) == PHOTO
    seal_id = receipt.promise.seal_id
    assert custodian.custody.sweep().delivered == 0
    assert away.name not in custodian.custody.acknowledgements(seal_id)
    away.away = False
    assert custodian.custody.sweep().delivered == 1
    assert len(custodian.custody.acknowledgements(seal_id)) == 4
    assert receipt.promise.digest().hex() in away.held
    assert custodian.custody.sweep().delivered == 0


def test_a_round_asks_a_trustee_that_is_away_once_and_brings_the_others_theirs(custodian):
    custodian.seal()
    away, back = custodian.trustee(2), custodian.trustee(4)
    for each in (away, back):
        each.away = True
        for _ in range(3):
            custodian.seal()
        each.away = False
    asked = []

    def hangs(*_):
        asked.append(1)
        raise TrusteeUnreachableError("It takes the call, and says nothing.")

    away.deposit = hangs
    custodian.log.down = True
    assert custodian.custody.sweep().delivered == 3
    assert len(back.held) == 7
    assert len(asked) == 1
    del away.deposit
    assert custodian.custody.sweep().delivered == 3
    assert not custodian.ledger.tables.deposits


@pytest.mark.parametrize("end", ["withdraw", "close", "expire"])
def test_what_has_ended_is_delivered_to_nobody(custodian, end):
    custodian.seal()
    away = custodian.trustee(2)
    away.away = True
    receipt = custodian.seal()
    seal_id = receipt.promise.seal_id
    if end == "withdraw":
        custodian.custody.withdraw(seal_id, bytes.fromhex(receipt.withdraw_secret))
    elif end == "close":
        custodian.custody.close(seal_id, "decided")
    else:
        custodian.later(days=200)
        custodian.custody.sweep()
    assert not custodian.ledger.tables.deposits
    away.away = False
    custodian.custody.sweep()
    assert receipt.promise.digest().hex() not in away.held


def test_a_deposit_that_was_kept_while_the_photo_ended_is_dropped(custodian):
    custodian.seal()
    custodian.trustee(2).away = True
    receipt = custodian.seal()
    (waiting,) = custodian.ledger.tables.deposits.values()
    custodian.custody.close(receipt.promise.seal_id, "decided")
    with custodian.ledger.atomic():
        custodian.ledger.keep_deposit(waiting)
    custodian.trustee(2).away = False
    assert custodian.custody.sweep().delivered == 0
    assert not custodian.ledger.tables.deposits
    assert receipt.promise.digest().hex() not in custodian.trustee(2).held


def test_a_trustee_that_has_no_place_for_a_deposit_is_not_asked_for_ever(custodian):
    custodian.seal()
    custodian.trustee(2).away = True
    receipt = custodian.seal()
    custodian.trustee(2).away, custodian.trustee(2).refusing = False, "busy"
    assert custodian.custody.sweep().delivered == 0
    custodian.trustee(2).refusing = "expired"
    assert custodian.custody.sweep().delivered == 1
    refused = (receipt.promise.seal_id, custodian.trustee(2).name)
    assert refused not in custodian.ledger.tables.notes


def test_a_key_that_nobody_knows_means_that_nothing_begins(custodian):
    for number in (2, 3):
        custodian.trustee(number).away = True
    with pytest.raises(SealingError, match=r"trustee-2\.example, trustee-3\.example"):
        custodian.seal()
    nothing_is_kept(custodian)
    assert not custodian.ledger.tables.photos


def test_with_too_few_trustees_nothing_is_sealed(custodian, monkeypatch):
    def refuse(*_):
        raise TrusteeUnreachableError("It went away.")

    for number in (3, 4):
        monkeypatch.setattr(custodian.trustee(number), "deposit", refuse)
    with pytest.raises(SealingError, match="2 trustees acknowledged, 3 must"):
        custodian.seal()
    nothing_is_kept(custodian)
    assert custodian.log.kinds() == ["closed"]


def test_a_share_that_waits_is_dropped_with_a_sealing_that_failed(custodian):
    custodian.seal()
    custodian.trustee(2).away = custodian.log.down = True
    with pytest.raises(SealingError, match="log"):
        custodian.seal()
    assert not custodian.ledger.tables.deposits


def test_before_a_circle_is_in_force_nothing_is_sealed(custodian):
    custodian.chain = Chain.start(world.circle_note(), int(custodian.today.timestamp()) + 1)
    with pytest.raises(SealingError, match="No circle is in force"):
        custodian.seal()
    assert custodian.custody.sweep() == Swept(0, 0, 0, 0)
    custodian.chain = Chain.start(world.circle_note(), 0)
    custodian.seal()


def test_the_keys_of_months_to_come_are_learned(custodian):
    """While everybody is there, so that a new month does not begin with one that is away."""
    ahead = replace(custodian.context, months_ahead=3)
    custody = Custody(ahead)
    for number in (3, 2):
        custodian.trustee(number).away = True
    assert len(custody.keyless()) == len(custodian.panel.clients)
    with pytest.raises(TooFewTrusteesError) as told:
        custody.learn_keys()
    missing = (custodian.trustee(2).name, custodian.trustee(3).name)
    assert told.value.missing == custody.keyless() == missing
    custodian.trustee(2).away = custodian.trustee(3).away = False
    custody.learn_keys()
    assert custody.keyless() == ()
    for seat, client in zip(custodian.chain.newest.circle.trustees, custodian.panel.clients,
                            strict=True):  # fmt: skip
        for month in ("2027-01", "2027-02", "2027-03"):
            assert ahead.months.get(seat, month) is not None
            assert f"key {month}" in client.asked
        assert ahead.months.get(seat, "2027-04") is None


def test_without_the_log_nothing_is_sealed_and_the_log_hears_of_both_later(custodian):
    custodian.log.down = True
    with pytest.raises(SealingError, match="log"):
        custodian.seal()
    nothing_is_kept(custodian)
    custodian.log.down = False
    assert custodian.custody.sweep().written == 2
    assert custodian.log.kinds() == ["sealed", "closed"]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_a_block_that_raises_takes_the_photo_back(custodian, error):
    with pytest.raises(error), custodian.custody.sealing(PHOTO, world.WISHES):
        raise error
    nothing_is_kept(custodian)
    assert states(custodian) == [PhotoState.ORPHANED]
    assert custodian.log.kinds() == ["sealed", "closed"]


def test_what_the_block_writes_exists_exactly_when_the_photo_does(custodian):
    def apply(number, *, fails=False):
        with custodian.custody.sealing(PHOTO, world.WISHES):
            custodian.ledger.writing().cases.append(number)
            if fails:
                raise RuntimeError

    with pytest.raises(RuntimeError):
        apply("1", fails=True)
    apply("2")
    assert custodian.ledger.tables.cases == ["2"]


def test_a_sealing_that_a_sweep_gave_up_is_not_acknowledged(custodian):
    custodian.log.before = lambda: custodian.custody.sweep(pending_seconds=-1)
    with pytest.raises(SealingError, match="so long"):
        custodian.seal()
    nothing_is_kept(custodian)


def test_a_sweep_leaves_alone_what_is_being_sealed(custodian):
    custodian.log.before = custodian.custody.sweep
    custodian.seal()
    assert states(custodian) == [PhotoState.SEALED]


def test_a_sweep_gives_up_what_a_crash_left(custodian):
    class Crash(BaseException):
        pass

    def crash():
        raise Crash

    custodian.log.before = crash
    with pytest.raises(Crash):
        custodian.seal()
    assert states(custodian) == [PhotoState.PENDING]
    assert custodian.custody.sweep().given_up == 0, "it may still be at work"
    custodian.later(seconds=601)
    assert custodian.custody.sweep().given_up == 1
    assert list(custodian.blobs.names()), "it waits in quarantine"
    custodian.later(days=8)
    assert custodian.custody.sweep().destroyed == 1
    nothing_is_kept(custodian)
    assert custodian.log.kinds() == ["sealed", "closed"]


def test_two_photos_share_nothing(custodian):
    one, other = custodian.seal(), custodian.seal()
    for name in ("track_key", "withdraw_secret", "salt", "case_salt"):
        assert getattr(one, name) != getattr(other, name)
    assert one.promise.key_commitment != other.promise.key_commitment
    assert not set(one.promise.shares) & set(other.promise.shares)
