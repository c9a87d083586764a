"""Acts by month, counted as entries are taken in: what the register shows without reading history.

An entry is not an act: one request is told by the custodian and by each trustee that answers
it. Which answers belong to which request only the holder of a receipt can see (their details are
commitments), so acts are counted from both sides:

asked       requests that the custodian put on the log;
opened      at most so many of them: every opening takes k parts, so the parts given, divided
            by k, bound it, and so do the requests;
refused     at least so many for a reason: as the trustee tells that refused most often for it;
withdrawn   photos whose withdrawal stands on the log, each once;
ended       photos whose parts were destroyed, as the trustee tells that has destroyed most.

Nothing here reads entries: the counters grow with months, offices, purposes, reasons and trustees.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from habeas.protocol import Entry

#: After the table `copied` of `habeas.register.copy`.
SCHEMA = """
CREATE TABLE IF NOT EXISTS months (
  month TEXT NOT NULL, kind TEXT NOT NULL, office TEXT NOT NULL, purpose TEXT NOT NULL,
  service TEXT NOT NULL, code TEXT NOT NULL, writer TEXT NOT NULL, count INTEGER NOT NULL,
  PRIMARY KEY (month, kind, office, purpose, service, code, writer)
) STRICT, WITHOUT ROWID;
INSERT INTO months
  SELECT substr(day, 1, 7), kind, coalesce(office, ''), coalesce(purpose, ''),
    coalesce(json_extract(CAST(content AS TEXT), '$.service'), ''),
    coalesce(json_extract(CAST(content AS TEXT), '$.code'), ''),
    iif(kind = 'withdrawn', '', json_extract(CAST(content AS TEXT), '$.writer')),
    count(DISTINCT iif(kind = 'withdrawn',
      json_extract(CAST(content AS TEXT), '$.details.promise'), position)) FROM copied
  WHERE day IS NOT NULL AND NOT EXISTS (SELECT 1 FROM months) GROUP BY 1, 2, 3, 4, 5, 6, 7;
"""


@dataclass(frozen=True)
class Counter:
    """How often a writer has told the same in a month."""

    month: str
    kind: str
    office: str
    purpose: str
    service: str
    code: str
    writer: str
    count: int


def add(connection: sqlite3.Connection, entry: Entry) -> None:
    """Count an entry that is not foreign, and that no other told before."""
    writer = "" if entry.kind == "withdrawn" else entry.writer
    connection.execute(
        "INSERT INTO months VALUES (?, ?, ?, ?, ?, ?, ?, 1)"
        " ON CONFLICT DO UPDATE SET count = count + 1",
        (
            entry.day[:7], entry.kind, entry.office or "", entry.purpose or "",
            entry.service or "", entry.code or "", writer,
        ),
    )  # fmt: skip


def read(connection: sqlite3.Connection) -> list[Counter]:
    """All counters, oldest month first."""
    rows = connection.execute(
        "SELECT month, kind, office, purpose, service, code, writer, count FROM months"
        " ORDER BY month"
    )
    return [Counter(*row) for row in rows]


@dataclass(frozen=True)
class Acts:
    """What one office did for one purpose in one month.

    Attributes:
        refused: by the code of the reason.
    """

    month: str
    office: str
    purpose: str
    asked: int
    opened: int
    refused: Mapping[str, int]


@dataclass(frozen=True)
class Photos:
    """What became of photos in one month."""

    month: str
    sealed: int
    withdrawn: int
    ended: int


@dataclass(frozen=True)
class Register:
    """Acts of all months.

    Attributes:
        acts: by month, office and purpose, oldest first.
        photos: by month, oldest first.
    """

    acts: tuple[Acts, ...]
    photos: tuple[Photos, ...]

    @property
    def months(self) -> tuple[str, ...]:
        """Months in which anything happened, oldest first."""
        return tuple(each.month for each in self.photos)

    def of_month(self, month: str) -> tuple[Acts, ...]:
        """The acts of one month."""
        return tuple(each for each in self.acts if each.month == month)

    @property
    def alive(self) -> int:
        """Photos that were sealed and have not ended; at least, for some ended more than once."""
        return max(0, sum(each.sealed - each.ended for each in self.photos))

    @property
    def withdrawn(self) -> int:
        """Photos that their holders withdrew."""
        return sum(each.withdrawn for each in self.photos)

    @property
    def expired(self) -> int:
        """Photos that ended otherwise: by their date, or because nobody acknowledged them."""
        return max(0, sum(each.ended - each.withdrawn for each in self.photos))


@dataclass
class _Sums:
    asked: int = 0
    parts: int = 0
    #: By code, then by trustee.
    refused: dict[str, dict[str, int]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(int))
    )


def register(counters: Iterable[Counter], k: int) -> Register:
    """Acts from counters.

    Args:
        counters: all of them.
        k: parts that open a photo.
    """
    found: dict[tuple[str, str, str], _Sums] = defaultdict(_Sums)
    photos: dict[str, dict[str, dict[str, int]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(int))
    )
    for each in counters:
        sums = found[each.month, each.office, each.purpose] if each.purpose else None
        if each.kind == "requested" and sums:
            sums.asked += each.count
        elif each.kind == "released" and sums:
            sums.parts += each.count
        elif each.kind == "refused" and sums:
            sums.refused[each.code][each.writer] += each.count
        photos[each.month][each.kind][each.writer] += each.count
    return Register(tuple(_acts(found, k)), tuple(_photos(photos)))


def _acts(found: Mapping[tuple[str, str, str], _Sums], k: int) -> Iterator[Acts]:
    for (month, office, purpose), sums in sorted(found.items()):
        refused = {code: max(told.values()) for code, told in sorted(sums.refused.items())}
        if sums.asked or sums.parts or refused:
            opened = min(sums.asked, sums.parts // k)
            yield Acts(month, office, purpose, sums.asked, opened, refused)


def _photos(photos: Mapping[str, Mapping[str, Mapping[str, int]]]) -> Iterator[Photos]:
    for month, kinds in sorted(photos.items()):
        sealed, withdrawn = sum(kinds["sealed"].values()), sum(kinds["withdrawn"].values())
        yield Photos(month, sealed, withdrawn, max(kinds["erased"].values(), default=0))
