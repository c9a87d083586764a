"""What covering a video costs, of what merely transcoding it costs, beside what was promised.

One scene at 1080p on a pole, again and again; medians of three. All choices on more scenes:
`python -m bench.footage.speed_tables`.
"""

from __future__ import annotations

import functools
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.footage import deface
from bench.footage.clips import clips
from bench.footage.generate import make
from bench.footage.grounds import available
from bench.footage.spent import Rate, deface_frame, ours, rate, repeated, spend, transcode
from habeas.cover.settings import ENCODINGS
from habeas.faces import assets

_ROUNDS = 3
#: The scene lasts 200 frames at 25 a second: 60 seconds of it, and 40 seconds at 5 a second.
_FRAMES, _MINUTE = 200, 1500
_CAMERAS, _CAMERA_FPS, _CAMERA_SECONDS = 6, 5, 40
#: Frames of which one more is what a program takes without its start.
_FIRST, _TIMES = 20, 3
_MEMORY, _GROWTH = 700, 30


@dataclass(frozen=True)
class Figure:
    """One figure beside its goal.

    Attributes:
        name: what was measured.
        found: the figure, in words.
        goal: likewise.
        met: whether it is; None where nothing was measured.
    """

    name: str
    found: str
    goal: str
    met: bool | None


def _as_shipped(source: Path, folder: Path) -> Iterator[Figure]:
    """Default quality without YuNet: a minute of it, start included, and deface."""
    minute, out = folder / "minute.mp4", folder / "out.mp4"
    repeated(source, minute, -(-_MINUTE // _FRAMES), _MINUTE)
    shares, memories, frames, peers = [], [], [], []
    for number in range(_ROUNDS):
        plain = spend(transcode(minute, out, ENCODINGS["balanced"]))
        covered = spend(ours(minute, out, "centerface"))
        shares.append(plain.seconds / covered.seconds)
        memories.append(covered.memory / 1e6)
        frames.append(covered.seconds / _MINUTE)
        if number < 2 and deface.install():
            peers.append(deface_frame(source, folder)[0])
    share = statistics.median(shares)
    yield Figure(
        "As shipped, 60 s at 25 fps, of plain transcoding", f"{share:.2f}", "0.5; 0.6 wanted",
        share >= 0.5,
    )  # fmt: skip
    over = f"As shipped, over deface {deface.VERSION}"
    if peers:
        times = statistics.median(peers) / statistics.median(frames)
        yield Figure(over, f"{times:.1f} ×", "8 ×", times >= 8)
    else:
        yield Figure(over, "not installed", "8 ×", None)
    once = spend(ours(source, out, "centerface")).memory / 1e6
    most = statistics.median(memories)
    yield Figure("Memory, largest process", f"{most:.0f} MB", f"{_MEMORY} MB", most <= _MEMORY)
    grown = most - once
    yield Figure("Memory, 60 s over 8 s", f"{grown:+.0f} MB", "flat", grown <= _GROWTH)


def _fast(source: Path, folder: Path) -> Figure:
    """YuNet at its fastest, what one more frame takes."""
    name, goal = "YuNet fast, one more frame, of plain transcoding", "0.66; 0.75 wanted"
    if assets.find("yunet_n_dynamic.onnx") is None:
        return Figure(name, "not installed", goal, None)
    short, long = folder / "short.mp4", folder / "long.mp4"
    more = repeated(source, long, _TIMES) - repeated(source, short, 1, _FIRST)
    plain = functools.partial(transcode, encoding=ENCODINGS["fast"])
    fast = functools.partial(ours, detector="yunet", quality="fast")
    pairs: list[tuple[Rate, Rate]] = [
        (rate(plain, short, long, more), rate(fast, short, long, more)) for _ in range(_ROUNDS)
    ]
    share = statistics.median(a.frame / b.frame for a, b in pairs)
    return Figure(name, f"{share:.2f}", goal, share >= 0.66)


def _cameras(source: Path, folder: Path, detector: str) -> Figure:
    """Several cameras at once, as many as were promised: all of their frames, in their time."""
    name = f"Cameras of {_CAMERA_FPS} fps at once, {detector}, in real time"
    if detector == "yunet" and assets.find("yunet_n_dynamic.onnx") is None:
        return Figure(name, "not installed", f"{_CAMERAS}", None)
    video = folder / "camera.mp4"
    repeated(source, video, 1, _CAMERA_FPS * _CAMERA_SECONDS, Fraction(25, _CAMERA_FPS))
    began = time.perf_counter()
    running = [
        subprocess.Popen(
            ours(video, folder / f"camera-{number}.mp4", detector),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        for number in range(_CAMERAS)
    ]  # fmt: skip
    ended = [each.wait() for each in running]
    if any(ended):
        raise RuntimeError("A video could not be covered.")
    held = _CAMERAS * _CAMERA_SECONDS / (time.perf_counter() - began)
    return Figure(name, f"{held:.1f}", f"{_CAMERAS}", held >= _CAMERAS)


def figures() -> Iterator[Figure]:
    """All figures, each as soon as it is measured."""
    source, _ = make(next(clip for clip in clips() if clip.name == "static-1080p"))
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        yield from _as_shipped(source, folder)
        yield _fast(source, folder)
        for detector in ("centerface", "yunet"):
            yield _cameras(source, folder, detector)


def run() -> None:
    """Print the figures beside their goals."""
    console = Console()
    if not available():
        console.print("Skipped: portraits and recordings are not beside this checkout.")
        return
    table = Table(title="Covering 1080p on a pole", title_justify="left")
    for head in ("", "measured", "goal", ""):
        table.add_column(head)
    said = {True: "met", False: "not met", None: "–"}
    for figure in figures():
        console.print(f"{figure.name}: {figure.found} (goal {figure.goal})")
        table.add_row(figure.name, figure.found, figure.goal, said[figure.met])
    console.print(table)


if __name__ == "__main__":
    run()
