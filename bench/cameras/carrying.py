"""What two ways of running cameras carry: all in one process, or each in its own.

Pictures are counted between two reports of each recorder's health, which have their moments: no
rate is guessed on to another moment. Measured is once no camera is looked at four ways up any more,
which takes four times as much and is over when the first faces were seen, and over whole turns of
the film.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bench.cameras.declaring import alone, sources, together
from bench.cameras.memory import proportional
from habeas.cameras.health import CameraHealth
from habeas.cover._tuning import TUNED

#: Seconds of a measurement, two turns of a film; for cameras to be recorded at all; and to settle.
_SECONDS, _PATIENCE, _SETTLING = 20.0, 60.0, 45.0
#: Looks a picture, at most, of a camera whose way up is known.
_SETTLED = 1.5


@dataclass(frozen=True)
class Carried:
    """What one way of running carried.

    Attributes:
        pictures: written a second, of all cameras.
        cores: processor seconds a second.
        idle: of the machine's processors, a second: what nobody used.
        looking: share of the processor seconds that threads took which look; of one process only,
            since a process that is alone looks by threads of its network.
        looks: a picture.
        memory: bytes, proportional set size of all processes, at the end.
        stored: bytes a second that were written, of all cameras.
    """

    pictures: float
    cores: float
    idle: float
    looking: float
    looks: float
    memory: int
    stored: float

    @property
    def each(self) -> float:
        """Processor seconds of a picture."""
        return self.cores / self.pictures


def carried(file: Path, count: int, *, shared: bool) -> Carried:
    """Record *count* cameras that send *file* one way, and measure."""
    with tempfile.TemporaryDirectory() as made, sources(file, count) as urls:
        folder = Path(made)
        running = [
            subprocess.Popen(each, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            for each in _commands(folder, urls, shared=shared)
        ]
        try:
            _settle(folder, count)
            first, size = _newest(folder), _size(folder)
            spent, looking = _spent(running), _looked(running)
            began, rested, looks = time.monotonic(), _rested(), _Looks()
            while time.monotonic() - began < _SECONDS:
                looks.see(_reports(folder))
                time.sleep(1.0)
            span, last = time.monotonic() - began, _newest(folder)
            cores = (_spent(running) - spent) / span
            return Carried(
                sum(_rate(first[each], last[each]) for each in first), cores,
                (_rested() - rested) / span, (_looked(running) - looking) / span / cores,
                looks.each, sum(proportional(each.pid) for each in running),
                (_size(folder) - size) / span,
            )  # fmt: skip
        finally:
            for each in running:
                each.terminate()
            for each in running:
                each.wait()


def _commands(folder: Path, urls: list[str], *, shared: bool) -> list[list[str]]:
    """What records *urls*, in one process or in one for each."""
    command = [sys.executable, "-m", "habeas.cli"]
    if not shared:
        return [[*command, "record", str(each), "--recordings", str(folder / each.stem)]
                for each in alone(folder, urls)]  # fmt: skip
    listed = together(folder, urls)
    return [[*command, "cameras", "serve", str(listed), "--recordings", str(folder / "all")]]


def _reports(folder: Path) -> Iterator[tuple[str, CameraHealth]]:
    """The newest report of each camera that has one, by its folder's name."""
    for each in folder.glob("*/*/health.json"):
        with contextlib.suppress(OSError, ValueError):
            yield each.parent.name, CameraHealth.model_validate_json(each.read_bytes())


def _newest(folder: Path) -> dict[str, tuple[float, int]]:
    """When each camera last reported, and pictures that were written by then."""
    return {camera: (datetime.fromisoformat(said.at).timestamp(), said.frames)
            for camera, said in _reports(folder)}  # fmt: skip


def _rate(first: tuple[float, int], last: tuple[float, int]) -> float:
    return (last[1] - first[1]) / (last[0] - first[0])


def _settle(folder: Path, count: int) -> None:
    """Wait until all cameras are recorded, and looked at one way up."""
    began = time.monotonic()
    while True:
        waited = time.monotonic() - began
        said = [each for _, each in _reports(folder) if each.frames and each.rate]
        if len(said) == count and (
            waited > _SETTLING or all(each.looks <= _SETTLED * each.rate for each in said)
        ):
            return
        if waited > _PATIENCE + _SETTLING:
            raise RuntimeError(f"The cameras were not recorded within {waited:.0f} seconds.")
        time.sleep(0.5)


class _Looks:
    """Looks a picture, of reports, each once."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], tuple[float, float]] = {}

    def see(self, reports: Iterator[tuple[str, CameraHealth]]) -> None:
        for camera, said in reports:
            self._seen[camera, said.at] = said.looks, said.rate

    @property
    def each(self) -> float:
        looks = sum(each for each, _ in self._seen.values())
        return looks / max(sum(each for _, each in self._seen.values()), 1e-9)


def _size(folder: Path) -> int:
    return sum(each.stat().st_size for each in folder.rglob("*Z.mp4"))


def _ticks(stat: Path) -> tuple[float, int]:
    """Processor seconds of a process or thread, and its niceness (proc(5))."""
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), int(fields[16])


def _spent(running: list[subprocess.Popen[bytes]]) -> float:
    return sum(_ticks(Path(f"/proc/{each.pid}/stat"))[0] for each in running)


def _looked(running: list[subprocess.Popen[bytes]]) -> float:
    """Processor seconds of the threads that give way: those that look."""
    total = 0.0
    for each in running:
        for thread in Path(f"/proc/{each.pid}/task").iterdir():
            with contextlib.suppress(OSError):
                seconds, niceness = _ticks(thread / "stat")
                total += seconds * (niceness == TUNED.give_way)
    return total


def _rested() -> float:
    """Seconds in which processors had nothing to do, of all of them."""
    fields = Path("/proc/stat").read_text().split(maxsplit=6)
    return (int(fields[4]) + int(fields[5])) / os.sysconf("SC_CLK_TCK")
