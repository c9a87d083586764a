"""`habeas.custody.ports.Ledger` over Django's database."""

from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from habeas.custody.ports import LogLine, PendingDeposit, PhotoState, SealedPhoto
from habeas.portal.site.rows import random_row
from habeas.portal.vault import models
from habeas.portal.vault.ledger import DjangoLedger
from tests.unit.protocol.world import Case

PROMISE = Case().promise
ID = PROMISE.seal_id
PHOTO = SealedPhoto(ID, PROMISE.encode(), PROMISE.opens_until, "cc" * 16, begun=1000)


@pytest.fixture
def ledger():
    found = DjangoLedger()
    found.add_photo(PHOTO)
    return found


def test_a_photo_is_found_by_its_id_and_by_its_promise(ledger):
    assert ledger.photo(ID) == PHOTO
    assert ledger.lock(ID) == PHOTO
    assert ledger.of_promise(PROMISE.digest().hex()) == ID
    assert ledger.of_promise("00" * 32) is None


def test_when_it_was_begun_is_known_only_while_it_is_pending(ledger):
    assert ledger.move(ID, PhotoState.PENDING, PhotoState.SEALED)
    assert ledger.photo(ID) == replace(PHOTO, state=PhotoState.SEALED, begun=None)


def test_a_photo_moves_from_the_state_that_it_is_in_alone(ledger):
    assert not ledger.move(ID, PhotoState.SEALED, PhotoState.WITHDRAWN)
    assert ledger.photo(ID) == PHOTO
    assert not ledger.move("cd" * 16, PhotoState.PENDING, PhotoState.SEALED)
    assert ledger.photo("cd" * 16) is None
    assert ledger.lock("cd" * 16) is None


def test_photos_are_found_by_age_and_by_their_last_day(ledger):
    assert [each.seal_id for each in ledger.stale(1001, 10)] == [ID]
    assert not ledger.stale(1000, 10)
    assert not ledger.expired("2030-01-01", 10), "it is not sealed yet"
    ledger.move(ID, PhotoState.PENDING, PhotoState.SEALED)
    assert not ledger.stale(10**9, 10)
    assert [each.seal_id for each in ledger.expired("2027-06-01", 10)] == [ID]
    assert not ledger.expired(PROMISE.opens_until, 10), "the last day counts"
    ledger.move(ID, PhotoState.SEALED, PhotoState.EXPIRED)
    assert not ledger.expired("2030-01-01", 10)


def test_lines_are_owed_in_order_until_the_log_has_them(ledger):
    closing = ledger.add_line(LogLine(b"closing", ID))
    second = ledger.add_line(LogLine(b"two", ID, 2, b"locked"))
    first = ledger.add_line(LogLine(b"one", ID, 1, b"locked"))
    ledger.add_line(LogLine(b"another photo's", "ab" * 16, 0))
    assert ledger.next_number(ID) == 3
    assert ledger.next_number("cd" * 16) == 1
    assert len(ledger.owed_lines(10)) == 4
    assert len(ledger.owed_lines(2)) == 2
    assert [each.entry for each in ledger.owed_lines(10, ID)] == [b"one", b"two", b"closing"]
    ledger.logged(first.row, 7, "proof")
    assert [each.row for each in ledger.owed_lines(10, ID)] == [second.row, closing.row]
    assert [(each.index, each.proof) for each in ledger.lines(ID)] == [
        (7, "proof"), (None, None), (None, None)
    ]  # fmt: skip
    ledger.forget_details(ID)
    assert [each.locked for each in ledger.lines(ID)] == [b"", b"", b""]


def test_two_writers_cannot_number_the_same_line(ledger):
    ledger.add_line(LogLine(b"one", ID, 0))
    with pytest.raises(IntegrityError), transaction.atomic():
        ledger.add_line(LogLine(b"another", ID, 0))
    assert [each.entry for each in ledger.lines(ID)] == [b"one"]


def test_deposits_wait_until_their_trustee_has_them(ledger):
    one, two = (PendingDeposit(ID, f"{name}.test", at, b"sealed") for at, name in enumerate("ab"))
    for each in (one, one, two):
        ledger.keep_deposit(each)
    assert ledger.pending_deposits("a.test", 10) == [one]
    assert ledger.pending_deposits("b.test", 10) == [two]
    ledger.keep_deposit(replace(one, seal_id="cd" * 16))
    assert len(ledger.pending_deposits("a.test", 10)) == 2
    assert len(ledger.pending_deposits("a.test", 1)) == 1
    ledger.drop_deposits(ID, "a.test")
    assert ledger.pending_deposits("b.test", 10) == [two]
    ledger.drop_deposits(ID)
    assert ledger.pending_deposits("b.test", 10) == []


def test_a_late_acknowledgement_is_kept_once(ledger):
    ledger.keep_acknowledgement(ID, "a.test", "note")
    ledger.keep_acknowledgement(ID, "a.test", "another")
    ledger.keep_acknowledgements(ID, {"a.test": "a third", "b.test": "its own"})
    assert ledger.acknowledgements(ID) == {"a.test": "note", "b.test": "its own"}
    assert ledger.acknowledgements("cd" * 16) == {}


def test_a_transaction_happens_as_a_whole_or_not_at_all(ledger):
    def half():
        with ledger.atomic():
            ledger.move(ID, PhotoState.PENDING, PhotoState.SEALED)
            ledger.add_line(LogLine(b"one", ID, 0))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    assert ledger.photo(ID) == PHOTO
    assert not ledger.lines(ID)


def test_a_durable_transaction_is_no_part_of_another(ledger):
    with (
        pytest.raises(RuntimeError, match="durable"),
        transaction.atomic(),
        ledger.atomic(),
    ):
        pytest.fail("what it promises could still be undone")


TABLES = (
    models.SealedPhotoRow,
    models.LogLineRow,
    models.PendingDepositRow,
    models.LateAcknowledgement,
)


@pytest.mark.parametrize("table", TABLES)
def test_no_table_leads_out_of_the_vault(table):
    assert not [field for field in table._meta.get_fields() if field.is_relation]
    assert table._meta.pk.name == "row"


def test_row_numbers_are_drawn_at_random(ledger):
    rows = {random_row() for _ in range(100)}
    assert len(rows) == 100
    assert all(0 < each < 1 << 62 for each in rows)
    assert max(rows) > 1 << 58
