"""Docs/protocol section 12: what must hold among the entries of a Habeas log, for any watcher.

Without a receipt nobody can tell which entries belong to one photo, so the public rules
count: no trustee releases more shares for an office and purpose than were asked for, no
writer uses a tag twice, no day lies behind. What institutions do (circles, rosters, keys,
suspensions, recoveries) is said each time. With a receipt, its photo's entries are known by
their tags, and the rules become exact (`habeas.register.watching`).
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta

from habeas.protocol import Chain, Circle, Entry, Foreign, Kind, Receipt, Role, read_entry
from habeas.protocol.app import AppDetails, AppDiffersDetails, AppReleases
from habeas.protocol.credential import Roster
from habeas.protocol.details import (
    AnchoredDetails,
    CircleDetails,
    KeyDetails,
    PausedDetails,
    RecoveryDetails,
    SuspendedDetails,
)
from habeas.protocol.document import Document
from habeas.protocol.reading import details_of
from habeas.register import announced, code_rules, hours_monitor, watched_circles
from habeas.register.watching import OnePhoto
from habeas.tlog.monitor import Finding, Rule

#: A day's requests of one office are striking from here on, and beyond the usual.
_BULK_LEAST = 20
_BULK_TIMES = 5
#: Around midnight, and after an outage, entries arrive a little late.
_LATE = timedelta(days=2)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS foreign_entries (one INTEGER PRIMARY KEY, count INTEGER);
CREATE TABLE IF NOT EXISTS balance (who TEXT, service TEXT, office TEXT,
  purpose TEXT, count INTEGER, PRIMARY KEY (who, service, office, purpose));
CREATE TABLE IF NOT EXISTS seen_tag (tag BLOB, writer BLOB, position INTEGER,
  PRIMARY KEY (tag, writer)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS latest_day (writer TEXT PRIMARY KEY, day TEXT);
CREATE TABLE IF NOT EXISTS requests_of_day (what TEXT, name TEXT, day TEXT, count INTEGER,
  PRIMARY KEY (what, name, day));
"""

#: One check of a read entry, inside the view's transaction.
Check = Callable[[sqlite3.Connection, int, Entry], Iterable[Finding]]


def rules(
    chain: Chain, receipts: Sequence[Receipt] = (), *, most_a_day: int = 200
) -> tuple[CircleRules, *tuple[Rule, ...]]:
    """All rules; those about single photos for each of *receipts*.

    Args:
        chain: the circles that the watcher begins with, which a pin should vouch for.
        receipts: of photos to watch exactly.
        most_a_day: requests of one office on one day beyond which it is always reported.
    """
    return (CircleRules(chain, most_a_day), *(OnePhoto(chain, receipt) for receipt in receipts))


