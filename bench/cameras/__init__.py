"""Cameras that two cores carry: many in one process against a process for each.

    python -m bench cameras

Synthetic cameras send somewhat more than the machine can cover, in real time. Whoever is behind
writes fewer pictures and looks at each as closely, so pictures written a second are what it
carries; divided by the rate of a camera they are cameras in real time. Both ways are measured in
turn, on the same sources; medians of the rounds. Then: what a further camera takes of memory, and
how soon an archived second plays. All ends within some twelve minutes.
"""

from __future__ import annotations

import os
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.cameras import archive, model
from bench.cameras.carrying import Carried, carried
from bench.cameras.memory import further
from bench.cameras.source import film

#: Somewhat more than two cores carry of either kind. Of many more each would write so few pictures
#: that every one is looked at as a whole, which no camera that is on time is.
_CAMERAS = 4
_ROUNDS = 2
_GAIN, _MEGABYTES = 1.5, 60.0
#: Of the city on paper: cameras, and days for which recordings are kept.
_CITY, _DAYS = 20_000, 14


@dataclass(frozen=True)
class Kind:
    """A kind of camera: its name, size in pixels, and pictures a second."""

    name: str
    width: int
    height: int
    fps: int


KINDS = (Kind("720p at 10 fps", 1280, 720, 10), Kind("1080p at 5 fps", 1920, 1080, 5))


def _told(kind: Kind, found: Carried, *, shared: bool) -> str:
    way = "one process" if shared else "a process each"
    looking = f" ({found.looking:.0%} looking)" if shared else ""
    return (
        f"{kind.name}, {way}: {found.pictures / kind.fps:.2f} cameras, {found.cores:.2f} cores"
        f"{looking}, {found.idle:.2f} idle, {found.each * 1000:.0f} ms and {found.looks:.2f} looks "
        f"a picture, {found.memory / 1e6:.0f} MB"
    )


def run(rounds: int = _ROUNDS) -> None:
    """Print what is carried both ways, and what a further camera takes."""
    console = Console()
    table = Table(title=f"{_CAMERAS} cameras on {os.cpu_count()} cores", title_justify="left")
    for head in ("", "one process", "a process each", "times", "goal",
                 "a picture's processor time, times", "MB a further camera", "goal"):  # fmt: skip
        table.add_column(head)
    constants_of: dict[str, model.Constants] = {}
    with tempfile.TemporaryDirectory() as made:
        for kind in KINDS:
            file = film(Path(made) / f"{kind.height}.ts", kind.width, kind.height, kind.fps)
            ways: dict[bool, list[Carried]] = {True: [], False: []}
            for _ in range(rounds):
                for shared, found in ways.items():
                    found.append(carried(file, _CAMERAS, shared=shared))
                    console.print(_told(kind, found[-1], shared=shared), soft_wrap=True)
            one, each = (
                statistics.median(c.pictures / kind.fps for c in ways[way]) for way in (True, False)
            )
            dear, dearer = (statistics.median(c.each for c in ways[way]) for way in (True, False))
            more, rate = further(file)
            console.print(
                f"{kind.name}: a further camera takes {more / 1e6:.0f} MB at {rate:.1f} pictures a "
                f"second",
                soft_wrap=True,
            )
            constants_of[kind.name] = model.Constants(
                cores=statistics.median(c.each for c in ways[True]) * kind.fps,
                base=max(0.0, statistics.median(c.memory for c in ways[True]) - _CAMERAS * more),
                memory=more,
                stored=statistics.median(c.stored / c.pictures for c in ways[True]) * kind.fps,
            )  # fmt: skip
            table.add_row(
                kind.name, f"{one:.2f}", f"{each:.2f}", f"{one / each:.2f}", f"{_GAIN}",
                f"{dear / dearer:.2f}", f"{more / 1e6:.0f}", f"{_MEGABYTES:.0f}",
            )  # fmt: skip
    console.print(table)
    with tempfile.TemporaryDirectory() as made:
        for line in archive.report(Path(made)):
            console.print(line, soft_wrap=True)
    for named, constants in constants_of.items():
        console.print(f"\nOn paper, {_CITY} cameras of {named} kept for {_DAYS} days:")
        for name, value in model.needed(constants, _CITY, _DAYS).items():
            console.print(f"  {name}: {value:,.2f}")
