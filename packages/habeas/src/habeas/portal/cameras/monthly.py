"""What cameras recorded in each month, and how often anybody looked: one line a camera.

Hours stand on the log of hours where the circle has one, and older ones on the log of everything:
both count together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from habeas.portal.register.log import hours_copy, log_copy
from habeas.register.camera_months import CameraMonth
from habeas.register.copy import LogCopy
from habeas.register.hours import HoursCopy
from habeas.register.looks import Looks

#: Cameras that are read at a time.
_CHUNK = 500
#: Acts of offices that count as a look.
_LOOKS, _COPIES = ("viewed", "live"), ("exported",)


@dataclass(frozen=True)
class MonthLine:
    """A camera in a month.

    Attributes:
        recorded: what it recorded.
        looks: how often offices viewed its recordings, or watched it live.
        exports: how often they took recordings out.
    """

    recorded: CameraMonth
    looks: int
    exports: int

    @property
    def month(self) -> date:
        """Its first day."""
        return date.fromisoformat(f"{self.recorded.month}-01")

    @property
    def camera(self) -> str:
        """Its id."""
        return self.recorded.camera

    @property
    def time(self) -> float:
        """Hours of pictures."""
        return self.recorded.seconds / 3600

    @property
    def lost_percent(self) -> float:
        """Of the pictures that the camera sent."""
        sent = self.recorded.frames + self.recorded.lost
        return 100 * self.recorded.lost / sent if sent else 0.0

    @property
    def whole_percent(self) -> float:
        """Of the pictures that were recorded."""
        return 100 * self.recorded.whole / self.recorded.frames if self.recorded.frames else 0.0

    def fields(self) -> dict[str, str | int]:
        """For programs."""
        said = self.recorded
        return {
            "month": said.month, "camera": said.camera, "hours": said.hours,
            "seconds": said.seconds, "frames": said.frames, "lost": said.lost, "whole": said.whole,
            "looks": self.looks, "exports": self.exports,
        }  # fmt: skip


def months() -> list[str]:
    """Months in which a camera recorded, or somebody looked; newest first."""
    found = {each.month for each in log_copy().looks() if _counts(each)}
    for copy in _copies():
        found.update(copy.months_recorded())
    return sorted(found, reverse=True)


def of_camera(camera: str) -> list[MonthLine]:
    """All months of a camera, newest first."""
    recorded: dict[str, CameraMonth] = {}
    for copy in _copies():
        for each in copy.camera_months(camera):
            recorded[each.month] = _sum(recorded.get(each.month), each)
    looks = log_copy().looks(camera)
    named = sorted(recorded.keys() | {each.month for each in looks if _counts(each)}, reverse=True)
    return [_line(month, camera, recorded.get(month), looks) for month in named]


def of_month(month: str, count: int, after: str = "") -> list[MonthLine]:
    """At most *count* cameras in order of their ids, from behind *after* on."""
    recorded: dict[str, CameraMonth] = {}
    for copy in _copies():
        for each in copy.of_month(month, count, after):
            recorded[each.camera] = _sum(recorded.get(each.camera), each)
    looks = [each for each in log_copy().looks() if each.month == month and each.camera > after]
    named = sorted(recorded.keys() | {each.camera for each in looks if _counts(each)})
    return [_line(month, camera, recorded.get(camera), looks) for camera in named[:count]]


def lines(month: str = "") -> Iterator[MonthLine]:
    """All cameras of *month*, or of all months, newest month first."""
    for each in months():
        if month not in ("", each):
            continue
        found = of_month(each, _CHUNK)
        while found:
            yield from found
            found = of_month(each, _CHUNK, found[-1].camera)


def _copies() -> list[LogCopy | HoursCopy]:
    other = hours_copy()
    return [log_copy(), *([other] if other is not None else [])]


def _sum(before: CameraMonth | None, more: CameraMonth) -> CameraMonth:
    return more if before is None else before + more


def _counts(each: Looks) -> bool:
    return each.act in (*_LOOKS, *_COPIES)


def _line(month: str, camera: str, recorded: CameraMonth | None, looks: list[Looks]) -> MonthLine:
    of_it = [each for each in looks if (each.month, each.camera) == (month, camera)]
    return MonthLine(
        recorded or CameraMonth(month, camera, 0, 0, 0, 0, 0),
        sum(each.count for each in of_it if each.act in _LOOKS),
        sum(each.count for each in of_it if each.act in _COPIES),
    )
