"""Docs/protocol section 9: how old the views are under which a photo's history was told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from habeas.protocol import Circle
from habeas.protocol.client import StreamEnd
from habeas.register.causes import Cause
from habeas.tlog import OldViewError, ReaderClockError, TlogError, verify_abreast, verify_recent


def too_old(quorum_time: float, now: datetime, about: str = "") -> Cause | None:
    """Why a view of the log is no proof that nothing has happened since; None where it is."""
    try:
        verify_recent(quorum_time, now.timestamp())
    except OldViewError as error:
        return Cause.of(error, about, " An opening since then would be one of them.")
    except ReaderClockError as error:
        return Cause.of(error, about)
    return None


def of_views(
    circle: Circle, ends: Mapping[str, StreamEnd], seen: float, now: datetime
) -> dict[str, list[Cause]]:
    """What is wrong with the age of the view under which each trustee answered.

    One that was restored from a copy learns what it has forgotten from the log alone: while it
    is shown an old tree, the end of its stream is as old.

    Args:
        circle: whose acting quorum counts.
        ends: the trustees' answers.
        seen: when the reading quorum saw the log that this reader is shown, POSIX seconds.
        now: the clock, UTC.
    """
    policy = circle.acting_policy()
    times: dict[str, float] = {}
    causes: dict[str, list[Cause]] = {name: [] for name in ends}
    for name, end in ends.items():
        try:
            times[name] = policy.verify(end.answer.checkpoint, now.timestamp()).quorum_time
        except TlogError as error:
            causes[name].append(Cause.of(error, f"{name}: "))
    newest = max([seen, *times.values()])
    for name, time in times.items():
        cause = too_old(time, now, f"{name}: ") or _behind(time, newest, f"{name}: ")
        if cause is not None:
            causes[name].append(cause)
    return causes


def _behind(quorum_time: float, newest: float, about: str) -> Cause | None:
    """Why a trustee's view tells nothing of what others have seen; None where it does."""
    try:
        verify_abreast(quorum_time, newest)
    except OldViewError as error:
        words = f"{about}{error.cause} An opening since then would be one of them."
        return Cause("view-behind", words)
    return None
