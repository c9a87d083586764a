"""What a trustee owes reaches the log, whatever the log refuses beside it."""

import pytest

from habeas.tlog import LogUnavailableError, NotAdmittedError
from habeas.trustee.outbox import Outbox
from habeas.trustee.store import Store


class PickyLog:
    """Takes all but some entries, all or none of a call, as the log does."""

    def __init__(self, *refused: bytes) -> None:
        self.refused = refused
        self.taken: list[bytes] = []
        self.away = False

    def append_many(self, entries):
        if self.away:
            raise LogUnavailableError("The log does not answer.")
        if any(entry in self.refused for entry in entries):
            raise NotAdmittedError("The entry is of another day.")
        self.taken += entries
        return list(range(len(entries)))


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / "trustee.db")
    yield made
    made.close()


def owe(store: Store, *entries: bytes) -> None:
    def act(connection):
        connection.executemany(
            "INSERT INTO entries (leaf, kind, entry, made) VALUES (?, 'erased', ?, 0)",
            [(b"leaf" + entry, entry) for entry in entries],
        )

    store.run(act)


def sequenced(store: Store) -> list[bytes]:
    return [
        row[0]
        for row in store.run(
            lambda c: c.execute(
                "SELECT entry FROM entries WHERE sequenced IS NOT NULL ORDER BY number"
            ).fetchall()
        )
    ]


def test_all_goes_in_one_call(store):
    log = PickyLog()
    owe(store, b"one", b"two")
    assert Outbox(store, log, lambda: 7).deliver() == 2
    assert log.taken == [b"one", b"two"]
    assert sequenced(store) == [b"one", b"two"]


def test_what_is_refused_holds_nothing_else_up(store):
    log = PickyLog(b"two")
    owe(store, b"one", b"two", b"three")
    outbox = Outbox(store, log, lambda: 7)
    assert outbox.deliver() == 2
    assert log.taken == [b"one", b"three"]
    assert sequenced(store) == [b"one", b"three"]
    assert isinstance(outbox.problem, NotAdmittedError)
    # It stays owed, and is said again in each round.
    assert outbox.deliver() == 0
    assert isinstance(outbox.problem, NotAdmittedError)


def test_what_does_not_arrive_stays_owed(store):
    log = PickyLog()
    log.away = True
    owe(store, b"one")
    outbox = Outbox(store, log, lambda: 7)
    assert outbox.deliver() == 0
    assert isinstance(outbox.problem, LogUnavailableError)
    assert sequenced(store) == []
    log.away = False
    assert outbox.deliver() == 1
    assert outbox.problem is None
