"""Following a log: what was verified once is kept, and nothing else is."""

import dataclasses

import pytest

from habeas import tlog
from habeas.foundation.database import Database
from habeas.foundation.schema import Schema
from habeas.tlog import spans
from habeas.tlog.view import LogView
from tests.unit.tlog.memory import POLICY, SIGNER, MemoryLog

SPAN = 512
LONG = 3 * SPAN + 77


@pytest.fixture(autouse=True)
def short_spans(monkeypatch):
    assert spans.SPAN % 256 == 0
    monkeypatch.setattr(spans, "SPAN", SPAN)


def numbers(count, first=0):
    return [b"entry %d" % n for n in range(first, first + count)]


class Flaky(MemoryLog):
    """Fails at the *at*-th question after it is armed."""

    def __init__(self, *entries):
        super().__init__(*entries)
        self.at = -1

    def _ask(self):
        self.at -= 1
        if self.at == 0:
            raise tlog.LogUnavailableError("It fails.")

    def entries(self, begin, end):
        self._ask()
        return super().entries(begin, end)

    def tile(self, tile):
        if tile.level >= 0:
            self._ask()
        return super().tile(tile)


SEEN = Schema("seen", 1, 0, "CREATE TABLE seen (position INTEGER PRIMARY KEY, entry)")


class Owner:
    """Keeps what it is shown, in the view's transaction."""

    def __init__(self):
        self.database = Database(schema=SEEN)

    def apply(self, position, entry):
        self.database.connection.execute("INSERT INTO seen VALUES (?, ?)", (position, entry))

    def seen(self):
        with self.database.reading() as connection:
            return [
                row[0] for row in connection.execute("SELECT entry FROM seen ORDER BY position")
            ]


@pytest.mark.parametrize("size", [0, 1, SPAN - 1, SPAN, SPAN + 1, LONG])
def test_a_log_is_followed_from_nothing(size):
    log, owner = MemoryLog(*numbers(size)), Owner()
    view = LogView(owner.database, log, POLICY, owner.apply)
    assert view.catch_up().checkpoint.size == size
    assert view.size == size
    assert len(owner.seen()) == size
    if size:
        assert view.checkpoint() == log.checkpoint()
        assert view.leaf(size - 1) == tlog.leaf_hash(b"entry %d" % (size - 1))
    assert view.leaf(size) is None


def test_wherever_it_fails_it_goes_on_from_there():
    log = Flaky(*numbers(LONG))
    for at in range(1, 30):
        owner = Owner()
        view = LogView(owner.database, log, POLICY, owner.apply)
        log.at = at
        try:
            view.catch_up()
        except tlog.LogUnavailableError:
            reached = view.size
            assert reached % SPAN == 0
            assert view.checkpoint() is None
            assert len(owner.seen()) == reached
            view.catch_up()
        assert owner.seen() == numbers(LONG)
        assert view.checkpoint() == log.checkpoint()
    assert log.at > 0, "the last run was not disturbed"


def test_while_it_reads_others_may_write():
    owner = Owner()

    class Watching(MemoryLog):
        def entries(self, begin, end):
            assert not owner.database.connection.in_transaction
            return super().entries(begin, end)

        def tile(self, tile):
            assert not owner.database.connection.in_transaction
            return super().tile(tile)

    LogView(owner.database, Watching(*numbers(LONG)), POLICY, owner.apply).catch_up()
    assert len(owner.seen()) == LONG


