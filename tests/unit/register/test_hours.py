"""A copy of the log of hours, and a monitor of it beside the log that anchors it."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from habeas.foundation.database import Database
from habeas.protocol import Chain, Kind, sign_entry
from habeas.protocol.details import AnchoredDetails, CircleDetails, SealedDetails
from habeas.protocol.footage import RecordedDetails, entry_of, hour_name
from habeas.protocol.looks import ViewedDetails
from habeas.register.hours import HoursCopy
from habeas.register.hours_monitor import CityMonitor, HoursRules
from habeas.register.monitor import CircleRules
from habeas.tlog import ForkedViewError, TlogError, leaf_hash
from habeas.tlog.monitor import Monitor
from habeas.tlog.tree import Frontier
from tests.unit.parties import MemoryLog
from tests.unit.protocol import world
from tests.unit.protocol.world import (
    CUSTODIAN_KEY,
    HOURS,
    HOURS_KEY,
    HOURS_LOG,
    RECORDER_KEY,
    TRUSTEES,
)

NOTE = world.circle_note(hours=HOURS_LOG)
CHAIN = Chain.start(NOTE, 0)
CIRCLE = CHAIN.newest.circle
BEGUN = datetime.fromtimestamp(world.TIME, UTC).replace(minute=0)


def hour(at=0, camera="bridge-north", root="1", lost=0, seconds=3600):
    moment = BEGUN + timedelta(hours=at)
    details = RecordedDetails(
        camera=camera, hour=hour_name(moment), segments=600, seconds=seconds,
        frames=36_000, lost=lost, whole=0, root=root * 64,
    )  # fmt: skip
    salt = world.random(f"salt {at} {camera} {root}")
    return entry_of(details, moment.date(), RECORDER_KEY, salt).encode()


def viewed():
    details = ViewedDetails.read(
        {"v": 2, "act": "viewed", "camera": "bridge-north", "office": world.OFFICE,
         "purpose": "investigation", "hour": hour_name(BEGUN), "minutes": 5, "commit": "0" * 64}
    )  # fmt: skip
    return entry_of(details, BEGUN.date(), CUSTODIAN_KEY, world.random("viewed")).encode()


def memory(*leaves, key=HOURS_KEY):
    return MemoryLog(world.Log(list(leaves), key))


def root_of(leaves):
    return Frontier().extend(leaf_hash(each) for each in leaves).root()


# The copy


def test_hours_are_found_by_camera_and_place():
    log = memory(hour(0), hour(0, "bridge-south"), hour(1), hour(2))
    copy = HoursCopy(Database(None), log)
    tree = copy.catch_up(CHAIN, CIRCLE)
    assert (tree.origin, tree.size, tree.root) == (HOURS, 4, root_of(log.entries()))
    assert [index for index, _ in copy.of_camera("bridge-north", 9)] == [3, 2, 0]
    assert [index for index, _ in copy.of_camera("bridge-north", 1, before=3)] == [2]
    assert [index for index, _ in copy.of_camera("bridge-south", 9)] == [1]


def test_hours_are_counted_by_camera_and_month():
    """Of the month in which they were recorded; what would break sums is cut off."""
    log = memory(hour(0), hour(1), hour(0, "bridge-south"), hour(24 * 40))
    copy = HoursCopy(Database(None), log)
    copy.catch_up(CHAIN, CIRCLE)
    newest, first = copy.camera_months("bridge-north")
    assert (first.month, first.hours, first.seconds, first.frames) == (
        f"{BEGUN:%Y-%m}", 2, 7200, 72_000,
    )  # fmt: skip
    assert copy.months_recorded() == [newest.month, first.month]
    assert [each.camera for each in copy.of_month(first.month, 9)] == [
        "bridge-north", "bridge-south",
    ]  # fmt: skip
    assert [each.camera for each in copy.of_month(first.month, 9, "bridge-north")] == [
        "bridge-south"
    ]
    for at in range(2, 6):
        log.log.leaves.append(hour(at, lost=2**53 - 1, seconds=3612))
    copy.catch_up(CHAIN, CIRCLE)
    first = copy.camera_months("bridge-north")[1]
    assert (first.lost, first.seconds) == (4 * 10**9, 6 * 3600)


def test_a_copy_of_before_counts_what_it_has():
    database, log = Database(None), memory(hour(0), viewed(), hour(1))
    HoursCopy(database, log).catch_up(CHAIN, CIRCLE)
    with database.transaction() as connection:
        connection.execute("DROP TABLE recorded")
        connection.execute("UPDATE habeas_schema SET version = 1 WHERE part = 'hours'")
    for _ in range(2):
        (month,) = HoursCopy(database, log).camera_months("bridge-north")
        assert (month.hours, month.frames) == (2, 72_000)


def test_what_is_no_hour_is_kept_and_obeyed_by_nobody():
    copy = HoursCopy(Database(None), memory(b"{", viewed(), hour(), hour(camera="harbour")))
    assert copy.catch_up(CHAIN, CIRCLE).size == 4
    assert [index for index, _ in copy.of_camera("bridge-north", 9)] == [2]
    assert copy.of_camera("harbour", 9) == []


def test_the_other_log_is_not_taken_for_it():
    copy = HoursCopy(Database(None), memory(hour(), key=world.LOG_KEY))
    with pytest.raises(TlogError):
        copy.catch_up(CHAIN, CIRCLE)


def test_a_copy_does_not_follow_another_tree():
    log = memory(hour(0), hour(1))
    copy = HoursCopy(Database(None), log)
    copy.catch_up(CHAIN, CIRCLE)
    log.log.leaves = [hour(0), hour(1, root="2"), hour(2)]
    with pytest.raises(ForkedViewError):
        copy.catch_up(CHAIN, CIRCLE)


# The monitor, which an operator tries to deceive


class Watch:
    """Somebody who watches both logs of a city."""

    def __init__(self, chain=CHAIN, database=None, hours=None, everything=None):
        self.everything = everything or memory(key=world.LOG_KEY)
        self.hours = memory() if hours is None else hours
        self.now = BEGUN + timedelta(minutes=20)
        self.database = database or Database(None)
        self.beside = Database(None)
        self.rules = CircleRules(chain, 200, self.clock)
        # Fresh is judged elsewhere: the cosignatures of these logs are all of one moment.
        first = Monitor(
            self.database, self.everything, chain.newest.circle.reading_policy(), [self.rules],
            stale_after=1e9, clock=self.clock,
        )  # fmt: skip
        self.monitor = CityMonitor(
            first, self.beside_it, self.database, self.rules.in_force, self.clock
        )

    def clock(self):
        return self.now.timestamp()

    def beside_it(self, circle):
        return Monitor(
            self.beside, self.hours, circle.reading_policy(circle.hours),
            [HoursRules(lambda: self.rules.chain)], stale_after=1e9, clock=self.clock,
        )  # fmt: skip

    def record(self, *hours):
        self.hours.log.leaves += hours

    def anchor(self, size=None, root=None):
        """What the custodian says of the log of hours that it has."""
        leaves = self.hours.log.leaves if size is None else self.hours.log.leaves[:size]
        details = AnchoredDetails(
            origin=HOURS, size=len(leaves), root=(root or root_of(leaves)).hex(),
            hour=hour_name(self.now),
        )  # fmt: skip
        day, salt = self.now.date().isoformat(), world.random(f"anchor {self.now} {len(leaves)}")
        entry = sign_entry(CUSTODIAN_KEY, Kind.ANCHORED, day, details, salt)
        self.everything.log.append(entry)

    def codes(self):
        seen = self.monitor.look()
        assert seen.failure is None
        return [each.code for each in seen.findings]


@pytest.fixture
def watch():
    return Watch()


def test_an_honest_city_is_no_finding(watch):
    assert watch.codes() == []
    for at in range(4):
        watch.record(hour(at), hour(at, "bridge-south"))
        watch.anchor()
        assert watch.codes() == []
        watch.now += timedelta(hours=1)
    assert "habeas_monitor_hours_size 8\n" in watch.monitor.metrics()


def test_an_operator_that_shows_two_logs_of_hours_is_found(watch):
    """The witnesses have signed both: what is anchored is another tree than the one shown."""
    watch.record(hour(0), hour(1))
    watch.anchor(root=root_of([hour(0), hour(1, root="2")]))
    (found,) = watch.monitor.look().findings
    assert (found.code, found.index) == ("hours-forked", 0)
    assert found.evidence
    assert watch.codes() == [], "it is said once"


def test_an_operator_that_rewinds_the_log_of_hours_is_found(watch):
    watch.record(hour(0), hour(1), hour(2))
    watch.anchor()
    del watch.hours.log.leaves[2:]
    assert watch.codes() == ["hours-rewound"]


def test_an_operator_that_anchors_less_than_before_is_found(watch):
    watch.record(hour(0), hour(1), hour(2))
    watch.anchor()
    assert watch.codes() == []
    watch.now += timedelta(hours=1)
    watch.anchor(size=2)
    assert watch.codes() == ["hours-rewound"]


def test_an_operator_that_writes_the_log_of_hours_anew_is_found(watch):
    """Rewound behind what a monitor has seen: it has its own copy, whatever is anchored."""
    watch.record(hour(0), hour(1))
    watch.anchor()
    assert watch.codes() == []
    watch.hours.log.leaves[:] = [hour(0), hour(1, root="2"), hour(2)]
    assert watch.codes() == ["fork"]


def test_an_operator_that_anchors_nothing_is_found(watch):
    watch.record(hour(0))
    watch.anchor()
    watch.now = BEGUN + timedelta(hours=3)
    assert watch.codes() == []
    watch.now += timedelta(seconds=1)
    assert watch.codes() == ["hours-unanchored"]
    assert watch.codes() == [], "it is said once"
    watch.anchor()
    watch.now += timedelta(hours=4)
    assert watch.codes() == ["hours-unanchored"], "and of the next time again"


def test_an_operator_that_has_never_anchored_is_found(watch):
    watch.record(hour(0))
    assert watch.codes() == [], "it may be about to"
    watch.now += timedelta(hours=3, seconds=1)
    assert watch.codes() == ["hours-unanchored"]


def test_a_recorder_that_closes_an_hour_twice_is_found(watch):
    watch.record(hour(0), hour(0))
    watch.anchor()
    assert watch.codes() == []
    watch.record(hour(0, root="2"))
    assert watch.codes() == ["hour-repeated"]


def test_looks_that_hide_among_hours_are_foreign_there(watch):
    sealed = sign_entry(
        CUSTODIAN_KEY, Kind.SEALED, BEGUN.date().isoformat(), SealedDetails(promise="00" * 32),
        world.random("sealed"), service=world.SERVICE, tag="11" * 16,
    )  # fmt: skip
    watch.record(viewed(), sealed.encode(), b"\xff")
    watch.anchor()
    assert watch.codes() == ["foreign-entry"], "at 1, 10, 100"


def test_a_log_of_hours_that_does_not_answer_is_a_failure_and_no_finding(watch):
    watch.record(hour(0))
    watch.anchor()
    watch.hours.down = True
    seen = watch.monitor.look()
    assert seen.findings == ()
    assert seen.failure
    watch.hours.down = False
    assert watch.codes() == []


# A circle that follows, while the monitor runs


def successor(chain, **changes):
    """The entry of the circle that follows the newest of *chain*."""
    before = chain.newest
    note = world.circle_note(number=before.circle.number + 1, previous=before.digest, **changes)
    details = CircleDetails(circle=note)
    day, salt = BEGUN.date().isoformat(), world.random(f"circle {before.circle.number + 1}")
    return sign_entry(TRUSTEES[0].statement, Kind.CIRCLE, day, details, salt)


def test_the_first_log_of_hours_is_watched_from_when_its_circle_takes_effect():
    before = Chain.start(world.circle_note(), 0)
    watch = Watch(before)
    watch.hours.down = True
    assert watch.codes() == [], "there is none to ask"
    watch.everything.log.append(successor(before, hours=HOURS_LOG))
    assert watch.codes() == ["circle-changed"]
    watch.now += timedelta(seconds=CIRCLE.delays.circle_seconds - 1)
    assert watch.codes() == [], "it is not in force, and nobody cosigns that log"
    watch.now += timedelta(seconds=1)
    assert watch.monitor.look().failure, "from now on it has to answer"
    watch.hours.down = False
    watch.record(hour(0), hour(1))
    watch.anchor(root=root_of([hour(0), hour(1, root="2")]))
    assert watch.codes() == ["hours-forked"]
    assert "habeas_monitor_hours_size 2\n" in watch.monitor.metrics()


def test_who_begins_to_watch_later_knows_since_when_a_circle_is_in_force():
    before = Chain.start(world.circle_note(), 0)
    first = Watch(before)
    first.everything.log.append(successor(before, hours=HOURS_LOG))
    first.codes()
    first.now += timedelta(seconds=CIRCLE.delays.circle_seconds)
    again = Watch(before, first.database, first.hours, first.everything)
    again.now = first.now
    again.record(hour(0))
    assert again.codes() == []
    assert "habeas_monitor_hours_size 1\n" in again.monitor.metrics()
    # Who reads an old log for the first time takes the entry's own day.
    late = Watch(before, None, first.hours, first.everything)
    late.now = BEGUN + timedelta(days=1, seconds=CIRCLE.delays.circle_seconds)
    assert late.codes() == ["circle-changed"]
    assert "habeas_monitor_hours_size 1\n" in late.monitor.metrics()


def test_the_witnesses_of_a_circle_in_force_are_those_that_count():
    before = Chain.start(world.circle_note(), 0)
    watch = Watch(before)
    watch.everything.log.append(successor(before, r=4))
    assert watch.codes() == ["circle-changed"]
    watch.everything.checkpoint = partial(watch.everything.log.checkpoint, TRUSTEES[:3])
    assert watch.codes() == []
    watch.now += timedelta(seconds=CIRCLE.delays.circle_seconds)
    assert watch.codes() == ["quorum-missing"]
