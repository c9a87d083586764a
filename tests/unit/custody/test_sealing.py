"""Sealing: everybody acknowledges, or nothing is kept."""

import pytest
from habeas.custody._context import blob_name

from habeas import protocol
from habeas.custody import SealingError
from habeas.custody.ports import PhotoState
from habeas.protocol import CUSTODIAN, Entry
from habeas.protocol.client import TrusteeUnreachableError
from tests.unit.custody.conftest import ORDER
from tests.unit.parties import PHOTO


def test_what_was_sealed_opens_again(custodian):
    receipt = custodian.seal()
    assert custodian.open(receipt) == PHOTO
    assert custodian.log.kinds() == ["sealed", "requested"]


def test_the_receipt_holds_together_and_says_what_was_promised(custodian):
    receipt = custodian.seal()
    receipt.verify_parts()
    assert receipt.reference == "HL-1"
    assert receipt.promise.recipients == ("licensing-office", "parks-department")
    assert receipt.promise.purposes == ("applicant-copy", "decide-application")
    assert receipt.promise.opens_until == "2026-12-31"
    assert [key.month for key in receipt.promise.trustees.keys] == ["2026-12"] * 3
    assert receipt.acknowledgements == tuple(
        f"{name} holds share {at}" for at, name in enumerate(("one.t", "two.t", "three.t"))
    )
    entry = Entry.decode(receipt.entry.encode())
    track_key = bytes.fromhex(receipt.track_key)
    assert entry.tag == protocol.tag(track_key, CUSTODIAN, 0)
    assert (entry.service, entry.day, entry.office) == ("hunting-licence", "2026-11-26", None)


def test_the_ciphertext_lies_under_a_name_that_tells_no_id(custodian):
    receipt = custodian.seal()
    seal_id = receipt.promise.seal_id
    assert list(custodian.blobs.names()) == [blob_name(seal_id)]
    assert seal_id not in blob_name(seal_id)
    assert PHOTO not in custodian.blobs.get(blob_name(seal_id))


def test_once_acknowledged_the_ledger_has_no_secret_of_the_photo(custodian):
    photo = custodian.ledger.photo(custodian.seal().promise.seal_id)
    assert photo.state is PhotoState.SEALED
    assert photo.track_key is photo.withdraw_secret is None


def nothing_is_kept(custodian):
    assert not list(custodian.blobs.names())
    assert not custodian.ledger.photos(PhotoState.SEALED)
    assert not custodian.ledger.photos(PhotoState.PENDING)
    assert not any(each.held for each in custodian.circle.clients)


def test_a_trustee_that_is_away_at_first_means_that_nothing_begins(custodian):
    custodian.circle["two.t"].away = True
    with pytest.raises(SealingError, match=r"two\.t"):
        custodian.seal()
    nothing_is_kept(custodian)
    assert not custodian.ledger.tables.photos


def test_a_trustee_that_takes_no_share_has_it_undone_at_the_others(custodian, monkeypatch):
    def refuse(*_):
        raise TrusteeUnreachableError("It went away.")

    monkeypatch.setattr(custodian.circle["three.t"], "deposit", refuse)
    with pytest.raises(SealingError, match=r"three\.t did not"):
        custodian.seal()
    nothing_is_kept(custodian)
    assert not custodian.ledger.owed_erasures()
    assert custodian.custody.sweep().lines_settled
    assert custodian.log.kinds() == ["sealed", "withdrawn"]


def test_without_the_log_nothing_is_sealed_and_the_log_hears_of_both_later(custodian):
    custodian.log.down = True
    with pytest.raises(SealingError, match="log"):
        custodian.seal()
    nothing_is_kept(custodian)
    assert len(custodian.ledger.owed_lines()) == 2
    custodian.log.down = False
    assert custodian.custody.sweep().lines_settled
    assert custodian.log.kinds() == ["sealed", "withdrawn"]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_a_block_that_raises_takes_the_photo_back(custodian, error):
    with pytest.raises(error), custodian.custody.sealing(PHOTO, ORDER):
        raise error
    nothing_is_kept(custodian)
    (photo,) = custodian.ledger.photos(PhotoState.ORPHANED)
    assert photo.track_key is photo.withdraw_secret is None


def test_what_the_block_writes_exists_exactly_when_the_photo_does(custodian):
    def apply(number, *, fails=False):
        with custodian.custody.sealing(PHOTO, ORDER):
            custodian.ledger._writing().statements["case", number] = "written"
            if fails:
                raise RuntimeError

    with pytest.raises(RuntimeError):
        apply("1", fails=True)
    apply("2")
    written = [each for each in custodian.ledger.tables.statements if each[0] == "case"]
    assert written == [("case", "2")]


def test_a_sealing_that_a_sweep_gave_up_is_not_acknowledged(custodian, monkeypatch):
    append = custodian.log.append

    def slow(entry):
        monkeypatch.setattr(custodian.log, "append", append)
        custodian.custody.sweep(pending_seconds=0)
        return append(entry)

    monkeypatch.setattr(custodian.log, "append", slow)
    with pytest.raises(SealingError, match="so long"):
        custodian.seal()
    nothing_is_kept(custodian)


def test_two_photos_share_nothing(custodian):
    one, other = custodian.seal(), custodian.seal()
    for name in ("track_key", "withdraw_secret", "salt"):
        assert getattr(one, name) != getattr(other, name)
    assert one.promise.key_commitment != other.promise.key_commitment
    assert not set(one.promise.shares) & set(other.promise.shares)