def test_a_wrong_entry_is_not_believed_even_on_the_way():
    log, owner = MemoryLog(*numbers(LONG)), Owner()
    path = tlog.Tile(-1, SPAN // 256 + 1).path()
    log.files[path] = log.files[path].replace(b"entry 77", b"entry 99", 1)
    view = LogView(owner.database, log, POLICY, owner.apply)
    with pytest.raises(tlog.ForkedViewError):
        view.catch_up()
    assert view.size == SPAN
    assert view.checkpoint() is None
    # Who shows this log to others can show what it was on its way to.
    assert view.evidence() == log.checkpoint()


def test_a_shorter_target_may_be_where_an_earlier_try_stopped():
    log, owner = Flaky(*numbers(SPAN)), Owner()
    shorter = log.checkpoint()
    log.add(*numbers(SPAN, SPAN))
    view = LogView(owner.database, log, POLICY, owner.apply)
    longer = log.checkpoint()
    log.at = 2 + 1  # entries, the tiles of the proof, then these entries
    while view.size != SPAN:
        with pytest.raises(tlog.LogUnavailableError):
            view.catch_up(longer)
        log.at = 2
    assert view.checkpoint() is None
    view.catch_up(shorter)
    assert view.checkpoint() == shorter
    log.at = -1
    view.catch_up(longer)
    assert view.checkpoint() == longer


def test_an_apply_that_raises_undoes_its_span_only():
    log, owner = MemoryLog(*numbers(2 * SPAN)), Owner()
    broken = True

    def apply(position, entry):
        owner.apply(position, entry)
        if broken and position == SPAN + 5:
            raise tlog.TlogError("The owner cannot.")

    view = LogView(owner.database, log, POLICY, apply)
    with pytest.raises(tlog.TlogError, match="cannot"):
        view.catch_up()
    assert len(owner.seen()) == view.size == SPAN
    broken = False
    view.catch_up()
    assert owner.seen() == numbers(2 * SPAN)


def test_two_views_of_one_database_take_turns():
    """As two processes do: what the other has followed meanwhile is not followed twice."""
    owner = Owner()
    log = MemoryLog(*numbers(SPAN + 10))

    class Other(MemoryLog):
        def entries(self, begin, end):
            LogView(owner.database, log, POLICY, owner.apply).catch_up()
            return super().entries(begin, end)

    LogView(owner.database, Other(*numbers(SPAN + 10)), POLICY, owner.apply).catch_up()
    assert owner.seen() == numbers(SPAN + 10)


def test_a_fork_of_what_was_followed_is_noticed_at_every_size():
    log, owner = MemoryLog(*numbers(SPAN + 300)), Owner()
    LogView(owner.database, log, POLICY, owner.apply).catch_up()
    for size in (1, 300, SPAN, SPAN + 299, SPAN + 300, SPAN + 301, 2 * SPAN + 1):
        other = MemoryLog(b"another", *numbers(size - 1, 1))
        with pytest.raises(tlog.ForkedViewError):
            LogView(owner.database, other, POLICY, owner.apply).catch_up()
        same = MemoryLog(*numbers(min(size, SPAN + 300)))
        LogView(owner.database, same, POLICY, owner.apply).catch_up()


def test_tiles_of_another_length_are_not_followed():
    log, owner = MemoryLog(*numbers(LONG)), Owner()
    for path in [each for each in log.files if each.startswith("tile/1/")]:
        log.files[path] = log.files[path][:-32]
    view = LogView(owner.database, log, POLICY, owner.apply)
    with pytest.raises(tlog.StaleViewError, match="cannot be read"):
        view.catch_up()
    assert view.size == 0


def witnessed(log):
    """Has a log in memory show the time that is given; a policy that asks for its witness."""
    witness = tlog.CosignatureSigner.generate("w.example")
    policy = tlog.Policy.parse(f"log {SIGNER.vkey}\nwitness w {witness.vkey}\nquorum w\n")
    plain = log.checkpoint

    def at(time):
        def stamped():
            note = plain()
            return note + witness.cosign(note.split("\n\n")[0] + "\n", time).line()

        log.checkpoint = stamped

    return policy, at


def test_a_quiet_log_grows_no_older():
    log, owner = MemoryLog(*numbers(3)), Owner()
    policy, at = witnessed(log)
    view = LogView(owner.database, log, policy, owner.apply)
    notes = []
    for time in (1000, 1060):
        at(time)
        view.catch_up()
        notes.append(log.checkpoint())
        assert view.checkpoint() == notes[-1]
    at(1030)
    view.catch_up()
    assert view.checkpoint() == notes[1], "an older one never replaces a newer one"
    assert owner.seen() == numbers(3)


def test_no_other_tree_of_that_size_takes_its_place():
    log, other, owner = MemoryLog(*numbers(3)), MemoryLog(b"a", b"b", b"c"), Owner()
    policy, at = witnessed(log)
    at(1000)
    view = LogView(owner.database, log, policy, owner.apply)
    verified = view.catch_up()
    forged = dataclasses.replace(
        verified,
        checkpoint=dataclasses.replace(
            verified.checkpoint,
            root=tlog.Checkpoint.parse(other.checkpoint().split("\n\n")[0] + "\n").root,
        ),
        quorum_time=2000,
    )
    with pytest.raises(tlog.ForkedViewError):
        view.restamp(forged, other.checkpoint())
    assert view.checkpoint() == log.checkpoint()


def test_under_other_witnesses_the_new_word_counts():
    log, owner = MemoryLog(*numbers(3)), Owner()
    policy, at = witnessed(log)
    at(1000)
    LogView(owner.database, log, policy, owner.apply).catch_up()
    log.checkpoint = MemoryLog(*numbers(3)).checkpoint
    policy, at = witnessed(log)
    at(900)
    view = LogView(owner.database, log, policy, owner.apply)
    view.catch_up()
    assert view.checkpoint() == log.checkpoint()
