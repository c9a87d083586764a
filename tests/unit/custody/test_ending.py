"""Withdrawal, expiry and sweeps: shares first, nothing owed is forgotten."""

from dataclasses import replace

import pytest
from habeas.custody._context import blob_name

from habeas.custody import UnknownPhotoError, withdraw_directly
from habeas.custody.locked import lock, unlock
from habeas.custody.ports import Handle, LogLine, OwedErasure, PhotoState, SealedPhoto
from habeas.protocol import MalformedError, Promise, ReceiptError
from tests.unit.custody.conftest import ORDER
from tests.unit.parties import PHOTO


def test_withdrawn_means_gone_everywhere(custodian):
    receipt = custodian.seal()
    withdrawal = custodian.custody.withdraw(receipt)
    assert withdrawal.statements == {f"{n}.t": f"{n}.t has erased" for n in ("one", "two", "three")}
    assert withdrawal.owed == {}
    assert custodian.log.kinds()[withdrawal.index] == "withdrawn"
    assert not any(each.held for each in custodian.circle.clients)
    assert not list(custodian.blobs.names())
    assert not list(custodian.custody.details(receipt))
    secret = bytes.fromhex(receipt.withdraw_secret)
    for each in custodian.circle.clients:
        assert each.asked_to_erase == [(receipt.promise.digest(), secret)]


def test_a_trustee_that_is_away_is_asked_again_until_it_confirms(custodian):
    receipt = custodian.seal()
    custodian.circle["two.t"].away = True
    withdrawal = custodian.custody.withdraw(receipt)
    assert sorted(withdrawal.statements) == ["one.t", "three.t"]
    assert "does not answer" in withdrawal.owed["two.t"]
    assert list(custodian.custody.details(receipt)), "kept until everybody has confirmed"
    assert custodian.custody.sweep().owed_erasures == 1
    custodian.circle["two.t"].away = False
    assert custodian.custody.sweep().owed_erasures == 0
    again = custodian.custody.withdraw(receipt)
    assert (len(again.statements), again.owed) == (3, {})
    assert again.index == withdrawal.index
    assert custodian.log.kinds() == ["sealed", "withdrawn"]


def test_a_trustee_that_never_had_its_share_owes_nothing(custodian):
    receipt = custodian.seal()
    custodian.circle["two.t"].refusing = "unknown-photo"
    withdrawal = custodian.custody.withdraw(receipt)
    assert sorted(withdrawal.statements) == ["one.t", "three.t"]
    assert withdrawal.owed == {}


def test_a_trustee_that_refuses_for_another_reason_still_owes(custodian):
    receipt = custodian.seal()
    custodian.circle["two.t"].refusing = "busy"
    assert list(custodian.custody.withdraw(receipt).owed) == ["two.t"]


def test_while_the_log_is_away_the_shares_are_destroyed_all_the_same(custodian):
    receipt = custodian.seal()
    custodian.log.down = True
    withdrawal = custodian.custody.withdraw(receipt)
    assert (len(withdrawal.statements), withdrawal.index) == (3, None)
    assert not custodian.custody.sweep().lines_settled
    custodian.log.down = False
    assert custodian.custody.withdraw(receipt).index == 1
    assert not list(custodian.custody.details(receipt))


def test_a_receipt_of_another_portal_or_one_that_was_changed(custodian):
    receipt = custodian.seal()
    with pytest.raises(ReceiptError):
        custodian.custody.withdraw(replaced(receipt, withdraw_secret="00" * 32))
    fields = receipt.promise.fields()
    photo = custodian.ledger.tables.photos[receipt.promise.seal_id]
    other = Promise.read({**fields, "opens_until": "2026-12-30"}).encode()
    custodian.ledger.tables.photos[receipt.promise.seal_id] = replace(photo, promise=other)
    with pytest.raises(UnknownPhotoError, match="not in custody here"):
        custodian.custody.withdraw(receipt)
    custodian.ledger.tables.photos.clear()
    with pytest.raises(UnknownPhotoError, match="not in custody here"):
        custodian.custody.withdraw(receipt)
    assert all(each.held for each in custodian.circle.clients)


