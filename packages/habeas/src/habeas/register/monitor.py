"""What must hold among the entries of a Habeas log, for anybody who watches it.

Without a receipt nobody can tell which entries belong to one photo, so the public rules
count: no trustee releases more shares for an office and purpose than were asked for, no
tag appears twice, no day lies behind. With a receipt, its photo's entries are known by
their tags, and the rules become exact.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from habeas import protocol
from habeas.foundation.errors import HabeasError
from habeas.protocol import CUSTODIAN, Entry, Kind, Receipt
from habeas.tlog.monitor import Finding, Rule

#: How many numbers of a stream are looked out for beyond the last one seen.
_AHEAD = 16
#: A day's requests of one office are striking from here on, and beyond the usual.
_BULK_LEAST = 20
_BULK_TIMES = 5


def rules(receipts: Sequence[Receipt] = (), *, most_a_day: int = 200) -> list[Rule]:
    """All rules; those about single photos for each of *receipts*."""
    return [
        Syntax(),
        Balance(),
        Repeats(),
        Days(),
        Bulk(most_a_day),
        *(OnePhoto(receipt) for receipt in receipts),
    ]


def _entry(content: bytes) -> Entry | None:
    try:
        return Entry.decode(content)
    except HabeasError:
        return None


class Syntax:
    """Every entry is one of Habeas's, in canonical form."""

    def prepare(self, connection: sqlite3.Connection) -> None:
        """Nothing to remember."""

    def see(self, _: sqlite3.Connection, index: int, entry: bytes) -> Iterable[Finding]:
        """Decode it."""
        try:
            Entry.decode(entry)
        except HabeasError as error:
            yield Finding(
                "entry-syntax", f"Entry {index} is none of the format: {error.cause}", index
            )


class Balance:
    """A trustee releases one share for one request, and never without one."""

    def prepare(self, connection: sqlite3.Connection) -> None:
        """Counts of requests, and of each trustee's releases."""
        connection.executescript(
            "CREATE TABLE IF NOT EXISTS balance (who TEXT, service TEXT, office TEXT,"
            " purpose TEXT, count INTEGER, PRIMARY KEY (who, service, office, purpose))"
        )

    def see(self, connection: sqlite3.Connection, index: int, entry: bytes) -> Iterable[Finding]:
        """Count it."""
        read = _entry(entry)
        if read is None or read.kind not in (Kind.REQUESTED, Kind.RELEASED):
            return
        who = "" if read.kind is Kind.REQUESTED else (read.trustee or "?")
        about = (read.service or "", read.office or "", read.purpose or "")
        row = connection.execute(
            "INSERT INTO balance VALUES (?, ?, ?, ?, 1) ON CONFLICT DO UPDATE SET"
            " count = count + 1 RETURNING count",
            (who, *about),
        ).fetchone()
        if not who:
            return
        asked = connection.execute(
            "SELECT count FROM balance WHERE who = '' AND (service, office, purpose) = (?, ?, ?)",
            about,
        ).fetchone()
        if row[0] > (asked[0] if asked else 0):
            yield Finding(
                "release-without-request",
                f"Entry {index}: {who} has released {row[0]} shares to {about[1] or 'nobody'} for "
                f"{about[2] or 'nothing'}; the log shows {asked[0] if asked else 0} requests.",
                index,
            )


class Repeats:
    """A tag stands on the log once: a number of a photo's stream is used once."""

    def prepare(self, connection: sqlite3.Connection) -> None:
        """All tags."""
        connection.executescript(
            "CREATE TABLE IF NOT EXISTS seen_tag (tag BLOB PRIMARY KEY, position INTEGER)"
            " WITHOUT ROWID"
        )

    def see(self, connection: sqlite3.Connection, index: int, entry: bytes) -> Iterable[Finding]:
        """Look its tag up."""
        read = _entry(entry)
        if read is None or read.tag is None:
            return
        tag = bytes.fromhex(read.tag)
        earlier = connection.execute(
            "SELECT position FROM seen_tag WHERE tag = ?", (tag,)
        ).fetchone()
        if earlier is not None:
            words = f"Entry {index} repeats the tag of entry {earlier[0]}."
            yield Finding("tag-repeated", words, index)
            return
        connection.execute("INSERT INTO seen_tag VALUES (?, ?)", (tag, index))


class Days:
    """Entries are logged when they happen: their days do not lie behind."""

    #: Around midnight, and after an outage, entries arrive a little late.
    _GRACE = timedelta(days=2)

    def prepare(self, connection: sqlite3.Connection) -> None:
        """The latest day."""
        connection.executescript(
            "CREATE TABLE IF NOT EXISTS latest_day (one INTEGER PRIMARY KEY, day TEXT)"
        )

    def see(self, connection: sqlite3.Connection, index: int, entry: bytes) -> Iterable[Finding]:
        """Compare its day."""
        read = _entry(entry)
        if read is None:
            return
        row = connection.execute("SELECT day FROM latest_day").fetchone()
        day = date.fromisoformat(read.day)
        if row is None or day > date.fromisoformat(row[0]):
            connection.execute("INSERT OR REPLACE INTO latest_day VALUES (1, ?)", (read.day,))
        elif day < date.fromisoformat(row[0]) - self._GRACE:
            words = f"Entry {index} is of {read.day}, and was logged after entries of {row[0]}."
            yield Finding("day-behind", words, index)


