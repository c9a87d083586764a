"""`habeas.custody.ports.Ledger` over Django's database."""

import pytest
from django.db import IntegrityError, transaction

from habeas.custody.ports import LogLine, OwedErasure, PhotoState, SealedPhoto
from habeas.portal.vault import models
from habeas.portal.vault.ledger import DjangoLedger

PHOTO = SealedPhoto("ab" * 16, b"promise", track_key=b"t" * 32, withdraw_secret=b"w" * 32)


@pytest.fixture
def ledger():
    found = DjangoLedger()
    found.add_photo(PHOTO)
    return found


def test_a_photo_is_kept_with_its_secrets_only_while_pending(ledger):
    assert ledger.photo(PHOTO.seal_id) == PHOTO
    assert ledger.lock(PHOTO.seal_id) == PHOTO
    assert ledger.move(PHOTO.seal_id, PhotoState.PENDING, PhotoState.SEALED)
    kept = ledger.photo(PHOTO.seal_id)
    assert (kept.state, kept.track_key, kept.withdraw_secret) == (PhotoState.SEALED, None, None)
    assert models.SealedPhoto.objects.get().begun is None


def test_a_photo_moves_from_the_state_that_it_is_in_alone(ledger):
    assert not ledger.move(PHOTO.seal_id, PhotoState.SEALED, PhotoState.WITHDRAWN)
    assert ledger.photo(PHOTO.seal_id) == PHOTO
    assert not ledger.move("cd" * 16, PhotoState.PENDING, PhotoState.SEALED)
    assert ledger.photo("cd" * 16) is None
    assert ledger.lock("cd" * 16) is None


def test_photos_are_found_by_state_and_by_age(ledger):
    assert list(ledger.photos(PhotoState.PENDING)) == [PHOTO]
    assert list(ledger.photos(PhotoState.SEALED)) == []
    assert list(ledger.stale(-1)) == [PHOTO]
    assert list(ledger.stale(3600)) == []
    ledger.move(PHOTO.seal_id, PhotoState.PENDING, PhotoState.SEALED)
    assert list(ledger.stale(-1)) == []


def test_lines_are_owed_until_the_log_has_them(ledger):
    first = ledger.add_line(LogLine(b"one", b"locked", 0, PHOTO.seal_id))
    second = ledger.add_line(LogLine(b"two", b"locked", 1, PHOTO.seal_id))
    bare = ledger.add_line(LogLine(b"three", b""))
    assert ledger.next_counter(PHOTO.seal_id) == 2
    assert [each.entry for each in ledger.owed_lines()] == [b"one", b"two", b"three"]
    ledger.logged(first.row, 7, "proof")
    assert [each.entry for each in ledger.owed_lines(PHOTO.seal_id)] == [b"two"]
    assert [each.index for each in ledger.lines(PHOTO.seal_id)] == [7, None]
    ledger.forget_details(PHOTO.seal_id)
    assert [each.locked for each in ledger.lines(PHOTO.seal_id)] == [b"", b""]
    assert [each.entry for each in ledger.lines(PHOTO.seal_id)] == [b"one", b"two"]
    assert {second.row, bare.row} == {each.row for each in ledger.owed_lines()}


def test_two_writers_cannot_number_the_same_line(ledger):
    ledger.add_line(LogLine(b"one", b"", 0, PHOTO.seal_id))
    with pytest.raises(IntegrityError), transaction.atomic():
        ledger.add_line(LogLine(b"another", b"", 0, PHOTO.seal_id))
    assert [each.entry for each in ledger.lines(PHOTO.seal_id)] == [b"one"]


def test_an_erasure_is_owed_until_the_trustee_has_signed(ledger):
    owed = OwedErasure(PHOTO.seal_id, b"digest", "one.test", b"secret")
    ledger.owe_erasure(owed)
    ledger.owe_erasure(owed)
    assert list(ledger.owed_erasures()) == [owed]
    assert list(ledger.owed_erasures("cd" * 16)) == []
    ledger.erased(PHOTO.seal_id, "one.test", "statement")
    ledger.erased(PHOTO.seal_id, "one.test", "statement")
    assert list(ledger.owed_erasures()) == []
    assert ledger.erased_statements(PHOTO.seal_id) == {"one.test": "statement"}


def test_a_transaction_happens_as_a_whole_or_not_at_all(ledger):
    def half():
        with ledger.atomic():
            ledger.move(PHOTO.seal_id, PhotoState.PENDING, PhotoState.SEALED)
            ledger.add_line(LogLine(b"one", b"", 0, PHOTO.seal_id))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    assert ledger.photo(PHOTO.seal_id) == PHOTO
    assert not ledger.lines(PHOTO.seal_id)


def test_a_durable_transaction_is_no_part_of_another(ledger):
    with (
        pytest.raises(RuntimeError, match="durable"),
        transaction.atomic(),
        ledger.atomic(),
    ):
        pytest.fail("what it promises could still be undone")


def test_no_table_leads_out_of_the_vault():
    tables = [models.SealedPhoto, models.Line, models.OwedErasure, models.ErasedStatement]
    for table in tables:
        assert not [field for field in table._meta.get_fields() if field.is_relation]
