"""What became of a camera's pictures: written, lost, or covered as a whole.

Counted for each segment, kept with it until its hour is closed, and then part of the hour:
what a recorder could not do stands where everybody can read it.
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
    """

    lost: int = 0
    whole: int = 0

    def __sub__(self, other: Self) -> Counts:
        """What was counted since *other*."""
        return Counts(self.lost - other.lost, self.whole - other.whole)


def add(place: Path, name: str, counts: Counts) -> None:
    """Keep the counts of segment *name* in its hour's folder; durable when this returns."""
    file = place / _FILE
    new = not file.exists()
    line = json.dumps({"name": name, **asdict(counts)}) + "\n"
    with file.open("ab") as opened:
        # A writer that was killed may have left half a line: it stays alone.
        opened.write(b"\n" + line.encode())
        opened.flush()
        os.fsync(opened.fileno())
    if new:
        durable.sync(place)


def read(place: Path) -> dict[str, Counts]:
    """Counts by segment, of an hour's folder; those that were never whole are not there."""
    try:
        lines = (place / _FILE).read_bytes().split(b"\n")
    except FileNotFoundError:
        return {}
    found = {}
    for line in lines:
        try:
            fields = json.loads(line)
            found[str(fields["name"])] = Counts(int(fields["lost"]), int(fields["whole"]))
        except (ValueError, KeyError, TypeError):
            continue
    return found


def forget(place: Path) -> None:
    """Remove them: the closed hour has them."""
    durable.remove(place / _FILE)
