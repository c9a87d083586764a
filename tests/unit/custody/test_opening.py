"""Requests: on the log before any trustee is asked; refusals are on it too."""

import pytest
from habeas.custody._context import blob_name
from habeas.custody.reader import OneTimeKey, WrappedShare

from habeas import protocol
from habeas.custody import BlobMissingError, Handle, RefusedError, UnknownPhotoError
from habeas.custody.errors import TooFewTrusteesError
from habeas.foundation.errors import HabeasError
from habeas.protocol import CUSTODIAN, Entry, sealing
from tests.unit.custody.conftest import OFFICER, handle
from tests.unit.parties import PHOTO


@pytest.fixture
def receipt(custodian):
    return custodian.seal()


def request(custodian, receipt, **changed):
    return custodian.custody.request(handle(receipt), custodian.ask(OneTimeKey(), **changed))


def test_the_request_stands_on_the_log_before_a_trustee_is_asked(custodian, receipt, monkeypatch):
    seen = []
    for each in custodian.circle.clients:
        release = each.release

        def watch(*given, release=release):
            seen.append(custodian.log.kinds()[-1])
            return release(*given)

        monkeypatch.setattr(each, "release", watch)
    opening = request(custodian, receipt)
    assert set(seen) == {"requested"}
    assert custodian.log.content[opening.index] == opening.entry
    entry = Entry.decode(opening.entry)
    assert (entry.office, entry.purpose) == (OFFICER[0], OFFICER[2])
    assert entry.tag == protocol.tag(bytes.fromhex(receipt.track_key), CUSTODIAN, 1)
    assert OFFICER[1].encode() not in opening.entry


def test_who_asked_for_what_is_known_to_the_receipt_alone(custodian, receipt):
    request(custodian, receipt)
    (_, _, sealed), (entry, salt, details) = custodian.custody.details(receipt)
    assert sealed["promise"] == receipt.promise.digest().hex()
    office, officer, purpose, reason = OFFICER
    assert (details["office"], details["officer"]) == (office, officer)
    assert (details["purpose"], details["reason"]) == (purpose, reason)
    assert details["at"] == "2026-11-26T12:00:00Z"
    assert Entry.decode(entry).commit == protocol.commitment(salt, details)
    stored = b"".join(each.locked for each in custodian.ledger.tables.lines)
    assert officer.encode() not in stored


def test_one_of_three_may_be_away(custodian, receipt):
    custodian.circle["one.t"].away = True
    opening = request(custodian, receipt)
    assert [each.index for each in opening.shares] == [1, 2]
    assert list(opening.missing) == ["one.t"]


def test_with_two_away_it_says_who_and_that_the_request_stands(custodian, receipt):
    custodian.circle["one.t"].away = custodian.circle["two.t"].away = True
    with pytest.raises(TooFewTrusteesError, match="1 of the 2") as error:
        request(custodian, receipt)
    assert error.value.missing == ("one.t", "two.t")
    assert error.value.index == 1
    assert custodian.log.kinds() == ["sealed", "requested"]


def test_where_too_many_refuse_the_refusal_is_passed_on(custodian, receipt):
    custodian.circle["one.t"].refusing = custodian.circle["two.t"].refusing = "not-promised"
    with pytest.raises(RefusedError, match="rule forbids") as error:
        request(custodian, receipt)
    assert (error.value.code, error.value.index) == ("not-promised", 1)
    assert error.value.remedy == "Do not ask."


def test_one_refusal_beside_one_that_is_away_is_no_refusal(custodian, receipt):
    """The one that is away may still give its share."""
    custodian.circle["one.t"].refusing = "not-promised"
    custodian.circle["two.t"].away = True
    with pytest.raises(TooFewTrusteesError) as error:
        request(custodian, receipt)
    assert error.value.missing == ("two.t",)


def test_without_the_log_no_trustee_is_asked(custodian, receipt):
    custodian.log.down = True
    with pytest.raises(HabeasError, match="log does not answer"):
        request(custodian, receipt)
    custodian.circle["one.t"].away = True
    with pytest.raises(HabeasError, match="log does not answer"):
        request(custodian, receipt)
    custodian.circle["two.t"].away = True
    with pytest.raises(TooFewTrusteesError, match=r"missing: one\.t, two\.t"):
        request(custodian, receipt)
    custodian.log.down = False
    assert custodian.custody.sweep().lines_settled
    assert custodian.log.kinds() == ["sealed", "requested", "requested", "requested"]


def test_a_key_that_is_none_is_refused_before_anything_is_written(custodian, receipt):
    with pytest.raises(sealing.KeyFormatError):
        request(custodian, receipt, one_time_key=bytes(100))
    assert custodian.log.kinds() == ["sealed"]


def test_a_photo_that_never_was(custodian):
    with pytest.raises(UnknownPhotoError):
        custodian.custody.request(Handle("00" * 16, bytes(32)), custodian.ask(OneTimeKey()))
    with pytest.raises(UnknownPhotoError):
        custodian.custody.ciphertext("00" * 16)


