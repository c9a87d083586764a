"""Lists of an office's cases: page by page, filtered, and counted."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from habeas.portal.cases.models import Case

#: Cases in one answer.
PAGE = 50
#: Cases are counted up to here: what was decided in all years is not gone through for each page.
COUNTED = 10_000
DECISIONS = (Case.State.APPROVED, Case.State.DECLINED)


@dataclass(frozen=True)
class Wanted:
    """What a list shows.

    Attributes:
        state: ``open``, ``proposed``, ``approved`` or ``declined``; anything else: all.
        text: how the reference begins.
        service: its id; empty for all.
        holder: `person_of` an officer, ``nobody``, or empty for all.
    """

    state: str = Case.State.OPEN
    text: str = ""
    service: str = ""
    holder: str = ""

    def of(self, office: str) -> QuerySet[Case]:
        """Those cases, in no order."""
        found = Case.objects.filter(office=office)
        if self.state == "proposed":
            found = found.filter(proposal__in=DECISIONS)  # of open cases alone
        elif self.state in Case.State.values:
            found = found.filter(state=self.state)
        if self.text:
            # A range, and no LIKE: the index on references serves it on every database.
            found = found.filter(reference__gte=self.text, reference__lt=self.text + "\x7f")
        if self.service:
            found = found.filter(service=self.service)
        if self.holder:
            found = found.filter(holder="" if self.holder == "nobody" else self.holder)
        return found


@dataclass(frozen=True)
class Page:
    """Some cases of a list.

    Attributes:
        cases: oldest first.
        more: whether there are more after them.
        total: how many there are in all, counted up to `COUNTED`, within the last seconds.
    """

    cases: Sequence[Case]
    more: bool
    total: int


def listed(office: str, wanted: Wanted, after: str = "") -> Page:
    """One page of an office's cases, oldest first.

    Args:
        office: whose.
        wanted: which.
        after: the reference of the last case of the page before; empty for the first page.
    """
    found = wanted.of(office)
    last = Case.objects.filter(office=office, reference=after).first() if after else None
    later = found
    if last is not None:
        # As rows are compared in SQL (ISO/IEC 9075-2, 8.2), which the index answers at once.
        # Django's own lookup for tuples writes an OR for SQLite, which goes through all before.
        place = [last.day.isoformat(), last.reference]
        later = found.extra(where=["(day, reference) > (%s, %s)"], params=place)
    # Answers are long, and no list shows them.
    rows = list(later.order_by("day", "reference").defer("answers")[: PAGE + 1])
    return Page(rows[:PAGE], len(rows) > PAGE, counts.of(office, wanted))


class _Counts:
    """How many cases lists have: counted at most every few seconds, whoever turns pages.

    Counting takes longer with each case, and nobody needs it to the second. What this process
    changes itself counts at once.
    """

    SECONDS = 10.0
    MOST = 1000

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[tuple[str, Wanted], tuple[float, int]] = {}

    def of(self, office: str, wanted: Wanted) -> int:
        """How many there are."""
        now = time.monotonic()
        with self._lock:
            at, known = self._known.get((office, wanted), (float("-inf"), 0))
        if now - at < self.SECONDS:
            return known
        counted = wanted.of(office)[:COUNTED].count()
        with self._lock:
            if len(self._known) >= self.MOST:
                self._known.clear()
            self._known[office, wanted] = (now, counted)
        return counted

    def forget(self) -> None:
        """Something has changed."""
        with self._lock:
            self._known.clear()


counts = _Counts()
