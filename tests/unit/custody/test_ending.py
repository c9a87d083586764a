"""Withdrawal, closing and expiry: only the secret destroys, and nothing owed is forgotten."""

from datetime import UTC, datetime, timedelta

import pytest

from habeas.custody import NotTheHolderError, RefusedError, UnknownPhotoError, withdraw_directly
from habeas.custody.endings import expire
from habeas.custody.locked import lock, unlock
from habeas.custody.ports import PendingDeposit, PhotoState
from habeas.foundation.caution import Caution, TooManyEndsError
from habeas.foundation.errors import HabeasError
from habeas.protocol import Entry, MalformedError, stream
from habeas.protocol.details import WithdrawnDetails
from habeas.protocol.statements import ErasedStatement, read_statement
from tests.unit.parties import PHOTO
from tests.unit.protocol import world

NAMES = list(world.NAMES)


@pytest.fixture
def receipt(custodian):
    return custodian.seal()


def withdraw(custodian, receipt, pending=None):
    secret = bytes.fromhex(receipt.withdraw_secret)
    pending = receipt.pending if pending is None else pending
    return custodian.custody.withdraw(receipt.promise.seal_id, secret, pending)


def state(custodian, receipt):
    return custodian.ledger.photo(receipt.promise.seal_id).state


def test_withdrawn_means_gone_everywhere(custodian, receipt):
    custodian.open(receipt)
    withdrawal = withdraw(custodian, receipt)
    assert (list(withdrawal.statements), withdrawal.owed) == (NAMES, {})
    assert withdrawal.complete
    for party in world.TRUSTEES:
        note = withdrawal.statements[party.name]
        verifier = custodian.panel[party.name].identity.verifier()
        said = read_statement(note, party.name, [verifier], ErasedStatement)
        assert said.promise == receipt.promise.digest().hex()
    entry = Entry.decode(custodian.log.log.leaves[-1])
    assert entry.details == {
        "v": 2, "promise": receipt.promise.digest().hex(), "secret": receipt.withdraw_secret
    }  # fmt: skip
    assert not any(each.held for each in custodian.panel.clients)
    assert not list(custodian.blobs.names())
    assert not list(custodian.custody.details(receipt))


def test_another_secret_destroys_nothing(custodian, receipt):
    other = custodian.seal()
    with pytest.raises(NotTheHolderError):
        custodian.custody.withdraw(receipt.promise.seal_id, bytes.fromhex(other.withdraw_secret))
    with pytest.raises(UnknownPhotoError, match="not in custody here"):
        custodian.custody.withdraw("00" * 16, bytes(32))
    assert state(custodian, receipt) is PhotoState.SEALED
    assert all(len(each.held) == 2 for each in custodian.panel.clients)
    assert not any(each.secrets for each in custodian.panel.clients)
    assert custodian.log.kinds() == ["sealed", "sealed"]


def test_a_trustee_that_is_away_is_named_until_it_confirms(custodian, receipt):
    custodian.open(receipt)
    custodian.trustee(2).away = True
    custodian.trustee(3).slow = True
    withdrawal = withdraw(custodian, receipt)
    assert sorted(withdrawal.statements) == [NAMES[0], NAMES[3]]
    assert "does not answer" in withdrawal.owed[NAMES[1]]
    assert "log does not show it" in withdrawal.owed[NAMES[2]]
    assert not withdrawal.complete
    assert list(custodian.custody.details(receipt)), "kept until everybody has confirmed"
    custodian.trustee(2).away = custodian.trustee(3).slow = False
    again = withdraw(custodian, receipt)
    assert (len(again.statements), again.owed) == (4, {})
    assert custodian.log.kinds() == ["sealed", "requested", "withdrawn"]


def test_a_trustee_that_never_had_its_share_owes_nothing(custodian, receipt):
    custodian.trustee(2).away = True
    receipt = custodian.seal()
    custodian.trustee(2).away, custodian.trustee(2).refusing = False, "unknown-photo"
    withdrawal = withdraw(custodian, receipt, pending=[NAMES[1]])
    assert withdrawal.never_held == (NAMES[1],)
    assert NAMES[1] not in withdrawal.statements
    assert withdrawal.complete


def test_a_trustee_that_acknowledged_cannot_say_that_it_never_held_its_share(custodian, receipt):
    custodian.trustee(2).refusing = "unknown-photo"
    for done in (
        withdraw(custodian, receipt),
        withdraw_directly(custodian.panel, receipt.promise, bytes.fromhex(receipt.withdraw_secret)),
    ):
        assert not done.complete
        assert done.never_held == ()
        assert "its acknowledgement says otherwise" in done.owed[NAMES[1]]


