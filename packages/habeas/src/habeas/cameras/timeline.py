"""What a camera recorded, by hour, minute and segment: a time line, read without any video.

Pure. Pieces are what hours and counts say of segments (`habeas.cameras.archive`); a stretch is a
part of the time line. What moved is counted, not what it was: no person, face or thing is told
from another.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Piece:
    """One segment, in figures; `start` is UTC, `length` as its file tells."""

    start: datetime
    length: timedelta
    frames: int = 0
    lost: int = 0
    whole: int = 0
    moving: int = 0

    @property
    def end(self) -> datetime:
        """When it ends."""
        return self.start + self.length


@dataclass(frozen=True)
class Stretch:
    """A part of the time line.

    Attributes:
        start: UTC.
        length: of time.
        recorded: how much of it was recorded.
        frames: written in segments that begin in it.
        lost: that the camera sent in those, and that were not written.
        whole: covered as a whole because nobody could look at them.
        moving: in which something moved.
    """

    start: datetime
    length: timedelta
    recorded: timedelta
    frames: int
    lost: int
    whole: int
    moving: int

    @property
    def end(self) -> datetime:
        """When it ends."""
        return self.start + self.length

    @property
    def missing(self) -> timedelta:
        """How much of it was not recorded; less than a second is none: segments have seams."""
        left = self.length - self.recorded
        return left if left >= _SECOND else timedelta()

    @property
    def motion(self) -> float:
        """The share of its frames in which something moved, 0 to 1."""
        return self.moving / self.frames if self.frames else 0.0


def stretches(
    start: datetime, length: timedelta, count: int, pieces: Sequence[Piece]
) -> tuple[Stretch, ...]:
    """*count* stretches of *length* from *start* on, of what *pieces* (in order) say."""
    found: list[list[Piece]] = [[] for _ in range(count)]
    for piece in pieces:
        first = max(0, (piece.start - start) // length)
        last = min(count - 1, (piece.end - start) // length)
        for number in range(first, last + 1):
            found[number].append(piece)
    return tuple(
        _stretch(start + number * length, length, within) for number, within in enumerate(found)
    )


def _stretch(start: datetime, length: timedelta, pieces: Sequence[Piece]) -> Stretch:
    end = start + length
    begun = [each for each in pieces if start <= each.start < end]
    return Stretch(
        start, length, _recorded(start, end, pieces),
        frames=sum(each.frames for each in begun),
        lost=sum(each.lost for each in begun),
        whole=sum(each.whole for each in begun),
        moving=sum(each.moving for each in begun),
    )  # fmt: skip


def _recorded(start: datetime, end: datetime, pieces: Iterable[Piece]) -> timedelta:
    """How much of the time the pieces (in order) cover; where two overlap, time counts once."""
    total, at = timedelta(), start
    for each in pieces:
        begin, until = max(each.start, at), min(each.end, end)
        if until > begin:
            total += until - begin
            at = until
    return total


def gaps(
    start: datetime, end: datetime, pieces: Sequence[Piece]
) -> list[tuple[datetime, datetime]]:
    """Where nothing was recorded between *start* and *end*, for a second or longer."""
    edges = [(start, start), *((each.start, each.end) for each in pieces), (end, end)]
    found, reached = [], start
    for before, after in pairwise(edges):
        reached = max(reached, before[1])
        begin = min(after[0], end)
        if begin - reached >= _SECOND:
            found.append((reached, begin))
    return found
