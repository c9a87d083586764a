"""What became of a camera's pictures: written, lost, or covered as a whole; in how many what moved.

Counted for each segment, kept with its length until its hour is closed, and then part of the hour:
what a recorder could not do stands where everybody can read it, and whoever looks for a moment
reads no video to find it.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from habeas.foundation import durable

_FILE = "counts.jsonl"


@dataclass(frozen=True)
class Counts:
    """Numbers of pictures.

    Attributes:
        lost: sent by the camera and not written: left out because the work was behind, or not
            to be decoded.
        whole: written, and covered as a whole because nobody could look at them.
        moving: written, and something moved since the one before: anything, nobody asks what.
    """

    lost: int = 0
    whole: int = 0
    moving: int = 0

    def __sub__(self, other: Self) -> Counts:
        """What was counted since *other*."""
        return Counts(self.lost - other.lost, self.whole - other.whole, self.moving - other.moving)


@dataclass(frozen=True)
class Length:
    """How long a video is."""

    seconds: float
    frames: int


@dataclass(frozen=True)
class Counted:
    """What is kept of one segment; `length` is None where its writer did not tell."""

    counts: Counts = Counts()
    length: Length | None = None


def add(place: Path, name: str, counts: Counts, length: Length | None = None) -> None:
    """Keep the counts of segment *name* in its hour's folder; durable when this returns."""
    file = place / _FILE
    new = not file.exists()
    told = asdict(length) if length else {}
    line = json.dumps({"name": name, **asdict(counts), **told}) + "\n"
    with file.open("ab") as opened:
        # A writer that was killed may have left half a line: it stays alone.
        opened.write(b"\n" + line.encode())
        opened.flush()
        os.fsync(opened.fileno())
    if new:
        durable.sync(place)


def read(place: Path) -> dict[str, Counted]:
    """What is kept by segment, of an hour's folder; those that were never whole are not there."""
    try:
        lines = (place / _FILE).read_bytes().split(b"\n")
    except FileNotFoundError:
        return {}
    found = {}
    for line in lines:
        try:
            fields = json.loads(line)
            counts = Counts(*(int(fields[each]) for each in ("lost", "whole", "moving")))
            told = "seconds" in fields
            length = Length(float(fields["seconds"]), int(fields["frames"])) if told else None
            found[str(fields["name"])] = Counted(counts, length)
        except (ValueError, KeyError, TypeError):
            continue
    return found


def forget(place: Path) -> None:
    """Remove them: the closed hour has them."""
    durable.remove(place / _FILE)
