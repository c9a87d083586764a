"""`python -m bench.footage.speed_tables`: speed, memory and size of all choices on four clips.

Too long to be one of `make bench`: `bench.footage.speed` has what was promised.
"""

from __future__ import annotations

import functools
import itertools
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bench.footage import deface
from bench.footage.clips import Clip, clips
from bench.footage.generate import make
from bench.footage.grounds import available
from bench.footage.spent import Rate, deface_frame, ours, rate, repeated, spend, transcode
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

#: Detector, quality, and whether on a GPU.
Choice = tuple[str, str, bool]


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
            command = functools.partial(transcode, encoding=encoding)
            rates.append(rate(command, short, long, more))
        for (detector, quality, gpu), rates in found.ours.items():
            covering = functools.partial(ours, detector=detector, quality=quality, gpu=gpu)
            rates.append(rate(covering, short, long, more))
        if peer and number < 2:
            found.deface.append(deface_frame(source, folder))
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
        peaks.append(f"{frames} frames {spend(ours(video, out)).memory / 1e6:.0f} MB")
    console.print(f"Peak memory of covering by length, 720p: {', '.join(peaks)}.")


def _one_core(folder: Path, console: Console) -> None:
    """How many cameras one core carries."""
    source, _ = make(next(clip for clip in clips() if clip.name == "static-1080p"))
    short, long = folder / "one.mp4", folder / "three.mp4"
    frames = repeated(source, long, 3) - repeated(source, short, 1)
    command = ["taskset", "-c", "0"]
    spent = [spend([*command, *ours(each, folder / "core.mp4")]) for each in (short, long)]
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
