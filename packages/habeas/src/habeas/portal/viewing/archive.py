"""The time line of one camera: a day in hours, an hour in minutes, a minute in segments.

It is made of figures that stand beside the recordings: no byte of video is read for it, and what
it costs does not grow with the archive.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils.formats import localize
from django.utils.translation import gettext as _

from habeas.cameras.recordings import Recordings
from habeas.cameras.timeline import Piece, Stretch, stretches
from habeas.protocol.footage import PublicCamera, hour_name

_HOUR, _MINUTE = timedelta(hours=1), timedelta(minutes=1)
_AT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}(:[0-9]{2})?)?")
#: How many heights a bar of motion has, beside none.
_HEIGHTS = 4
#: Of a strip, in units of its drawing.
_WIDTH, _HEIGHT = 1000, 24


@dataclass(frozen=True)
class Moment:
    """What part of the time line is looked at: a day; in it an hour; in it a minute."""

    start: datetime
    hour: bool = False
    minute: bool = False

    @classmethod
    def parse(cls, text: str) -> Moment | None:
        """The moment in *text*: ``2026-11-23``, ``2026-11-23T20`` or ``2026-11-23T20:14``; UTC."""
        if not _AT.fullmatch(text):
            return None
        try:
            start = datetime.fromisoformat(text + ":00" * (len(text) == 13)).replace(tzinfo=UTC)
            # Days at the calendar's ends have no neighbours to link to.
            _ = start - timedelta(days=2), start + timedelta(days=2)
        except (ValueError, OverflowError):
            return None
        return cls(start, len(text) > 10, len(text) > 13)

    @property
    def day(self) -> datetime:
        """When its day begins."""
        return self.start.replace(hour=0, minute=0)


@dataclass(frozen=True)
class Cell:
    """A stretch to be drawn.

    Attributes:
        at: what leads closer to it, as in `Moment.parse`.
        name: what is written in it.
        state: ``full``, ``part`` or ``none`` of it was recorded; ``gone``: it has had its days.
        height: of the bar that says how much moved, 0 to 4.
        words: all of it, in words.
    """

    at: str
    name: str
    state: str
    height: int
    words: str
    stretch: Stretch
    chosen: bool


@dataclass(frozen=True)
class TimeLine:
    """What the page shows; `minutes` and `pieces` are empty where none is looked at."""

    moment: Moment
    hours: Sequence[Cell]
    minutes: Sequence[Cell] = ()
    pieces: Sequence[Piece] = ()


def time_line(
    recordings: Recordings, camera: PublicCamera, moment: Moment, now: datetime
) -> TimeLine:
    """The time line around *moment*.

    Raises:
        RecordingError: what is kept of an hour cannot be used.
    """
    since = now - timedelta(days=camera.keep_days)
    day, begin = moment.day, moment.start.replace(minute=0)
    by_hour = [
        recordings.pieces(camera.id, hour_name(day + number * _HOUR)) for number in range(24)
    ]
    hours = [
        _cell(each, "%Y-%m-%dT%H", "%H", since, chosen=moment.hour and each.start == begin)
        for each in stretches(day, _HOUR, 24, [each for pieces in by_hour for each in pieces])
    ]
    if not moment.hour:
        return TimeLine(moment, hours)
    pieces = by_hour[begin.hour]
    minutes = [
        _cell(
            each, "%Y-%m-%dT%H:%M", "%M", since, chosen=moment.minute and each.start == moment.start
        )
        for each in stretches(begin, _MINUTE, 60, pieces)
    ]
    if not moment.minute:
        return TimeLine(moment, hours, minutes)
    end = moment.start + _MINUTE
    within = [each for each in pieces if each.end > moment.start and each.start < end]
    return TimeLine(moment, hours, minutes, within)


@dataclass(frozen=True)
class SegmentBar:
    """A segment on a strip of 1,000 by 24 units, as text for a drawing: numbers have a point."""

    x: str
    width: str
    top: str
    moving: str
    flawed: bool


def strip(recordings: Recordings, camera: str, start: datetime, end: datetime) -> list[SegmentBar]:
    """The segments between *start* and *end*, drawn.

    Raises:
        RecordingError: what is kept of an hour cannot be used.
    """
    at = start.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    pieces: list[Piece] = []
    while at < end:
        pieces += recordings.pieces(camera, hour_name(at))
        at += _HOUR
    scale = _WIDTH / (end - start).total_seconds()
    bars = []
    for each in pieces:
        begin, until = max(each.start, start), min(each.end, end)
        if until <= begin:
            continue
        high = _HEIGHT * each.moving / each.frames if each.frames else 0.0
        bars.append(
            SegmentBar(
                f"{(begin - start).total_seconds() * scale:.1f}",
                f"{(until - begin).total_seconds() * scale:.1f}",
                f"{_HEIGHT - high:.1f}", f"{high:.1f}" if high else "",
                flawed=bool(each.lost or each.whole),
            )
        )  # fmt: skip
    return bars


def _cell(stretch: Stretch, at: str, name: str, since: datetime, *, chosen: bool) -> Cell:
    if stretch.recorded:
        state = "part" if stretch.missing else "full"
    else:
        state = "gone" if stretch.end <= since else "none"
    height = -(-stretch.motion * _HEIGHTS // 1)
    return Cell(
        f"{stretch.start:{at}}", f"{stretch.start:{name}}", state, int(height), _words(stretch),
        stretch, chosen,
    )  # fmt: skip


def _words(stretch: Stretch) -> str:
    said = [f"{stretch.start:%H:%M}–{stretch.end:%H:%M}"]
    if stretch.recorded:
        seconds = round(stretch.recorded.total_seconds())
        said.append(_("recorded: %(time)s") % {"time": _time(seconds)})
        percent = localize(round(100 * stretch.motion))
        said.append(_("something moved in %(percent)s %% of the pictures") % {"percent": percent})
    else:
        said.append(_("nothing was recorded"))
    if stretch.lost:
        said.append(_("pictures lost: %(count)s") % {"count": stretch.lost})
    if stretch.whole:
        said.append(_("pictures covered as a whole: %(count)s") % {"count": stretch.whole})
    return "; ".join(said)


def _time(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02d}"