def test_who_acknowledged_late_cannot_say_so_either(custodian, receipt):
    custodian.trustee(2).refusing = "unknown-photo"
    with custodian.ledger.atomic():
        custodian.ledger.keep_acknowledgement(receipt.promise.seal_id, NAMES[1], "a note")
    assert list(withdraw(custodian, receipt, pending=[NAMES[1]]).owed) == [NAMES[1]]


def test_a_trustee_that_refuses_for_another_reason_still_owes(custodian, receipt):
    custodian.trustee(2).refusing = "busy"
    assert list(withdraw(custodian, receipt).owed) == [NAMES[1]]


def test_while_the_log_is_away_the_shares_are_destroyed_all_the_same(custodian, receipt):
    custodian.log.down = True
    assert withdraw(custodian, receipt).complete
    assert custodian.custody.sweep().written == 0
    custodian.log.down = False
    assert custodian.custody.sweep().written == 1
    assert custodian.log.kinds() == ["sealed", "withdrawn"]


def test_past_the_custodian_with_the_receipt_alone(custodian, receipt):
    custodian.trustee(3).away = True
    secret = bytes.fromhex(receipt.withdraw_secret)
    withdrawal = withdraw_directly(custodian.panel, receipt.promise, secret)
    assert sorted(withdrawal.statements) == [NAMES[0], NAMES[1], NAMES[3]]
    assert list(withdrawal.owed) == [NAMES[2]]
    assert custodian.log.kinds() == ["sealed"]


def test_the_custodian_learns_from_the_log_what_was_withdrawn_past_it(custodian, receipt):
    said = WithdrawnDetails(promise=receipt.promise.digest().hex(), secret=receipt.withdraw_secret)
    assert custodian.custody.learn(said)
    assert state(custodian, receipt) is PhotoState.WITHDRAWN
    assert not list(custodian.blobs.names())
    assert custodian.custody.learn(said) is False
    assert custodian.log.kinds() == ["sealed"], "the entry stands there already"


def test_who_opened_what_is_forgotten_with_a_photo_that_was_withdrawn_past_it(custodian, receipt):
    custodian.open(receipt)
    assert list(custodian.custody.details(receipt))
    said = WithdrawnDetails(promise=receipt.promise.digest().hex(), secret=receipt.withdraw_secret)
    assert custodian.custody.learn(said)
    assert not list(custodian.custody.details(receipt))


@pytest.mark.parametrize("foreign", [{"secret": "00" * 32}, {"promise": "00" * 32}])
def test_an_entry_that_does_not_fit_destroys_nothing(custodian, receipt, foreign):
    fields = {"promise": receipt.promise.digest().hex(), "secret": receipt.withdraw_secret}
    assert custodian.custody.learn(WithdrawnDetails(**{**fields, **foreign})) is False
    assert state(custodian, receipt) is PhotoState.SEALED
    assert custodian.open(receipt) == PHOTO


def test_closing_freezes_and_destroys_nothing(custodian, receipt):
    custodian.custody.close(receipt.promise.seal_id, "decided")
    custodian.custody.close(receipt.promise.seal_id, "ended")
    assert custodian.log.kinds() == ["sealed", "closed"]
    assert state(custodian, receipt) is PhotoState.CLOSED
    assert all(each.held for each in custodian.panel.clients)
    assert list(custodian.blobs.names())
    assert withdraw(custodian, receipt).complete


def test_a_closing_comes_after_all_requests(custodian, receipt):
    custodian.log.down = True
    with pytest.raises(Exception, match="log"):
        custodian.request(receipt)
    custodian.custody.close(receipt.promise.seal_id, "decided")
    custodian.log.down = False
    custodian.custody.sweep()
    assert custodian.log.kinds() == ["sealed", "requested", "closed"]


def test_the_last_day_counts(custodian, receipt):
    custodian.later(days=136)
    assert custodian.today.date().isoformat() == receipt.promise.opens_until
    assert custodian.custody.sweep().expired == 0
    assert custodian.open(receipt) == PHOTO
    custodian.later(days=1)
    assert custodian.custody.sweep().expired == 1
    assert state(custodian, receipt) is PhotoState.EXPIRED
    with pytest.raises(RefusedError):
        custodian.custody.ciphertext(receipt.promise.seal_id)
    custodian.later(days=6)
    assert custodian.custody.sweep().destroyed == 0
    assert list(custodian.blobs.names()), "it waits in quarantine"
    custodian.later(days=1)
    swept = custodian.custody.sweep()
    assert (swept.expired, swept.destroyed) == (0, 1)
    assert not list(custodian.blobs.names())
    assert not list(custodian.custody.details(receipt))
    assert custodian.custody.sweep().destroyed == 0


