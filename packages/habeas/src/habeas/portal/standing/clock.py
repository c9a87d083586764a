"""The worker's look at the clock, kept over restarts in the database."""

from __future__ import annotations

from pydantic import TypeAdapter

from habeas.foundation.caution import Mark, ReadClocks, look, verify_clock
from habeas.portal.standing.models import drop, keep, note

_NOTE = "clock"
_MARK = TypeAdapter(Mark)


def verify(read: ReadClocks = look) -> None:
    """Raise where the clock has jumped since the last look, also of an earlier process.

    Raises:
        ClockJumpedError: it has.
    """
    before, now = note(_NOTE), read()
    verify_clock(_MARK.validate_json(before) if before else None, now)
    keep(_NOTE, _MARK.dump_json(now).decode())


def forget() -> None:
    """The clock is right now: the next look is the first."""
    drop(_NOTE)
