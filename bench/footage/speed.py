"""What covering a video costs, of what merely transcoding it costs; deface beside it."""

from __future__ import annotations

import functools
import itertools
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bench.footage import deface
from bench.footage.generate import Clip, clips, make
from bench.footage.grounds import available
from habeas import faces
from habeas.cover.settings import ENCODINGS, Encoding
from habeas.faces._onnx import cuda

_CLIPS = ("static-1080p", "pan-1080p", "static-720p", "pan-720p")
_ROUNDS = 3
#: The clips last 200 frames. What a program takes for one more frame is the difference between
#: so many times that and a few frames; what it takes to start is told apart.
_TIMES, _FIRST = 3, 20
_LENGTHS = (1, 4, 12)
_CAMERA_FPS = 15
_SAME = Fraction(1)
#: The same for deface, which takes as long for every frame.
_FEW, _MORE = 8, 32

#: Detector, quality, and whether on a GPU.
Choice = tuple[str, str, bool]


@dataclass(frozen=True)
class Spent:
    """What a process took: seconds, and bytes of memory at its peak."""

    seconds: float
    memory: int


@dataclass(frozen=True)
class Rate:
    """What a program takes for one more frame, and to start with a few; bytes at its peak.

    `size` is that of what it wrote, in bytes.
    """

    frame: float
    start: float
    memory: int
    size: int


#: Starts a command from a small process: memory at its peak is inherited by children.
_LAUNCHER = """
import json, resource, subprocess, sys, time
start = time.perf_counter()
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
seconds = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
print(json.dumps([done.returncode, seconds, peak]))
"""


def spend(command: list[str]) -> Spent:
    """Run *command* and its children to their end; memory is that of the largest of them.

    Raises:
        RuntimeError: it failed.
    """
    started = [sys.executable, "-S", "-c", _LAUNCHER, *command]
    told = subprocess.run(started, capture_output=True, check=True)
    status, seconds, memory = json.loads(told.stdout)
    if status:
        raise RuntimeError(f"{' '.join(command[:4])} ended with {status}.")
    return Spent(seconds, memory)


def repeated(
    source: Path, target: Path, times: int, frames: int | None = None, slower: Fraction = _SAME
) -> int:
    """Copy the packets of *source* so many times, or its first *frames*; how many it became.

    Their times are stretched by *slower*.
    """
    count = shift = 0
    with av.open(str(target), "w") as out:
        written = None
        for _ in range(times):
            with av.open(str(source)) as video:
                stream = video.streams.video[0]
                written = written or out.add_stream_from_template(stream)
                for packet in video.demux(stream):
                    if packet.dts is None or packet.pts is None or count == frames:
                        continue
                    packet.pts = int((packet.pts + shift) * slower)
                    packet.dts = int((packet.dts + shift) * slower)
                    packet.stream = written
                    out.mux(packet)
                    count += 1
                shift += stream.duration or 0
    return count


def _transcode(source: Path, target: Path, encoding: Encoding) -> list[str]:
    started = [sys.executable, "-m", "bench.footage.transcode", str(source), str(target)]
    return [*started, json.dumps(encoding.x264)]


def _ours(
    source: Path, target: Path, detector: str = "auto", quality: str = "balanced", gpu: bool = False
) -> list[str]:
    started = [sys.executable, "-m", "habeas.cli", "redact", str(source), str(target)]
    return [*started, "--detector", detector, "--quality", quality, *["--gpu"] * gpu]


def _deface_frame(source: Path, folder: Path) -> tuple[float, int]:
    """Seconds that deface takes for one more frame, and its memory."""
    spent = []
    for frames in (_FEW, _MORE):
        part = folder / f"{source.stem}-{frames}.mp4"
        repeated(source, part, 1, frames)
        spent.append(spend(deface.command(part, folder / "deface.mp4")))
    return (spent[1].seconds - spent[0].seconds) / (_MORE - _FEW), spent[1].memory


def _rate(command: Callable[[Path, Path], list[str]], short: Path, long: Path, more: int) -> Rate:
    out = long.with_name("out.mp4")
    spent = []
    for video in (short, long):
        out.unlink(missing_ok=True)
        spent.append(spend(command(video, out)))
    seconds = (spent[1].seconds - spent[0].seconds) / more
    return Rate(seconds, spent[0].seconds, spent[1].memory, out.stat().st_size)


def _fps(rates: list[Rate]) -> float:
    return 1 / statistics.median(each.frame for each in rates)


@dataclass(frozen=True)
class _Measured:
    """One clip: plain transcoding by encoding, ours by choice, deface's seconds and bytes."""

    clip: str
    plain: dict[Encoding, list[Rate]]
    ours: dict[Choice, list[Rate]]
    deface: list[tuple[float, int]]

    def speed(self) -> list[str]:
        """Frames a second; of plain with the same encoder settings, and over deface."""
        peer = statistics.median(each for each, _ in self.deface) if self.deface else None
        row = [self.clip, *(f"{_fps(rates):.0f}" for rates in self.plain.values())]
        row.append(f"{1 / peer:.2f}" if peer else "–")
        for (_, quality, _), rates in self.ours.items():
            plain = self.plain[ENCODINGS[quality]]
            ratio = statistics.median(a.frame / b.frame for a, b in zip(plain, rates, strict=True))
            over = f"{_fps(rates) * peer:.1f} ×" if peer else "–"
            row.append(f"{_fps(rates):.1f} ({ratio:.2f}; {over})")
        return row

    def memory(self) -> list[str]:
        """MB at the peak, and seconds to start."""
        all_rates = [*self.plain.values(), *self.ours.values()]
        peaks = [max(each.memory for each in rates) for rates in all_rates]
        peaks += [max(each for _, each in self.deface)] if self.deface else []
        starts = [min(each.start for each in rates) for rates in self.ours.values()]
        row = [self.clip, *(f"{each / 1e6:.0f}" for each in peaks)]
        return [*row, " / ".join(f"{each:.1f}" for each in starts)]

    def sizes(self) -> list[str]:
        """MB of what was written."""
        all_rates = [*self.plain.values(), *self.ours.values()]
        return [self.clip, *(f"{rates[0].size / 1e6:.2f}" for rates in all_rates)]


