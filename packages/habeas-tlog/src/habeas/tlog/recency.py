"""C2SP tlog-cosignature: how old a view of a log is, by the times that its witnesses signed.

A checkpoint stays truly signed for ever. Who goes on showing an old one shows nothing false,
and hides all that was logged since: so whoever concludes that something does *not* stand on a
log needs a checkpoint that a quorum has cosigned lately.
"""

from __future__ import annotations

from typing import Final

from habeas.tlog.errors import OldViewError, ReaderClockError
from habeas.tlog.policy import CLOCK_SKEW

#: Seconds after which a quorum's word on a log's end is too old to conclude from. A log asks its
#: witnesses anew every minute, also when nothing happens; an hour leaves room for a restart, an
#: upgrade, and readers' clocks, and bounds for how long a frozen log can hide something.
RECENT: Final = 3600
#: Seconds by which one party's view may be older than another's. Each follows the log within
#: moments, and the log asks its witnesses anew every minute; five leave room for a restart.
APART: Final = 300
_MINUTE, _HOUR = 60, 3600


def verify_recent(quorum_time: float, now: float, most: float = RECENT) -> None:
    """Raise unless a quorum of witnesses has seen the end of a log lately.

    Args:
        quorum_time: `VerifiedCheckpoint.quorum_time`, POSIX seconds.
        now: the reader's clock, POSIX seconds.
        most: how old it may be, seconds.

    Raises:
        OldViewError: it is older.
        ReaderClockError: it is later than *now* by more than `CLOCK_SKEW`.
    """
    age = now - quorum_time
    if age < -CLOCK_SKEW:
        raise ReaderClockError("The witnesses saw the log later than this machine's clock says.")
    if age > most:
        raise OldViewError(
            f"This view of the log is {_old(age)} old: entries since then are not shown."
        )


def verify_abreast(quorum_time: float, newest: float) -> None:
    """Raise unless a party has seen the log about as late as others have.

    Args:
        quorum_time: of the party's view, POSIX seconds.
        newest: of the newest view that anybody showed, POSIX seconds.

    Raises:
        OldViewError: others have seen a later log, which this party was not shown.
    """
    behind = newest - quorum_time
    if behind > APART:
        raise OldViewError(
            f"This view of the log is {_old(behind)} older than that of others: entries since "
            "then are not shown."
        )


def _old(age: float) -> str:
    """An age in hours; in minutes below two hours."""
    return f"{age // _MINUTE:.0f} minutes" if age < 2 * _HOUR else f"{age // _HOUR:.0f} hours"