class Bulk:
    """Photos are opened one by one, for cases; not by the hundred.

    Args:
        most: requests of one office on one day beyond which it is always reported.
    """

    def __init__(self, most: int) -> None:
        self._most = most

    def prepare(self, connection: sqlite3.Connection) -> None:
        """Requests by office and day."""
        connection.executescript(
            "CREATE TABLE IF NOT EXISTS requests_of_day (office TEXT, day TEXT, count INTEGER,"
            " PRIMARY KEY (office, day))"
        )

    def see(self, connection: sqlite3.Connection, index: int, entry: bytes) -> Iterable[Finding]:
        """Count it, and hold the day against the office's usual days."""
        read = _entry(entry)
        if read is None or read.kind is not Kind.REQUESTED:
            return
        office = read.office or ""
        count = connection.execute(
            "INSERT INTO requests_of_day VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET"
            " count = count + 1 RETURNING count",
            (office, read.day),
        ).fetchone()[0]
        others = [
            row[0]
            for row in connection.execute(
                "SELECT count FROM requests_of_day WHERE office = ? AND day < ?"
                " ORDER BY day DESC LIMIT 30",
                (office, read.day),
            )
        ]
        usual = sorted(others)[len(others) // 2] if len(others) >= 5 else None
        limits = [self._most + 1]
        if usual is not None:
            limits.append(max(_BULK_LEAST, _BULK_TIMES * usual) + 1)
        # Said when a limit is crossed, not again for each further request.
        if count in limits:
            often = f", where {usual} a day are usual" if usual is not None else ""
            words = f"{office or 'An unnamed office'} has asked for {count} photos on {read.day}"
            yield Finding("bulk-requests", f"{words}{often}.", index)


class OnePhoto:
    """Everything about the photo of one receipt: no gap, no act out of order.

    Args:
        receipt: the receipt; its track key leads to the photo's entries.
    """

    def __init__(self, receipt: Receipt) -> None:
        self._key = bytes.fromhex(receipt.track_key)
        self._id = receipt.promise.seal_id
        self._streams = range(CUSTODIAN, len(receipt.trustees) + 1)
        self._names = ["the custodian", *(each.name for each in receipt.trustees)]

    def prepare(self, connection: sqlite3.Connection) -> None:
        """Tags to look out for, and what has happened to the photo."""
        connection.executescript(
            "CREATE TABLE IF NOT EXISTS photo_tag (tag TEXT PRIMARY KEY, seal_id TEXT,"
            " stream INTEGER, counter INTEGER);"
            "CREATE TABLE IF NOT EXISTS photo_act (seal_id TEXT, stream INTEGER,"
            " counter INTEGER, kind TEXT, position INTEGER, PRIMARY KEY (seal_id, stream, counter))"
        )
        for stream in self._streams:
            self._look_out(connection, stream, range(_AHEAD))

    def _look_out(
        self, connection: sqlite3.Connection, stream: int, counters: Iterable[int]
    ) -> None:
        connection.executemany(
            "INSERT OR IGNORE INTO photo_tag VALUES (?, ?, ?, ?)",
            [(protocol.tag(self._key, stream, each), self._id, stream, each) for each in counters],
        )

    def see(self, connection: sqlite3.Connection, index: int, entry: bytes) -> Iterable[Finding]:
        """Find out whether it is about the photo, and whether it may be."""
        read = _entry(entry)
        if read is None or read.tag is None:
            return
        row = connection.execute(
            "SELECT stream, counter FROM photo_tag WHERE tag = ? AND seal_id = ?",
            (read.tag, self._id),
        ).fetchone()
        if row is None:
            return
        stream, counter = row
        yield from self._numbers(connection, index, stream, counter)
        yield from self._order(connection, index, stream, read.kind)
        connection.execute(
            "INSERT OR IGNORE INTO photo_act VALUES (?, ?, ?, ?, ?)",
            (self._id, stream, counter, read.kind, index),
        )
        self._look_out(connection, stream, range(counter + 1, counter + 1 + _AHEAD))

    def _numbers(
        self, connection: sqlite3.Connection, index: int, stream: int, counter: int
    ) -> Iterator[Finding]:
        known = {
            row[0]
            for row in connection.execute(
                "SELECT counter FROM photo_act WHERE seal_id = ? AND stream = ?",
                (self._id, stream),
            )
        }
        missing = sorted(set(range(max(known, default=-1) + 1, counter)))
        if missing:
            numbers = ", ".join(map(str, missing))
            words = f"Before entry {index}, {self._names[stream]} has skipped number {numbers} of "
            yield Finding("counter-gap", f"{words}photo {self._id}.", index)

    def _order(
        self, connection: sqlite3.Connection, index: int, stream: int, kind: str
    ) -> Iterator[Finding]:
        acts = [
            (row[0], row[1])
            for row in connection.execute(
                "SELECT stream, kind FROM photo_act WHERE seal_id = ?", (self._id,)
            )
        ]
        gone = any(done in (Kind.ERASED, Kind.WITHDRAWN) for _, done in acts)
        if kind == Kind.REQUESTED and gone:
            words = f"Entry {index} asks for photo {self._id} after it was erased."
            yield Finding("request-after-erasure", words, index)
        if kind != Kind.RELEASED:
            return
        if any(by == stream and done == Kind.ERASED for by, done in acts):
            words = f"Entry {index}: {self._names[stream]} releases a share that it has erased."
            yield Finding("release-after-erasure", words, index)
        asked = sum(done == Kind.REQUESTED for _, done in acts)
        released = sum(by == stream and done == Kind.RELEASED for by, done in acts)
        if released >= asked:
            words = f"Entry {index}: {self._names[stream]} releases a share of photo {self._id} "
            yield Finding("release-without-request", f"{words}that nobody asked for.", index)