@pytest.mark.parametrize("code", ["withdrawn", "expired"])
def test_what_is_gone_is_refused_and_the_attempt_is_on_the_log(custodian, receipt, code):
    if code == "withdrawn":
        custodian.circle["one.t"].away = True  # its erasure stays owed, and the details stay
        custodian.custody.withdraw(receipt)
    else:
        custodian.later(days=36)
        assert custodian.custody.sweep().expired == 1
    with pytest.raises(RefusedError) as error:
        request(custodian, receipt)
    assert error.value.code == code
    entry = Entry.decode(custodian.log.content[error.value.index])
    assert (entry.kind.value, entry.code) == ("refused", code)
    with pytest.raises(UnknownPhotoError):
        custodian.custody.ciphertext(receipt.promise.seal_id)


def test_a_ciphertext_that_is_lost_is_said(custodian, receipt):
    custodian.blobs.delete(blob_name(receipt.promise.seal_id))
    with pytest.raises(BlobMissingError, match="no longer"):
        custodian.custody.ciphertext(receipt.promise.seal_id)


def refuse(custodian, **changed):
    fields = {
        "code": "recognition-never", "cause": "Never.", "remedy": "Do not.", "office": "o" * 200,
        "officer": "p" * 200, "purpose": "q" * 200, "reason": "r" * 900, "handle": None,
    }  # fmt: skip
    return custodian.custody.refuse(**{**fields, **changed})


def test_a_refusal_is_logged_in_the_photos_stream(custodian, receipt, monkeypatch):
    locked = []
    monkeypatch.setattr(custodian.ledger, "lock", locked.append)
    error = refuse(custodian, handle=handle(receipt))
    assert locked == [receipt.promise.seal_id]
    assert (error.code, error.cause, error.remedy) == ("recognition-never", "Never.", "Do not.")
    entry = Entry.decode(custodian.log.content[error.index])
    assert (entry.kind.value, entry.code) == ("refused", "recognition-never")
    details = [each[2] for each in custodian.custody.details(receipt)][-1]
    lengths = [len(details[name]) for name in ("office", "officer", "purpose", "reason")]
    assert lengths == [128, 128, 128, 500]


def test_a_refusal_about_no_photo_has_no_tag_and_keeps_no_details(custodian):
    error = refuse(custodian)
    assert Entry.decode(custodian.log.content[error.index]).tag is None
    assert custodian.ledger.tables.lines[-1].locked == b""


def test_refused_all_the_same_while_the_log_is_away(custodian):
    custodian.log.down = True
    assert refuse(custodian).index is None
    custodian.log.down = False
    custodian.custody.sweep()
    assert custodian.log.kinds() == ["refused"]


# What the reader checks for itself ------------------------------------------------------------


@pytest.fixture
def opened(custodian, receipt):
    key = OneTimeKey()
    custodian.circle["three.t"].away = True
    opening = custodian.custody.request(handle(receipt), custodian.ask(key))
    shares = [WrappedShare(each.trustee, each.index, each.release) for each in opening.shares]
    return key, opening, shares, custodian.custody.ciphertext(receipt.promise.seal_id)


def test_a_share_that_is_not_the_promised_one_is_laid_at_its_trustees_door(opened):
    key, opening, (one, two), ciphertext = opened
    forged = WrappedShare("two.t", 1, one.release)
    with pytest.raises(TooFewTrusteesError, match=r"1 good shares of 2 needed. Bad: two\.t"):
        key.open(opening.promise, opening.entry, [one, forged], ciphertext)
    result = key.open(
        opening.promise, opening.entry, [one, two, WrappedShare("three.t", 2, b"")], ciphertext
    )
    assert result.photo == PHOTO
    assert list(result.bad) == ["three.t"]


@pytest.mark.parametrize(("trustee", "index"), [("one.t", 1), ("one.t", 3), ("one.t", -1)])
def test_a_share_index_belongs_to_one_trustee(opened, trustee, index):
    key, opening, (one, _), ciphertext = opened
    stray = WrappedShare(trustee, index, one.release)
    with pytest.raises(TooFewTrusteesError, match=r"Bad: one\.t") as error:
        key.open(opening.promise, opening.entry, [stray], ciphertext)
    assert error.value.status == 503


def test_a_share_under_anothers_name_counts_for_neither(opened):
    key, opening, (one, two), ciphertext = opened
    renamed = WrappedShare("one.t", 1, two.release)
    with pytest.raises(TooFewTrusteesError, match=r"1 good shares of 2 needed. Bad: one\.t"):
        key.open(opening.promise, opening.entry, [one, renamed], ciphertext)


def test_another_ciphertext_or_another_request_opens_nothing(opened):
    key, opening, shares, ciphertext = opened
    with pytest.raises(sealing.OpeningError, match="not the one that was promised"):
        key.open(opening.promise, opening.entry, shares, ciphertext + b"\0")
    with pytest.raises(TooFewTrusteesError, match="0 good"):
        key.open(opening.promise, opening.entry + b" ", shares, ciphertext)
    with pytest.raises(TooFewTrusteesError, match="0 good"):
        OneTimeKey().open(opening.promise, opening.entry, shares, ciphertext)
