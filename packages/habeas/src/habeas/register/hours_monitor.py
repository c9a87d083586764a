"""Docs/protocol section 12: what must hold of the log of hours, and between it and the other log.

Whoever shows two trees of the log of hours has to show two of the log that anchors it, too: each
anchor is held against the tree that this monitor was shown. An operator that anchors nothing, or
shows less than was anchored, is said.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from habeas.foundation.database import Database
from habeas.protocol import Chain, Circle
from habeas.protocol.details import AnchoredDetails
from habeas.register import anchoring
from habeas.register.anchoring import UnanchoredError
from habeas.register.hours import recorded
from habeas.tlog.errors import ForkedViewError
from habeas.tlog.monitor import Finding, Monitor, Round

#: In the database of the log that anchors.
SCHEMA = """
CREATE TABLE IF NOT EXISTS anchor (
  position INTEGER PRIMARY KEY, said TEXT NOT NULL, held INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS anchor_missing (one INTEGER PRIMARY KEY, since REAL NOT NULL);
CREATE INDEX IF NOT EXISTS anchor_open ON anchor (position) WHERE held = 0;
"""
_HOURS = """
CREATE TABLE IF NOT EXISTS hour_seen (camera TEXT, hour TEXT, root TEXT, position INTEGER,
  PRIMARY KEY (camera, hour)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS foreign_hours (one INTEGER PRIMARY KEY, count INTEGER);
"""


def anchored(
    connection: sqlite3.Connection, index: int, details: AnchoredDetails
) -> Iterator[Finding]:
    """Keep an anchor, and hold it against the one before."""
    row = connection.execute("SELECT said FROM anchor ORDER BY position DESC LIMIT 1").fetchone()
    before = AnchoredDetails.decode(row[0].encode()) if row else None
    connection.execute("INSERT INTO anchor VALUES (?, ?, 0)", (index, details.encode().decode()))
    if before is None or before.origin != details.origin:
        return
    changed = details.size == before.size and details.root != before.root
    if details.size < before.size or changed:
        words = (
            f"Entry {index} anchors {details.size} hours; {before.size} were anchored before, "
            "and this is not their tree."
        )
        yield Finding("hours-rewound", words, index)


class HoursRules:
    """What holds among the entries of the log of hours: nothing but hours, and each of them once.

    Args:
        chain: the circles that are known by now.
    """

    def __init__(self, chain: Callable[[], Chain]) -> None:
        self._chain = chain

    def prepare(self, connection: sqlite3.Connection) -> None:
        """Make the tables."""
        connection.executescript(_HOURS)

    def see(self, connection: sqlite3.Connection, index: int, entry: bytes) -> Iterable[Finding]:
        """Read the entry. It takes any bytes."""
        said = recorded(entry, self._chain())
        if said is None:
            (count,) = connection.execute(
                "INSERT INTO foreign_hours VALUES (1, 1) ON CONFLICT DO UPDATE SET"
                " count = count + 1 RETURNING count"
            ).fetchone()
            # At 1, 10, 100, ...: a flood of them must not become a flood of findings.
            if str(count).strip("0") == "1":
                words = f"Entry {index} of the log of hours is no hour. That makes {count}."
                yield Finding("foreign-entry", words, index)
            return
        known = connection.execute(
            "SELECT root, position FROM hour_seen WHERE (camera, hour) = (?, ?)",
            (said.camera, said.hour),
        ).fetchone()
        if known is None:
            connection.execute(
                "INSERT INTO hour_seen VALUES (?, ?, ?, ?)",
                (said.camera, said.hour, said.root, index),
            )
        elif known[0] != said.root:
            words = (
                f"Entry {index} of the log of hours has another root for {said.camera}, "
                f"{said.hour}, than entry {known[1]}."
            )
            yield Finding("hour-repeated", words, index)


class CityMonitor:
    """Watches the log of everything, the log of hours where there is one, and what ties them.

    The circle in force says which witnesses count, and whether there is a log of hours: a circle
    that follows changes both while this runs.

    Args:
        everything: with the rules of `habeas.register.monitor`, under the reading policy of the
            circle that *in_force* tells.
        hours: opens a monitor of a circle's log of hours, with `HoursRules`.
        database: of *everything*.
        in_force: the circle, as far as *everything* has followed.
        clock: POSIX seconds.
    """

    def __init__(
        self,
        everything: Monitor,
        hours: Callable[[Circle], Monitor],
        database: Database,
        in_force: Callable[[], Circle],
        clock: Callable[[], float],
    ) -> None:
        self._everything, self._open, self._database = everything, hours, database
        self._in_force, self._clock = in_force, clock
        self._circle = in_force()
        self._hours = self._open(self._circle) if self._circle.hours else None

    def look(self) -> Round:
        """One round over both: first what is anchored, then the log that must show it."""
        self._follow()
        seen = self._everything.look()
        # A circle that was read in this round may bring the log that it has to be held against.
        self._follow()
        if self._hours is None:
            return seen
        other = self._hours.look()
        found = [*seen.findings, *other.findings]
        if other.failure is None:
            compared = self._compare(self._hours, self._circle.hours_log.origin)
            found += [each for each in compared if self.keep(each)]
        return replace(seen, findings=tuple(found), failure=seen.failure or other.failure)

    def _follow(self) -> None:
        """Take on the circle in force: its witnesses, and its log of hours."""
        circle = self._in_force()
        if circle.number == self._circle.number:
            return
        self._circle = circle
        self._everything.demand(circle.reading_policy())
        self._hours = self._open(circle) if circle.hours else None

    def keep(self, finding: Finding) -> bool:
        """See `Monitor.keep`."""
        return self._everything.keep(finding)

    def findings(self) -> list[Finding]:
        """All that was ever found: of the log of everything, then of the log of hours."""
        return [*self._everything.findings(), *(self._hours.findings() if self._hours else ())]

    def metrics(self) -> str:
        """Figures in Prometheus's text format."""
        if self._hours is None:
            return self._everything.metrics()
        return self._everything.metrics() + (
            "# HELP habeas_monitor_hours_size Entries of the log of hours, followed and verified.\n"
            "# TYPE habeas_monitor_hours_size gauge\n"
            f"habeas_monitor_hours_size {self._hours.size}\n"
        )

    def _compare(self, hours: Monitor, origin: str) -> Iterator[Finding]:
        """Hold every anchor against the tree that was shown, and the newest against the clock."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT position, said FROM anchor WHERE held = 0 ORDER BY position"
            ).fetchall()
            last = connection.execute(
                "SELECT said FROM anchor ORDER BY position DESC LIMIT 1"
            ).fetchone()
        for position, said in rows:
            details = AnchoredDetails.decode(said.encode())
            if details.origin == origin and details.size > hours.size:
                yield Finding(
                    "hours-rewound",
                    f"Entry {position} anchors {details.size} hours; the log of hours shows "
                    f"{hours.size}.",
                    position,
                )
                continue  # looked at again: it may have been away for a moment
            if details.origin == origin:
                yield from _hold(hours, position, details)
            with self._database.transaction() as connection:
                connection.execute("UPDATE anchor SET held = 1 WHERE position = ?", (position,))
        try:
            if last is not None:
                now = datetime.fromtimestamp(self._clock(), UTC)
                anchoring.verify_lately(AnchoredDetails.decode(last[0].encode()), now)
            elif hours.size > 0:
                self._verify_ever()
        except UnanchoredError as error:
            yield Finding(error.code, error.cause)

    def _verify_ever(self) -> None:
        """Raise where there were hours for long, as this monitor has seen, and never an anchor."""
        now = self._clock()
        with self._database.transaction() as connection:
            connection.execute("INSERT OR IGNORE INTO anchor_missing VALUES (1, ?)", (now,))
            (since,) = connection.execute("SELECT since FROM anchor_missing").fetchone()
        if now - since > anchoring.LATE.total_seconds():
            raise UnanchoredError("The log of hours has entries, and was never anchored.")


def _hold(hours: Monitor, position: int, details: AnchoredDetails) -> Iterator[Finding]:
    """An anchor against the tree that *hours* was shown."""
    try:
        hours.verify_tree(details.size, bytes.fromhex(details.root))
    except ForkedViewError:
        words = (
            f"Entry {position} anchors another tree of {details.size} hours than the log of "
            "hours shows: it has shown two."
        )
        yield Finding("hours-forked", words, position, details.encode().decode())
