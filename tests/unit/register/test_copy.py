"""The verified copy of the log: searchable, complete, and kept through a restart."""

import pytest

from habeas import tlog
from habeas.foundation.database import Database
from habeas.protocol import Kind, sign_entry
from habeas.protocol.details import SealedDetails
from habeas.register.copy import FOREIGN as FOREIGN_KIND
from habeas.register.copy import Figure, LogCopy
from tests.unit.protocol.world import CUSTODIAN_KEY, DAY, OFFICE, SERVICE, TRUSTEES, Case, random
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
