"""The verified copy of the log: searchable, complete, and kept through a restart."""

import pytest

from habeas import tlog
from habeas.foundation.database import Database
from habeas.protocol import Entry, Kind, sign_entry
from habeas.protocol.details import CircleDetails, KeyDetails, SealedDetails, WithdrawnDetails
from habeas.protocol.statements import sign_statement
from habeas.register.copy import LogCopy
from habeas.register.figures import FOREIGN as FOREIGN_KIND
from habeas.register.figures import Figure
from tests.unit.protocol.vectors.circles import NEWCOMER, second_note
from tests.unit.protocol.world import (
    CUSTODIAN_KEY,
    DAY,
    OFFICE,
    SERVICE,
    TIME,
    TRUSTEES,
    Case,
    Log,
    random,
)
from tests.unit.tlog.memory import POLICY, MemoryLog

TAGS = ["11" * 16, "22" * 16]
FOREIGN = b"anybody's bytes"
CHAIN = Case().chain


def entry(tag=TAGS[0], signer=CUSTODIAN_KEY, day=DAY):
    return sign_entry(
        signer, Kind.SEALED, day, SealedDetails(promise="00" * 32), random("salt"),
        tag=tag, service=SERVICE,
    ).encode()  # fmt: skip


REQUEST = Case().request()
FIRST, SECOND = entry(), entry(day="2027-01-16")
OTHER = sign_entry(
    CUSTODIAN_KEY, Kind.REQUESTED, DAY, REQUEST, random("salt"), tag=TAGS[1], slot="33" * 16,
    service=SERVICE, office=OFFICE, purpose="decide-application",
).encode()  # fmt: skip


@pytest.fixture
def log():
    return MemoryLog(FIRST, FOREIGN, SECOND, OTHER)


@pytest.fixture
def copy(log):
    made = LogCopy(Database(), log, POLICY, CHAIN)
    assert made.catch_up() == 4
    return made


def test_the_first_entry_with_a_tag_counts(copy):
    assert copy.find(TAGS) == {TAGS[0]: (0, FIRST), TAGS[1]: (3, OTHER)}
    assert copy.find(["33" * 16]) == {}
    assert copy.find([]) == {}


def test_every_entry_is_there_whatever_it_is(copy):
    assert [copy.entry(index) for index in range(5)] == [FIRST, FOREIGN, SECOND, OTHER, None]
    assert copy.size == 4


def test_the_newest_come_first(copy):
    assert list(copy.newest(2)) == [(3, OTHER), (2, SECOND)]
    assert list(copy.newest(9, before=2)) == [(1, FOREIGN), (0, FIRST)]
    assert list(copy.newest(0)) == []


def test_figures_count_kinds_offices_and_purposes(copy):
    assert copy.figures() == [
        Figure(FOREIGN_KIND, "", "", 1),
        Figure("requested", OFFICE, "decide-application", 1),
        Figure("sealed", "", "", 2),
    ]


def test_figures_do_not_count_all_that_ever_was(copy):
    """They are kept as entries come: without the entries, they are as they were."""
    before = copy.figures()
    with copy._database.transaction() as connection:
        connection.execute("DELETE FROM copied")
    assert before
    assert copy.figures() == before


def test_a_copy_that_was_made_before_figures_were_kept_counts_once(tmp_path, log):
    def figures():
        with Database(tmp_path / "copy") as database:
            return LogCopy(database, log, POLICY, CHAIN).figures()

    with Database(tmp_path / "copy") as database:
        copy = LogCopy(database, log, POLICY, CHAIN)
        copy.catch_up()
        before = copy.figures()
        with database.transaction() as connection:
            connection.execute("DROP TABLE figures")
    assert [figures(), figures()] == [before, before]


def test_a_withdrawal_is_counted_once_whoever_tells_of_it(tmp_path):
    def withdrawn(promise, salt):
        details = WithdrawnDetails(promise=promise * 32, secret="ab" * 32)
        return sign_entry(CUSTODIAN_KEY, Kind.WITHDRAWN, DAY, details, random(salt)).encode()

    entries = [withdrawn("aa", "one"), withdrawn("aa", "two"), withdrawn("bb", "three")]
    with Database(tmp_path / "copy") as database:
        copy = LogCopy(database, MemoryLog(*entries), POLICY, CHAIN)
        copy.catch_up()
        kept = copy.figures()
        with database.transaction() as connection:
            connection.execute("DROP TABLE figures")
        counted = LogCopy(database, MemoryLog(*entries), POLICY, CHAIN).figures()
    assert kept == counted == [Figure("withdrawn", "", "", 2)]


def test_slots_that_stand_on_the_log(copy):
    assert copy.slots(["33" * 16, "44" * 16]) == {"33" * 16}
    assert copy.slots([]) == set()


def test_an_entry_of_another_writer_is_foreign_and_hides_nothing(log):
    """A trustee's key under a tag of the custodian's: it does not count, and is not found."""
    log = MemoryLog(entry(signer=TRUSTEES[0].statement), FIRST)
    copy = LogCopy(Database(), log, POLICY, CHAIN)
    assert copy.catch_up() == 2
    assert copy.find(TAGS) == {TAGS[0]: (1, FIRST)}


def test_it_grows_with_the_log(copy, log):
    log.add(FOREIGN + b"2")
    assert copy.size == 4, "until it looks"
    assert copy.catch_up() == 5
    assert copy.entry(4) == FOREIGN + b"2"
    assert copy.checkpoint() == log.checkpoint()


def test_a_restart_reads_nothing_again(tmp_path, log):
    with Database(tmp_path / "copy") as database:
        LogCopy(database, log, POLICY, CHAIN).catch_up()
    asked = []
    entries = log.entries
    log.entries = lambda begin, end: asked.append((begin, end)) or entries(begin, end)
    with Database(tmp_path / "copy") as database:
        again = LogCopy(database, log, POLICY, CHAIN)
        assert again.entry(2) == SECOND
        assert again.catch_up() == 4
    assert asked == []


