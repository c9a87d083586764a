"""Formats, *Log entries*, anchored: the tree of the log of hours, once an hour on the other log.

Pure: whose turn it is, and what is wrong, from what stands on the two logs. An hour in which
nothing was recorded is anchored like any other, so that silence tells of a custodian that anchors
nothing, and of nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from habeas.foundation.errors import HabeasError
from habeas.protocol.details import AnchoredDetails
from habeas.protocol.footage import hour_name

#: After the begin of the hour of the newest anchor. Two were left out by then, whatever the
#: minute in which the last one was made: one restart of a portal does not make it red.
LATE = timedelta(hours=3)


class AnchorError(HabeasError):
    """The log of hours and what is said of it do not agree."""

    code = "hours-rewound"
    status = 503
    remedy = "Bring back the log of hours that was anchored: habeas log rebuild"


class UnanchoredError(AnchorError):
    """Nothing has tied the log of hours to the other log for too long."""

    code = "hours-unanchored"
    remedy = "The portal's worker does that once an hour: see its output, and whether logs answer."


@dataclass(frozen=True)
class HoursTree:
    """The log of hours, as it was followed: size and root."""

    origin: str
    size: int
    root: bytes


def due(newest: AnchoredDetails | None, tree: HoursTree, now: datetime) -> AnchoredDetails | None:
    """What to put on the log now; None where this hour has its anchor, or there is nothing yet.

    Args:
        newest: what stands on the log already.
        tree: verified.
        now: UTC.

    Raises:
        AnchorError: *tree* is not that of the log of hours that was anchored.
    """
    if newest is not None and newest.origin == tree.origin:
        verify(newest, tree)
        if newest.hour >= hour_name(now):
            return None
    if tree.size == 0:
        return None
    return AnchoredDetails(
        origin=tree.origin, size=tree.size, root=tree.root.hex(), hour=hour_name(now)
    )


def verify(anchored: AnchoredDetails, tree: HoursTree) -> None:
    """Raise where *tree* is smaller than what was anchored, or another one of that size.

    Raises:
        AnchorError: it is.
    """
    if tree.size < anchored.size:
        raise AnchorError(
            f"The log of hours shows {tree.size} entries, and {anchored.size} were anchored."
        )
    if tree.size == anchored.size and tree.root.hex() != anchored.root:
        raise AnchorError(f"The log of hours shows another tree of {tree.size} entries.")


def verify_lately(newest: AnchoredDetails, now: datetime) -> None:
    """Raise where the log of hours was not anchored for long.

    Args:
        newest: what stands on the log.
        now: UTC.

    Raises:
        UnanchoredError: since when.
    """
    begun = datetime.strptime(newest.hour, "%Y-%m-%dT%HZ").replace(tzinfo=UTC)
    if now - begun > LATE:
        raise UnanchoredError(f"The log of hours was last anchored in the hour {newest.hour}.")
