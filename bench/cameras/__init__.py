"""Cameras that two cores carry: many in one process against a process for each.

    python -m bench cameras

Synthetic cameras send somewhat more than the machine can cover, in real time. Whoever is behind
writes fewer pictures and looks at each as closely, so pictures written a second are what it
carries; divided by the rate of a camera they are cameras in real time. Both ways are measured in
turn, on the same sources, for the same span after a warm-up; medians of the rounds. Then: what a
further camera takes of memory while it is on time, and how soon an archived second plays. All ends
within some six minutes.
"""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.cameras import archive, model
from bench.cameras.source import film

#: Somewhat more than two cores carry of either kind. Of many more each would write so few pictures
#: that every one is looked at as a whole, which no camera that is on time is.
_CAMERAS = 4
#: Of the cameras whose memory is compared: so many, and one; and pictures a second, at which they
#: are on time: who is behind keeps fewer pictures.
_MANY, _ON_TIME = 4, 2
#: Seconds for which a picture waits for its future; bytes of a pixel in 4:2:0.
_WAIT, _PIXEL = 3, 1.5
#: Seconds of a measurement, before it and in it, and for cameras to be recorded at all. The way up
#: is looked for at the beginning.
_WARM, _SECONDS, _PATIENCE = 8.0, 10.0, 60.0
#: Seconds until memory is all there: pictures wait for three, and a segment's encoder for six.
_FILLED = 12.0
#: Seconds for one kind of camera, after which no further round begins: all ends within six minutes.
_ENOUGH, _ROUNDS = 75.0, 2
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


@dataclass(frozen=True)
class Carried:
    """What one way of running carried.

    Attributes:
        cameras: in real time.
        cores: processor seconds a second.
        idle: of the machine's processors, a second: what nobody used.
        memory: bytes, proportional set size of all processes, at the end.
        stored: bytes a second that were written, of all cameras.
    """

    cameras: float
    cores: float
    idle: float
    memory: int
    stored: float


#: What a camera's declaration needs beside its address.
DECLARED = """
id = "{id}"
name = {{ en = "Bench", ru = "Замер" }}
where = {{ en = "Nowhere", ru = "Нигде" }}
latitude = 0.0
longitude = 0.0
why = {{ en = "Measuring", ru = "Замер" }}
viewers = []
keep_days = 1
since = 2026-11-01
"""


def _declare(
    folder: Path, urls: list[str], *, shared: bool, rate: int | None = None
) -> list[list[str]]:
    """The commands that record *urls*, in one process or in one for each."""
    asked = f"rate = {rate}\n" if rate else ""
    command = [sys.executable, "-m", "habeas.cli"]
    if not shared:
        files = []
        for number, url in enumerate(urls):
            files.append(folder / f"camera-{number}.toml")
            files[-1].write_text(f'url = "{url}"\n{asked}' + DECLARED.format(id=f"camera-{number}"))
        return [[*command, "record", str(each), "--recordings", str(folder / each.stem)]
                for each in files]  # fmt: skip
    listed = ""
    for number, url in enumerate(urls):
        secret = folder / f"address-{number}"
        secret.touch(mode=0o600)
        secret.write_text(f"{url}\n")
        listed += f'[[camera]]\naddress = {{ file = "{secret}" }}\n{asked}'
        listed += DECLARED.format(id=f"camera-{number}")
    (folder / "cameras.toml").write_text(listed)
    return [[*command, "cameras", "serve", str(folder / "cameras.toml"), "--recordings",
             str(folder / "all")]]  # fmt: skip