def test_what_does_not_lead_to_the_signed_root_is_not_kept(log):
    good = log.entries

    def changed(begin, end):
        return [FIRST if each == FOREIGN else each for each in good(begin, end)]

    log.entries = changed
    copy = LogCopy(Database(), log, POLICY, CHAIN)
    with pytest.raises(tlog.TlogError):
        copy.catch_up()
    assert (copy.size, copy.entry(0), copy.find(TAGS)) == (0, None, {})


def test_another_log_of_the_same_name_is_a_fork(copy):
    other = MemoryLog(FIRST, FOREIGN, SECOND, SECOND + b" ", OTHER)
    forked = LogCopy(copy._database, other, POLICY, CHAIN)
    with pytest.raises(tlog.ForkedViewError):
        forked.catch_up()
    assert copy.size == 4


def circle_entry():
    note = second_note(CHAIN.newest.circle)
    return sign_entry(
        TRUSTEES[0].statement, Kind.CIRCLE, DAY, CircleDetails(circle=note), random("salt")
    ).encode()


def key_of_the_newcomer():
    said = KeyDetails(
        trustee=NEWCOMER.name, month="2027-05", key=NEWCOMER.key().key_id(),
        statement=sign_statement(NEWCOMER.statement, NEWCOMER.key()),
    )  # fmt: skip
    return sign_entry(NEWCOMER.statement, Kind.KEY, DAY, said, random("salt")).encode()


def test_what_one_process_sees_of_circles_the_others_know_at_once(log, tmp_path):
    first, second = (
        LogCopy(Database(tmp_path / "copy.sqlite3"), log, POLICY, CHAIN, now=lambda: TIME)
        for _ in range(2)
    )
    for each in (first, second):
        each.catch_up()
    log.add(circle_entry())
    first.catch_up()
    assert [len(each.chain.links) for each in (first, second)] == [2, 2]
    # What only the new circle lets in is no stranger's to the other process.
    log.add(key_of_the_newcomer())
    second.catch_up()
    kinds = {each.kind: each.count for each in second.figures()}
    assert (kinds["circle"], kinds["key"], kinds[FOREIGN_KIND]) == (1, 1, 1)


def test_a_circle_that_another_process_takes_in_meanwhile_counts_at_once(log, tmp_path):
    def copy(source):
        database = Database(tmp_path / "copy.sqlite3")
        return LogCopy(database, source, POLICY, CHAIN, now=lambda: TIME)

    class Meanwhile(type(log)):
        """Between two steps of whoever asks it, another process follows to the circle."""

        def checkpoint(self):
            if self.edge.frontier().size == 5:
                first.catch_up()
                self.add(key_of_the_newcomer())
            return super().checkpoint()

    first, second = copy(log), copy(log)
    second.catch_up()
    log.add(circle_entry())
    log.__class__ = Meanwhile
    first = copy(MemoryLog(FIRST, FOREIGN, SECOND, OTHER, log_entry(log, 4)))
    second.catch_up()
    kinds = {each.kind: each.count for each in second.figures()}
    assert (kinds["circle"], kinds["key"], kinds[FOREIGN_KIND]) == (1, 1, 1)


def log_entry(log, index):
    return next(iter(log.entries(index, index + 1)))


def test_a_circle_s_delay_does_not_begin_anew_with_each_start(log, tmp_path):
    def start(now):
        return LogCopy(Database(tmp_path / "copy.sqlite3"), log, POLICY, CHAIN, now=lambda: now)

    log.add(circle_entry())
    start(TIME).catch_up()
    delay = CHAIN.newest.circle.delays.circle_seconds
    again = start(TIME + delay)
    assert again.chain.newest.effective == TIME + delay
    assert again.chain.in_force(TIME + delay).circle.number == 2


def test_checkpoints_count_by_the_circle_in_force(tmp_path):
    """A copy goes on when the witnesses of the circle that it began with have gone."""
    log, now = CosignedLog(), [TIME]
    copy = LogCopy(Database(None), log, None, CHAIN, now=lambda: now[0])
    log.append(Entry.decode(FIRST))
    assert copy.catch_up() == 1
    log.leaves.append(circle_entry())
    assert copy.catch_up() == 2
    log.witnesses = [NEWCOMER, *TRUSTEES[:2]]
    log.append(Entry.decode(SECOND))
    with pytest.raises(tlog.QuorumError):
        copy.catch_up()
    now[0] += CHAIN.newest.circle.delays.circle_seconds
    assert copy.catch_up() == 3


class CosignedLog(Log):
    """A log whose checkpoints those witnesses cosign."""

    witnesses = TRUSTEES[:3]

    def checkpoint(self, *_):
        return super().checkpoint(self.witnesses)

    def entries(self, begin, end):
        return self.leaves[begin:end]


def test_what_is_said_of_the_app_is_found_by_its_index_however_long_the_log():
    statements = []
    database = Database(None)
    copy = LogCopy(database, MemoryLog(), POLICY, CHAIN)
    database.connection.set_trace_callback(statements.append)
    assert (copy.of_kind(Kind.APP), copy.positions_of(Kind.APP)) == ([], ())
    assert copy.differences(3) == []
    database.connection.set_trace_callback(None)
    asked = [each for each in statements if "FROM copied WHERE kind" in each]
    assert len(asked) == 3
    for each in asked:
        plan = database.connection.execute(f"EXPLAIN QUERY PLAN {each}").fetchall()
        (read,) = [step[-1] for step in plan if "copied" in step[-1]]
        assert "copied_app" in read