def _measure(
    clip: Clip, folder: Path, choices: list[Choice], peer: bool, bar: Progress
) -> _Measured:
    source, _ = make(clip)
    short, long = folder / "short.mp4", folder / f"{clip.name}.mp4"
    more = repeated(source, long, _TIMES) - repeated(source, short, 1, _FIRST)
    found = _Measured(
        clip.name, {each: [] for each in _encodings(choices)}, {each: [] for each in choices}, []
    )
    task = bar.add_task(clip.name, total=_ROUNDS)
    # In turn, so that a busy moment of the machine hits all.
    for number in range(_ROUNDS):
        for encoding, rates in found.plain.items():
            command = functools.partial(_transcode, encoding=encoding)
            rates.append(_rate(command, short, long, more))
        for (detector, quality, gpu), rates in found.ours.items():
            covering = functools.partial(_ours, detector=detector, quality=quality, gpu=gpu)
            rates.append(_rate(covering, short, long, more))
        if peer and number < 2:
            found.deface.append(_deface_frame(source, folder))
        bar.advance(task)
    return found


def _encodings(choices: list[Choice]) -> list[Encoding]:
    return list(dict.fromkeys(ENCODINGS[quality] for _, quality, _ in choices))


def _lengths(folder: Path, console: Console) -> None:
    """Memory must not grow with the video."""
    source, _ = make(next(clip for clip in clips() if clip.name == "static-720p"))
    peaks = []
    for times in _LENGTHS:
        video, out = folder / f"long-{times}.mp4", folder / f"long-{times}-covered.mp4"
        frames = repeated(source, video, times)
        peaks.append(f"{frames} frames {spend(_ours(video, out)).memory / 1e6:.0f} MB")
    console.print(f"Peak memory of covering by length, 720p: {', '.join(peaks)}.")


def _one_core(folder: Path, console: Console) -> None:
    """How many cameras one core carries."""
    source, _ = make(next(clip for clip in clips() if clip.name == "static-1080p"))
    short, long = folder / "one.mp4", folder / "three.mp4"
    frames = repeated(source, long, 3) - repeated(source, short, 1)
    command = ["taskset", "-c", "0"]
    spent = [spend([*command, *_ours(each, folder / "core.mp4")]) for each in (short, long)]
    # The difference of two lengths: a recorder starts once.
    fps = frames / (spent[1].seconds - spent[0].seconds)
    console.print(
        f"One core covers {fps:.1f} frames of 1080p a second: {fps / _CAMERA_FPS:.1f} cameras of "
        f"{_CAMERA_FPS} frames a second."
    )


def _table(title: str, names: list[str], clips: list[list[str]]) -> Table:
    """A row for each of *names*, and a column for each clip, told as its name and its cells."""
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for clip, *_ in clips:
        table.add_column(clip, justify="right")
    for row in zip(names, *(cells for _, *cells in clips), strict=True):
        table.add_row(*row)
    return table


def run() -> None:
    """Print the figures."""
    console = Console()
    if not available():
        console.print("Skipped: portraits and recordings are not beside this checkout.")
        return
    detectors = list(dict.fromkeys([str(faces.choose()), "centerface"]))
    where = (False, True) if cuda() else (False,)
    choices = list(itertools.product(detectors, ("fast", "balanced"), where))
    peer = deface.install()
    plain = [f"plain, {each.preset} {each.crf}" for each in _encodings(choices)]
    ours = [f"{a}, {b}{', GPU' * gpu}" for a, b, gpu in choices]
    names = [*plain, *ours]
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        with Progress(console=console, transient=True) as bar:
            found = [
                _measure(clip, folder, choices, peer, bar)
                for clip in clips()
                if clip.name in _CLIPS
            ]
        console.print(
            _table(
                "Frames a second (of plain; over deface)",
                [*plain, "deface", *ours],
                [each.speed() for each in found],
            )
        )
        console.print(
            f"Plain: decode and x264, nothing else. Ours: `habeas redact`, of plain with the same "
            f"encoder settings. deface {deface.VERSION}: its defaults. Each is what one more frame "
            "takes, without the start."
        )
        console.print(
            _table(
                "Peak memory of the largest process, MB",
                [*names, *["deface"] * peer, "ours to start, s"],
                [each.memory() for each in found],
            )
        )
        console.print(
            _table(
                f"What is written of {_TIMES} times the clip, MB",
                names,
                [each.sizes() for each in found],
            )
        )
        _lengths(folder, console)
        _one_core(folder, console)


if __name__ == "__main__":
    run()