class CircleRules:
    """Everything that can be seen without a receipt. Each entry is read once.

    Args:
        chain: the circles that it begins with.
        most_a_day: see `rules`.
        clock: POSIX seconds.
    """

    def __init__(
        self, chain: Chain, most_a_day: int, clock: Callable[[], float] = time.time
    ) -> None:
        self._chain = chain
        self._most = most_a_day
        self._clock = clock
        self._checks: tuple[Check, ...] = (
            self._days, self._repeats, self._balance, self._bulk, self._institutions, self._anchor,
        )  # fmt: skip

    def prepare(self, connection: sqlite3.Connection) -> None:
        """Tables, and the circles that were seen before."""
        connection.executescript(
            _SCHEMA + watched_circles.SCHEMA + announced.SCHEMA + code_rules.SCHEMA
            + hours_monitor.SCHEMA
        )  # fmt: skip
        self._chain = watched_circles.known(connection, self._chain)

    def see(self, connection: sqlite3.Connection, index: int, entry: bytes) -> Iterable[Finding]:
        """Read the entry, and hold it against every rule. It takes any bytes."""
        read = read_entry(entry, self._chain)
        if isinstance(read, Foreign):
            yield from _foreign(connection, index, read)
            return
        for check in self._checks:
            yield from check(connection, index, read)

    @property
    def chain(self) -> Chain:
        """The circles that it knows by now."""
        return self._chain

    def in_force(self) -> Circle:
        """The circle in force now; before any is, the first one."""
        return (self._chain.in_force(int(self._clock())) or self._chain.links[0]).circle

    def releases(self, connection: sqlite3.Connection) -> AppReleases:
        """The releases of the app that the log has shown."""
        return code_rules.known(connection, self._chain)

    def _name(self, entry: Entry) -> str:
        writer = self._chain.writers.get(entry.writer)
        if writer is None:
            return "somebody"
        return "the custodian" if writer.role is Role.CUSTODIAN else writer.name or writer.role

    def _days(self, connection: sqlite3.Connection, index: int, entry: Entry) -> Iterator[Finding]:
        """Entries are logged when they happen: a writer's days do not go back, nor run ahead."""
        latest = dict(connection.execute("SELECT writer, day FROM latest_day").fetchall())
        day = date.fromisoformat(entry.day)
        before = latest.pop(entry.writer, None)
        own = day if before is None else date.fromisoformat(before)
        # One writer's wrong clock makes nobody else's days look wrong: of the others, the
        # second newest counts.
        others = sorted(latest.values(), reverse=True)[:2]
        newest = date.fromisoformat(others[-1]) if others else day
        if day < own - _LATE:
            words = f"Entry {index} is of {entry.day}; its writer's last one was of {own}."
            yield Finding("day-behind", words, index)
        elif day > newest + _LATE and (before is None or day > own + _LATE):
            words = f"Entry {index} is of {entry.day}, days after those of others ({newest})."
            yield Finding("day-ahead", words, index)
        connection.execute(
            "INSERT OR REPLACE INTO latest_day VALUES (?, ?)",
            (entry.writer, max(own, day).isoformat()),
        )

    def _repeats(
        self, connection: sqlite3.Connection, index: int, entry: Entry
    ) -> Iterator[Finding]:
        """A writer uses a tag once: a number of a photo's stream is used once."""
        if entry.tag is None:
            return
        key = (bytes.fromhex(entry.tag), bytes.fromhex(entry.writer))
        earlier = connection.execute(
            "SELECT position FROM seen_tag WHERE (tag, writer) = (?, ?)", key
        ).fetchone()
        if earlier is not None:
            words = f"Entry {index}: {self._name(entry)} repeats the tag of entry {earlier[0]}."
            yield Finding("tag-repeated", words, index)
            return
        connection.execute("INSERT INTO seen_tag VALUES (?, ?, ?)", (*key, index))

    def _balance(
        self, connection: sqlite3.Connection, index: int, entry: Entry
    ) -> Iterator[Finding]:
        """A trustee releases one share for one request, and never without one."""
        if entry.kind not in (Kind.REQUESTED, Kind.RELEASED):
            return
        who = "" if entry.kind is Kind.REQUESTED else self._name(entry)
        about = (entry.service or "", entry.office or "", entry.purpose or "")
        (count,) = connection.execute(
            "INSERT INTO balance VALUES (?, ?, ?, ?, 1) ON CONFLICT DO UPDATE SET"
            " count = count + 1 RETURNING count",
            (who, *about),
        ).fetchone()
        if not who:
            return
        row = connection.execute(
            "SELECT count FROM balance WHERE who = '' AND (service, office, purpose) = (?, ?, ?)",
            about,
        ).fetchone()
        asked = row[0] if row else 0
        if count > asked:
            yield Finding(
                "release-without-request",
                f"Entry {index}: {who} has released {count} shares to {about[1]} for {about[2]}; "
                f"the log shows {asked} requests.",
                index,
            )

    def _bulk(self, connection: sqlite3.Connection, index: int, entry: Entry) -> Iterator[Finding]:
        """Photos are opened one by one, for cases; within the circle's quotas."""
        if entry.kind is not Kind.REQUESTED:
            return
        quotas = self._chain.newest.circle.quotas
        for what, name, quota in (
            ("office", entry.office or "", quotas.office),
            ("purpose", entry.purpose or "", quotas.purpose),
        ):
            (count,) = connection.execute(
                "INSERT INTO requests_of_day VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE SET"
                " count = count + 1 RETURNING count",
                (what, name, entry.day),
            ).fetchone()
            if count == quota + 1:
                words = f"More than {quota} requests stand on the log for {name} on {entry.day}."
                yield Finding("over-quota", words, index)
            if what == "office":
                yield from self._unusual(connection, index, entry, count)

    def _unusual(
        self, connection: sqlite3.Connection, index: int, entry: Entry, count: int
    ) -> Iterator[Finding]:
        others = [
            row[0]
            for row in connection.execute(
                "SELECT count FROM requests_of_day WHERE what = 'office' AND name = ? AND day < ?"
                " ORDER BY day DESC LIMIT 30",
                (entry.office, entry.day),
            )
        ]
        usual = sorted(others)[len(others) // 2] if len(others) >= 5 else None
        limits = [self._most + 1]
        if usual is not None:
            limits.append(max(_BULK_LEAST, _BULK_TIMES * usual) + 1)
        # Said when a limit is crossed, not again for each further request.
        if count in limits:
            often = f", where {usual} a day are usual" if usual is not None else ""
            words = f"{entry.office} has asked for {count} photos on {entry.day}{often}."
            yield Finding("bulk-requests", words, index)

    def _institutions(
        self, connection: sqlite3.Connection, index: int, entry: Entry
    ) -> Iterator[Finding]:
        """What institutions do concerns everybody: it is said each time."""
        if entry.details is None:
            return
        details: Document = details_of(entry)
        match details:
            case CircleDetails():
                yield from self._circle(connection, index, entry, details)
            case Roster():
                yield from announced.roster(connection, index, entry, details)
            case KeyDetails():
                yield from announced.key(connection, index, entry, details)
            case SuspendedDetails():
                act = "lifts its suspension of" if details.lifted else "suspends"
                words = f"Entry {index}: {self._name(entry)} {act} the key of {details.office}."
                yield Finding("office-suspended", words, index)
            case PausedDetails():
                act = "goes on after its pause" if details.lifted else "refuses every request"
                words = f"Entry {index}: {self._name(entry)} {act}."
                yield Finding("trustee-paused", words, index)
            case RecoveryDetails():
                words = (
                    f"Entry {index}: {details.trustee} has given its part of {details.photos} "
                    f"photos for the seat of a newcomer, with {', '.join(details.helpers)}."
                )
                yield Finding("recovery", words, index)
            case AppDetails():
                yield from code_rules.release(connection, index, entry, details, self._chain)
            case AppDiffersDetails():
                yield code_rules.differs(index, details)
            case _:
                return

    def _anchor(
        self, connection: sqlite3.Connection, index: int, entry: Entry
    ) -> Iterator[Finding]:
        """The log of hours only grows, as those who anchor it say themselves."""
        if entry.kind is Kind.ANCHORED:
            details = AnchoredDetails.read(entry.details)
            yield from hours_monitor.anchored(connection, index, details)

    def _circle(
        self, connection: sqlite3.Connection, index: int, entry: Entry, details: CircleDetails
    ) -> Iterator[Finding]:
        before = self._chain
        self._chain = watched_circles.take(connection, before, details.circle, entry, self._clock())
        if self._chain is before:
            return
        circle = self._chain.newest.circle
        words = (
            f"Entry {index}: circle number {circle.number} follows, with k = {circle.k} of "
            f"{', '.join(each.name for each in circle.trustees)}; digest "
            f"{self._chain.newest.digest[:16]}."
        )
        yield Finding("circle-changed", words, index)


def _foreign(connection: sqlite3.Connection, index: int, entry: Foreign) -> Iterator[Finding]:
    (count,) = connection.execute(
        "INSERT INTO foreign_entries VALUES (1, 1) ON CONFLICT DO UPDATE SET count = count + 1"
        " RETURNING count"
    ).fetchone()
    # At 1, 10, 100, ...: a flood of them must not become a flood of findings.
    if str(count).strip("0") == "1":
        words = f"Entry {index} is foreign ({entry.code}): {entry.cause} That makes {count}."
        yield Finding("foreign-entry", words, index)