@contextlib.contextmanager
def sources(file: Path, count: int) -> Iterator[list[str]]:
    """Addresses of so many cameras that send *file* over and over."""
    # Not by -m: this package has the module loaded by then.
    start = "import sys; from bench.cameras.source import main; main(*sys.argv[1:])"
    command = [sys.executable, "-c", start, str(file), str(count)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        try:
            yield json.loads(running.stdout.readline())
        finally:
            running.kill()


def carried(
    kind: Kind,
    file: Path,
    count: int,
    *,
    shared: bool,
    warm: float,
    seconds: float,
    rate: int | None = None,
) -> Carried:
    """Record *count* cameras one way, and measure for so many *seconds*."""
    with tempfile.TemporaryDirectory() as made, sources(file, count) as urls:
        folder = Path(made)
        running = [
            subprocess.Popen(each, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            for each in _declare(folder, urls, shared=shared, rate=rate)
        ]
        try:
            _recording(folder, count)
            time.sleep(warm)
            frames, spent, size = _frames(folder), _spent(running), _size(folder)
            began, rested = time.monotonic(), _rested()
            time.sleep(seconds)
            span = time.monotonic() - began
            idle = (_rested() - rested) / span
            more, cores = _frames(folder) - frames, (_spent(running) - spent) / span
            memory = sum(_memory(each.pid) for each in running)
            stored = (_size(folder) - size) / span
        finally:
            for each in running:
                each.terminate()
            for each in running:
                each.wait()
        return Carried(more / span / kind.fps, cores, idle, memory, stored)


def _reports(folder: Path) -> list[dict[str, object]]:
    found = []
    for each in folder.glob("*/*/health.json"):
        with contextlib.suppress(OSError, ValueError):
            found.append(json.loads(each.read_text()))
    return found


def _recording(folder: Path, count: int) -> None:
    """Wait until all cameras are recorded."""
    give_up = time.monotonic() + _PATIENCE
    while sum(each["frames"] != 0 for each in _reports(folder)) < count:
        if time.monotonic() > give_up:
            raise RuntimeError(f"The cameras were not recorded within {_PATIENCE:.0f} seconds.")
        time.sleep(0.5)


def _frames(folder: Path) -> float:
    """Pictures written so far, of all cameras, as of now: reports come every five seconds."""
    total = 0.0
    for each in _reports(folder):
        age = time.time() - datetime.fromisoformat(str(each["at"])).timestamp()
        total += float(str(each["frames"])) + float(str(each["rate"])) * max(0.0, age)
    return total


def _size(folder: Path) -> int:
    return sum(each.stat().st_size for each in folder.rglob("*Z.mp4"))


def _spent(running: list[subprocess.Popen[bytes]]) -> float:
    ticks = os.sysconf("SC_CLK_TCK")
    total = 0
    for each in running:
        fields = Path(f"/proc/{each.pid}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / ticks


def _rested() -> float:
    """Seconds in which processors had nothing to do, of all of them."""
    fields = Path("/proc/stat").read_text().split(maxsplit=6)
    return (int(fields[4]) + int(fields[5])) / os.sysconf("SC_CLK_TCK")


def _memory(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    (line,) = (each for each in lines if each.startswith("Pss:"))
    return int(line.split()[1]) * 1024


def run(rounds: int = _ROUNDS, warm: float = _WARM, seconds: float = _SECONDS) -> None:
    """Print what is carried both ways, and what a further camera takes."""
    console = Console()
    table = Table(title=f"{_CAMERAS} cameras on {os.cpu_count()} cores", title_justify="left")
    for head in ("", "one process", "a process each", "times", "goal", "MB a further camera",
                 "goal"):  # fmt: skip
        table.add_column(head)
    constants_of: dict[str, model.Constants] = {}
    with tempfile.TemporaryDirectory() as made:
        for kind in KINDS:
            file = film(Path(made) / f"{kind.height}.ts", kind.width, kind.height, kind.fps)
            ways: dict[bool, list[Carried]] = {True: [], False: []}
            began = time.monotonic()
            while not ways[False] or (
                len(ways[False]) < rounds and time.monotonic() - began < _ENOUGH
            ):
                for one_process, found in ways.items():
                    found.append(carried(kind, file, _CAMERAS, shared=one_process, warm=warm,
                                         seconds=seconds))  # fmt: skip
                    way = "one process" if one_process else "a process each"
                    console.print(f"{kind.name}, {way}: "
                                  f"{found[-1].cameras:.2f} cameras, {found[-1].cores:.2f} cores, "
                                  f"{found[-1].idle:.2f} idle, {found[-1].memory / 1e6:.0f} MB",
                                  soft_wrap=True)  # fmt: skip
            one, each = (statistics.median(c.cameras for c in ways[way]) for way in (True, False))
            few, many = (
                carried(kind, file, count, shared=True, warm=_FILLED, seconds=1,
                        rate=_ON_TIME).memory
                for count in (1, _MANY)
            )  # fmt: skip
            seen = (many - few) / (_MANY - 1) / 1e6
            waiting = (kind.fps - _ON_TIME) * _WAIT * kind.width * kind.height * _PIXEL / 1e6
            console.print(
                f"{kind.name}: a further camera takes {seen:.0f} MB at {_ON_TIME} pictures a "
                f"second; {waiting:.0f} MB more wait at {kind.fps}",
                soft_wrap=True,
            )
            more = seen + waiting
            shared = ways[True]
            constants_of[kind.name] = model.Constants(
                cores=statistics.median(c.cores / c.cameras for c in shared),
                base=max(0.0, few - seen * 1e6), memory=more * 1e6,
                stored=statistics.median(c.stored / c.cameras for c in shared),
            )  # fmt: skip
            table.add_row(
                kind.name, f"{one:.2f}", f"{each:.2f}", f"{one / each:.2f}", f"{_GAIN}",
                f"{more:.0f}", f"{_MEGABYTES:.0f}",
            )  # fmt: skip
    console.print(table)
    with tempfile.TemporaryDirectory() as made:
        for line in archive.report(Path(made)):
            console.print(line, soft_wrap=True)
    for named, constants in constants_of.items():
        console.print(f"\nOn paper, {_CITY} cameras of {named} kept for {_DAYS} days:")
        for name, value in model.needed(constants, _CITY, _DAYS).items():
            console.print(f"  {name}: {value:,.2f}")
