"""How a camera's recorder fares: the same for its operator and for everybody.

RECORDINGS/<camera>/health.json, written by the recorder every few seconds. It tells the truth
also when nobody is left to write it: who reads a report that is too old says `silent`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from habeas.protocol.document import Text

_FILE = "health.json"
#: After so long without a report, nothing is known of the recorder any more.
STALE = timedelta(seconds=30)
#: Seconds between reports.
EVERY = 5.0

RecordingState = Literal["recording", "waiting", "resting", "lost", "stopped", "silent"]
_Count = Annotated[int, Field(ge=0)]
_Rate = Annotated[float, Field(ge=0)]


class CameraHealth(BaseModel):
    """One report. It is never signed or hashed, so that it may have fractions.

    Attributes:
        state: ``recording``: pictures are written; ``waiting``: the camera is connected, and
            sends no picture; ``resting``: it is outside of its hours, and nothing is recorded;
            ``lost``: it cannot be reached, or nothing can be written; ``stopped``: on purpose;
            ``silent``: the recorder does not report any more.
        because: why it is lost; nothing else.
        at: when this was said; ``since``: from when the state holds. ISO 8601, UTC.
        picture: when the newest written picture arrived; None where none was.
        frames: written since the recorder started.
        lost: sent by the camera and not written, since then.
        whole: written and covered as a whole, since then.
        rate: frames written a second, lately; ``looks``: frames looked at a second, lately.
        behind: seconds that the work is behind the camera.
        one_of: of so many pictures one is written: 1, unless the work was behind.
        jumps: of the camera's clock, on this connection.
        clock: why the camera's clock does not count on this connection; empty while it does.
        offset: seconds by which the time that the camera says it is is ahead of ours; None where it
            says none.
        left_out: what the camera sends beside its pictures, and is not recorded.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    v: Literal[1] = 1
    state: RecordingState
    because: Text = ""
    at: str
    since: str
    picture: str | None = None
    frames: _Count = 0
    lost: _Count = 0
    whole: _Count = 0
    rate: _Rate = 0.0
    looks: _Rate = 0.0
    behind: _Rate = 0.0
    one_of: Annotated[int, Field(ge=1)] = 1
    jumps: _Count = 0
    clock: Text = ""
    offset: float | None = None
    left_out: tuple[str, ...] = ()


def write(place: Path, health: CameraHealth) -> None:
    """Replace the report in a camera's folder; a power cut may bring the one before back."""
    part = place / f".{_FILE}.{os.getpid()}"
    part.write_text(health.model_dump_json() + "\n")
    part.replace(place / _FILE)


def read(place: Path, now: datetime) -> CameraHealth | None:
    """The report in a camera's folder; None where no recorder ever made one.

    Args:
        place: the folder.
        now: the time, UTC: a report that is too old says that the recorder is silent.
    """
    try:
        said = CameraHealth.model_validate_json((place / _FILE).read_bytes())
        at = datetime.fromisoformat(said.at)
    except (OSError, ValueError):
        return None
    if said.state != "stopped" and now - at > STALE:
        return said.model_copy(update={"state": "silent", "since": said.at, "rate": 0.0,
                                       "looks": 0.0})  # fmt: skip
    return said


@dataclass(frozen=True)
class AlarmLimits:
    """From when on people are told; decided, not measured.

    Attributes:
        picture: time without a picture, while one is due.
        behind: seconds that the work is behind the camera.
        looks: a second, below which a camera that records is not looked at closely.
        lost: share of its pictures that were not written.
        whole: share of the written ones that were covered as a whole.
        offset: seconds that the camera's time may be off by: another minute is drawn into its
            pictures then than they are archived by.
    """

    picture: timedelta = timedelta(minutes=1)
    behind: float = 4.0
    looks: float = 1.0
    lost: float = 0.02
    whole: float = 0.05
    offset: float = 60.0


def alarms(
    said: CameraHealth | None, now: datetime, limits: AlarmLimits | None = None
) -> list[str]:
    """Codes of what is wrong with a camera or its recorder, the gravest first.

    Args:
        said: its report; None where there never was one.
        now: the time, UTC.
        limits: when each counts.
    """
    limits = limits or AlarmLimits()
    if said is None or said.state == "silent":
        return ["silent"]
    found = []
    if said.state == "lost":
        found.append("lost")
    due = said.state in ("recording", "waiting")
    newest = datetime.fromisoformat(said.picture or said.since)
    if due and now - newest > limits.picture:
        found.append("picture")
    if said.behind > limits.behind:
        found.append("behind")
    if said.state == "recording" and said.frames and said.looks < limits.looks:
        found.append("looks")
    if said.lost > limits.lost * (said.frames + said.lost):
        found.append("frames-lost")
    if said.whole > limits.whole * said.frames:
        found.append("covered-whole")
    if said.clock:
        found.append("clock")
    if said.offset is not None and abs(said.offset) >= limits.offset:
        found.append("clock-offset")
    return found
