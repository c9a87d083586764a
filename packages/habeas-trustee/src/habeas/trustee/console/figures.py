"""What the console shows, read from the trustee's database: acts by office, purpose and rule.

Every query is bounded by days or by a number of rows; none grows with all that ever was.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import median

from habeas.protocol import Entry, Kind
from habeas.trustee.claims import DELAYS


@dataclass(frozen=True)
class Unusual:
    """When a day counts as unusual: the bounds that monitors use (`habeas.register.monitor`).

    Attributes:
        days: with requests that a day is compared with, at most.
        needed: days with requests before anything can be called usual.
        times: as many requests as on the median day.
        least: requests of a day that are never unusual.
    """

    days: int = 30
    needed: int = 5
    times: int = 3
    least: int = 10


UNUSUAL = Unusual()
#: Acts, claims and days that a page shows at most.
_ACTS, _CLAIMS, _DAYS = 200, 200, 60
_DAY_SECONDS = 86_400


@dataclass(frozen=True)
class RequestAnswer:
    """What this trustee answered to one request.

    Attributes:
        code: of the rule that refused; empty for a release.
        index: on the log, once it stands there.
    """

    day: str
    office: str
    service: str
    purpose: str
    code: str
    index: int | None


@dataclass(frozen=True)
class UnusualDay:
    """A day on which an office asked for far more than it usually does."""

    day: str
    office: str
    count: int
    usual: int


@dataclass(frozen=True)
class Claim:
    """What a trustee has claimed for somebody without a receipt, and what follows from it.

    Attributes:
        promise: digest of the photo's promise; hexadecimal.
        trustee: whose clerk has claimed.
        day: on which this trustee saw it on the log.
        until: through which day this one word stops openings.
        counts: from which day it counts towards destroying.
    """

    promise: str
    trustee: str
    day: str
    until: str
    counts: str


@dataclass(frozen=True)
class MonthKeys:
    """The key of a month: how many there were, and whether one still opens."""

    month: str
    made: str
    keys: int
    alive: int


def asked(connection: sqlite3.Connection, day: str) -> list[tuple[str, str, int]]:
    """Requests on the log of that day: office, purpose, how many."""
    rows = connection.execute(
        "SELECT office, purpose, count(*) FROM log_requests WHERE day = ?"
        " GROUP BY office, purpose ORDER BY office, purpose",
        (day,),
    )
    return [(str(office), str(purpose), int(count)) for office, purpose, count in rows]


def acts(connection: sqlite3.Connection, since: str) -> list[RequestAnswer]:
    """This trustee's answers since that day, newest first, at most 200."""
    return list(_acts(connection, since))


def _acts(connection: sqlite3.Connection, since: str) -> Iterator[RequestAnswer]:
    rows = connection.execute(
        "SELECT entry, position FROM entries WHERE kind IN (?, ?) AND entry IS NOT NULL"
        " ORDER BY number DESC LIMIT ?",
        (Kind.RELEASED.value, Kind.REFUSED.value, _ACTS),
    )
    for content, position in rows:
        entry = Entry.decode(bytes(content))
        if entry.day < since:
            return
        yield RequestAnswer(
            entry.day, entry.office or "", entry.service or "", entry.purpose or "",
            entry.code or "", None if position is None else int(position),
        )  # fmt: skip


def refusals(connection: sqlite3.Connection, since: str) -> list[tuple[str, int]]:
    """Refusals since that day by their code, the most frequent first."""
    rows = connection.execute(
        "SELECT code, count(*) FROM refusals WHERE day >= ? GROUP BY code ORDER BY 2 DESC, 1",
        (since,),
    )
    return [(str(code), int(count)) for code, count in rows]


def unusual_days(connection: sqlite3.Connection, today: str) -> list[UnusualDay]:
    """Days of the last two months on which an office asked unusually often, newest first."""
    since = (date.fromisoformat(today) - timedelta(days=_DAYS)).isoformat()
    of_office: dict[str, list[tuple[str, int]]] = {}
    for day, office, count in connection.execute(
        "SELECT day, office, count(*) FROM log_requests WHERE day >= ?"
        " GROUP BY day, office ORDER BY day",
        (since,),
    ):
        of_office.setdefault(str(office), []).append((str(day), int(count)))
    found = [each for office, days in of_office.items() for each in _unusual(office, days)]
    return sorted(found, key=lambda each: each.day, reverse=True)


def _unusual(office: str, days: list[tuple[str, int]]) -> Iterator[UnusualDay]:
    for at, (day, count) in enumerate(days):
        before = [each for _, each in days[max(0, at - UNUSUAL.days) : at]]
        if len(before) < UNUSUAL.needed:
            continue
        usual = int(median(before))
        if count > max(UNUSUAL.least, UNUSUAL.times * usual):
            yield UnusualDay(day, office, count, usual)


def days(connection: sqlite3.Connection, today: str, number: int = 30) -> list[tuple[str, int]]:
    """Requests on the log for each of the last days, oldest first, also where there were none."""
    last = date.fromisoformat(today)
    names = [(last - timedelta(days=ago)).isoformat() for ago in reversed(range(number))]
    rows = connection.execute(
        "SELECT day, count(*) FROM log_requests WHERE day >= ? GROUP BY day", (names[0],)
    )
    counted = Counter({str(day): int(count) for day, count in rows})
    return [(name, counted[name]) for name in names]


def months(connection: sqlite3.Connection) -> list[MonthKeys]:
    """The keys of months, by month."""
    rows = connection.execute(
        "SELECT month, min(made), count(*), count(seed) FROM month_keys"
        " GROUP BY month ORDER BY month"
    )
    return [MonthKeys(str(m), str(made), int(keys), int(alive)) for m, made, keys, alive in rows]


def claims(connection: sqlite3.Connection) -> list[Claim]:
    """Claims to destroy a photo whose share is here, newest first, at most 200."""
    rows = connection.execute(
        "SELECT digest, trustee, seen FROM claims JOIN photos USING (digest)"
        " WHERE because IS NULL ORDER BY seen DESC, digest, trustee LIMIT ?",
        (_CLAIMS,),
    )
    return [
        Claim(
            bytes(digest).hex(), str(trustee), _day(seen),
            _day(seen + DELAYS.freeze * _DAY_SECONDS), _day(seen + DELAYS.destroy * _DAY_SECONDS),
        )
        for digest, trustee, seen in rows
    ]  # fmt: skip


def _day(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()


def app_releases(connection: sqlite3.Connection) -> list[tuple[int, str]]:
    """Releases of the app on the log, newest first: where, and of which day."""
    known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'app_releases'").fetchone()
    if known is None:
        return []
    rows = connection.execute(
        "SELECT position, day FROM app_releases ORDER BY position DESC LIMIT 20"
    )
    return [(int(position), str(day)) for position, day in rows]