def replaced(receipt, **changed):
    return receipt.model_copy(update=changed)


def test_past_the_custodian_with_the_receipt_alone(custodian):
    receipt = custodian.seal()
    custodian.circle["three.t"].away = True
    withdrawal = withdraw_directly(custodian.circle, receipt)
    assert sorted(withdrawal.statements) == ["one.t", "two.t"]
    assert list(withdrawal.owed) == ["three.t"]
    with pytest.raises(ReceiptError):
        withdraw_directly(custodian.circle, replaced(receipt, withdraw_secret="00" * 32))


def test_the_last_day_counts(custodian):
    receipt = custodian.seal()
    custodian.later(days=35)
    assert custodian.today.date() == ORDER.opens_until
    assert custodian.custody.sweep().expired == 0
    assert custodian.open(receipt) == PHOTO
    custodian.later(days=1)
    assert custodian.custody.sweep().expired == 1
    assert not list(custodian.blobs.names())
    assert not list(custodian.custody.details(receipt))
    assert custodian.custody.sweep().expired == 0


def test_withdrawing_what_has_expired_tells_no_trustee_twice(custodian):
    receipt = custodian.seal()
    custodian.later(days=36)
    custodian.custody.sweep()
    withdrawal = custodian.custody.withdraw(receipt)
    assert (withdrawal.statements, withdrawal.owed) == ({}, {})
    assert custodian.log.kinds() == ["sealed"]


def test_a_sweep_leaves_alone_what_is_being_sealed(custodian):
    with custodian.custody.sealing(PHOTO, ORDER):
        pass
    swept = custodian.custody.sweep()
    assert (swept.undone, swept.blobs, swept.lines_settled) == (0, 0, True)


def test_a_sweep_undoes_what_a_crash_left(custodian, monkeypatch):
    class Crash(BaseException):
        pass

    def crash(_):
        raise Crash

    monkeypatch.setattr(custodian.log, "append", crash)
    with pytest.raises(Crash):
        custodian.seal()
    monkeypatch.undo()
    assert len(custodian.ledger.photos(PhotoState.PENDING)) == 1
    assert all(each.held for each in custodian.circle.clients)
    assert custodian.custody.sweep().undone == 0, "it may still be at work"
    swept = custodian.custody.sweep(pending_seconds=0)
    assert (swept.undone, swept.owed_erasures, swept.lines_settled) == (1, 0, True)
    assert not any(each.held for each in custodian.circle.clients)
    assert not list(custodian.blobs.names())
    assert custodian.log.kinds() == ["sealed", "withdrawn"]


def test_a_sweep_deletes_ciphertexts_that_belong_to_nobody(custodian):
    receipt = custodian.seal()
    custodian.blobs.put("ab" * 16, b"left by a crash")
    assert custodian.custody.sweep().blobs == 1
    assert list(custodian.blobs.names()) == [blob_name(receipt.promise.seal_id)]


def test_details_are_bound_to_key_and_entry():
    locked = lock(bytes(32), bytes(12), b"entry", bytes(range(32)), {"officer": "o"})
    assert unlock(bytes(32), b"entry", locked) == (bytes(range(32)), {"officer": "o"})
    for key, entry, content in (
        (b"\1" * 32, b"entry", locked),
        (bytes(32), b"other", locked),
        (bytes(32), b"entry", locked[:-1]),
        (bytes(32), b"entry", b""),
    ):
        with pytest.raises(MalformedError):
            unlock(key, entry, content)


def test_secrets_show_in_no_print():
    secret = bytes.fromhex("5ec7e7") * 8
    held = [
        Handle("00", secret),
        LogLine(b"", b"", salt=secret),
        OwedErasure("00", b"", "one.t", secret),
        SealedPhoto("00", b"", track_key=secret, withdraw_secret=secret),
    ]
    assert repr(secret) not in repr(held)
    assert repr(secret)[2:-1] not in repr(held)
