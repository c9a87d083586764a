"""How soon an archived second plays, with 10^3 and with 10^5 segments stored.

For seconds chosen at random: what shows its quarter of an hour is found, the segment that has it
read and checked against its closed hour, and the second's picture decoded. That is all of it but
the log's entry, which a viewing has once, and the way to the browser.
"""

from __future__ import annotations

import io
import itertools
import os
import random
import shutil
import statistics
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av

from bench.cameras.source import film
from habeas.cameras.hours import Hour, SegmentRecord, hour_of, root_of, sha256_of, write_hour
from habeas.cameras.recordings import Recordings
from habeas.protocol.footage import hour_name

SIZES = (1_000, 100_000)
_GOAL = 1.0
#: Of the archive: cameras, and segments of an hour, 6 s each.
_CAMERAS, _AN_HOUR, _SECONDS = 10, 600, 6
_PLAYS, _SPAN = 100, timedelta(minutes=15)
_START = datetime(2026, 11, 1, tzinfo=UTC)


def fill(folder: Path, count: int) -> list[tuple[str, datetime]]:
    """An archive of *count* segments of 720p; cameras, and starts of all segments."""
    recordings, found = Recordings(folder), []
    first = film(folder / "shown.mp4", 1280, 720, 10, seconds=_SECONDS, form="mp4")
    sha256 = sha256_of(first)
    for number in range(_CAMERAS):
        camera = f"camera-{number}"
        # One file with many names, and one for each camera: there is an end to a file's names.
        shown = Path(shutil.copy(first, folder / f"{camera}.mp4"))
        starts = [_START + timedelta(seconds=_SECONDS * n) for n in range(count // _CAMERAS)]
        for hour, inside in itertools.groupby(starts, hour_name):
            place = recordings.hour_place(camera, hour)
            place.mkdir(parents=True)
            records = []
            for each in inside:
                os.link(shown, place / f"{each:%H%M%S}.000Z.mp4")
                records.append(
                    SegmentRecord(
                        name=f"{each:%H%M%S}.000Z.mp4", sha256=sha256, frames=_SECONDS * 10,
                        milliseconds=_SECONDS * 1000, lost=0, whole=0, moving=0,
                    )
                )  # fmt: skip
            kept = tuple(records)
            write_hour(place, Hour(camera=camera, hour=hour_of(place), segments=kept,
                                   root=root_of(kept)))  # fmt: skip
        found += [(camera, each) for each in starts]
    return found


def play(recordings: Recordings, camera: str, second: datetime) -> None:
    """Everything up to the picture of *second*."""
    found = recordings.segments(camera, second, second + _SPAN)
    content = recordings.content(camera, found[0].start)
    wanted = (second - found[0].start).total_seconds()
    with av.open(io.BytesIO(content), "r") as container:
        next(frame for frame in container.decode(video=0) if (frame.time or 0.0) >= wanted)


def played(folder: Path, count: int) -> tuple[float, float]:
    """Median and 95th percentile of playing, seconds, from an archive of *count* segments."""
    stored, recordings = fill(folder, count), Recordings(folder)
    chance, took = random.Random(7), []
    for _ in range(_PLAYS):
        camera, start = chance.choice(stored)
        second = start + timedelta(seconds=chance.randrange(_SECONDS))
        began = time.monotonic()
        play(recordings, camera, second)
        took.append(time.monotonic() - began)
    return statistics.median(took), statistics.quantiles(took, n=20)[-1]


def report(folder: Path) -> list[str]:
    """Lines that say how soon a second plays, for both sizes."""
    lines, ends = [], []
    for size in SIZES:
        place = folder / str(size)
        place.mkdir()
        middle, end = played(place, size)
        ends.append(end)
        lines.append(f"archived second of {size:,} segments: median {middle * 1000:.0f} ms, "
                     f"p95 {end * 1000:.0f} ms; goal p95 {_GOAL * 1000:.0f} ms")  # fmt: skip
    return [*lines, f"p95 with the larger archive: {ends[1] / ends[0]:.2f} times the smaller's"]