def test_one_wrong_clock_ends_nothing(custodian, receipt):
    custodian.witnessed = custodian.today
    custodian.later(days=800)
    assert custodian.custody.sweep().expired == 0
    custodian.witnessed = datetime.fromtimestamp(0, UTC)
    assert custodian.custody.sweep().expired == 0, "the log was not followed yet"
    custodian.today, custodian.witnessed = custodian.today - timedelta(days=800), custodian.today
    assert custodian.custody.sweep().expired == 0
    assert custodian.open(receipt) == PHOTO


def test_too_many_ends_at_once_wait_for_a_person(custodian, monkeypatch):
    monkeypatch.setattr("habeas.custody.sweep.CAUTION", Caution(least=2))
    many = 3
    for _ in range(many):
        custodian.seal()
    custodian.later(days=137)
    with pytest.raises(TooManyEndsError, match=f"{many} of {many}"):
        custodian.custody.sweep()
    assert custodian.custody.sweep(ends=False).expired == 0
    assert len(list(custodian.blobs.names())) == many
    assert custodian.custody.sweep(many=True).expired == many


def test_a_withdrawal_that_was_cut_off_is_destroyed_by_the_sweep(custodian, receipt, monkeypatch):
    class Crash(BaseException):
        pass

    def crash(_):
        raise Crash

    monkeypatch.setattr(custodian.blobs, "delete", crash)
    with pytest.raises(Crash):
        custodian.custody.withdraw(receipt.promise.seal_id, bytes.fromhex(receipt.withdraw_secret))
    monkeypatch.undo()
    assert state(custodian, receipt) is PhotoState.WITHDRAWN
    assert custodian.custody.sweep().destroyed == 1
    assert not list(custodian.blobs.names())


def test_expiry_drops_what_waits_and_leaves_alone_what_ended_meanwhile(custodian, receipt):
    custodian.trustee(2).away = True
    waiting = custodian.seal().promise.seal_id
    assert custodian.ledger.tables.deposits
    assert expire(custodian.context, custodian.ledger.photo(waiting)) is True
    assert not custodian.ledger.tables.deposits
    before = custodian.ledger.photo(receipt.promise.seal_id)
    custodian.trustee(2).away = False
    withdraw(custodian, receipt)
    assert expire(custodian.context, before) is False
    assert state(custodian, receipt) is PhotoState.WITHDRAWN


def test_a_line_that_the_log_will_not_have_holds_nothing_else_up(custodian, receipt):
    """Not another photo's, nor a second withdrawal, whose line names no photo."""
    other = custodian.seal()
    custodian.log.down = True
    for _ in range(2):
        with pytest.raises(HabeasError):
            custodian.request(receipt)
    with pytest.raises(HabeasError):
        custodian.request(other)
    for each in (receipt, other):
        withdraw(custodian, each)
    custodian.log.down = False
    hopeless = {Entry.decode(custodian.ledger.lines(receipt.promise.seal_id)[1].entry).tag}
    secrets = [receipt.withdraw_secret.encode()]

    def refuses(entry):
        return Entry.decode(entry).tag in hopeless or any(each in entry for each in secrets)

    custodian.log.refuses = refuses
    assert custodian.custody.sweep().written == 2
    assert custodian.log.kinds() == ["sealed", "sealed", "requested", "withdrawn"]
    # A number never stands on the log without the one before it.
    custodian.log.refuses = lambda entry: any(each in entry for each in secrets)
    assert custodian.custody.sweep().written == 2
    tags = [each.tag for each in custodian.log.decoded() if each.kind == "requested"]
    key = receipt.stream_key(stream.CUSTODIAN)
    assert tags[-2:] == [stream.tag(key, number) for number in (1, 2)]


def test_details_are_bound_to_key_and_entry():
    locked = lock(bytes(32), bytes(12), b"entry", bytes(range(32)), {"reason": "o"})
    assert unlock(bytes(32), b"entry", locked) == (bytes(range(32)), {"reason": "o"})
    for key, entry, content in (
        (b"\1" * 32, b"entry", locked),
        (bytes(32), b"other", locked),
        (bytes(32), b"entry", locked[:-1]),
        (bytes(32), b"entry", b""),
    ):
        with pytest.raises(MalformedError):
            unlock(key, entry, content)


def test_a_sealed_share_shows_in_no_print():
    deposit = bytes.fromhex("5ec7e7") * 8
    shown = repr(PendingDeposit("00", "one.t", 0, deposit))
    assert repr(deposit)[2:-1] not in shown
