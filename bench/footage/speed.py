"""What covering a video costs, of what merely transcoding it costs; deface beside it."""

from __future__ import annotations

import functools
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import av
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bench.footage import deface
from bench.footage.generate import Clip, clips, make
from bench.footage.grounds import available
from habeas import faces

_CLIPS = ("static-1080p", "pan-1080p", "static-720p", "pan-720p")
_ROUNDS = 3
#: The clips last 200 frames. What a program takes for one more frame is the difference between
#: so many times that and a few frames; what it takes to start is told apart.
_TIMES, _FIRST = 3, 20
_LENGTHS = (1, 4, 12)
_CAMERA_FPS = 15
#: The same for deface, which takes as long for every frame.
_FEW, _MORE = 8, 32


@dataclass(frozen=True)
class Spent:
    """What a process took: seconds, and bytes of memory at its peak."""

    seconds: float
    memory: int


@dataclass(frozen=True)
class Rate:
    """What a program takes for one more frame, and to start with a few; bytes at its peak."""

    frame: float
    start: float
    memory: int


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


def repeated(source: Path, target: Path, times: int, frames: int | None = None) -> int:
    """Copy the packets of *source* so many times, or its first *frames*; how many it became."""
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
                    packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                    packet.stream = written
                    out.mux(packet)
                    count += 1
                shift += stream.duration or 0
    return count


def _transcode(source: Path, target: Path) -> list[str]:
    return [sys.executable, "-m", "bench.footage.transcode", str(source), str(target)]


def _ours(
    source: Path, target: Path, detector: str = "auto", quality: str = "balanced"
) -> list[str]:
    started = [sys.executable, "-m", "habeas", "redact", str(source), str(target)]
    return [*started, "--detector", detector, "--quality", quality]


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
    return Rate(seconds, spent[0].seconds, spent[1].memory)


def _fps(rates: list[Rate]) -> float:
    return 1 / statistics.median(each.frame for each in rates)


def _measure(
    clip: Clip, folder: Path, choices: list[tuple[str, str]], peer: bool, bar: Progress
) -> tuple[list[str], list[str]]:
    source, _ = make(clip)
    short, long = folder / "short.mp4", folder / f"{clip.name}.mp4"
    more = repeated(source, long, _TIMES) - repeated(source, short, 1, _FIRST)
    plain: list[Rate] = []
    ours: dict[tuple[str, str], list[Rate]] = {each: [] for each in choices}
    others = []
    task = bar.add_task(clip.name, total=_ROUNDS)
    # In turn, so that a busy moment of the machine hits all.
    for number in range(_ROUNDS):
        plain.append(_rate(_transcode, short, long, more))
        for (detector, quality), rates in ours.items():
            command = functools.partial(_ours, detector=detector, quality=quality)
            rates.append(_rate(command, short, long, more))
        if peer and number < 2:
            others.append(_deface_frame(source, folder))
        bar.advance(task)
    other = 1 / statistics.median(seconds for seconds, _ in others) if others else None
    row = [clip.name, f"{_fps(plain):.0f}", f"{other:.2f}" if other else "–"]
    for rates in ours.values():
        ratio = statistics.median(a.frame / b.frame for a, b in zip(plain, rates, strict=True))
        over = f"{_fps(rates) / other:.0f} ×" if other else "–"
        row.append(f"{_fps(rates):.1f} ({ratio:.2f}; {over})")
    memory = [max(each.memory for each in rates) for rates in (plain, *ours.values())]
    memory += [max(each for _, each in others)] if others else []
    starts = [min(each.start for each in rates) for rates in ours.values()]
    sizes = [clip.name, *(f"{each / 1e6:.0f}" for each in memory)]
    return row, [*sizes, " / ".join(f"{each:.1f}" for each in starts)]


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


def _table(title: str, names: list[str]) -> Table:
    table = Table(title=title)
    for name in names:
        table.add_column(name, justify="right" if name else "left")
    return table


def run() -> None:
    """Print the figures."""
    console = Console()
    if not available():
        console.print("Skipped: portraits and recordings are not beside this checkout.")
        return
    detectors = list(dict.fromkeys([str(faces.choose()), "centerface"]))
    choices = [(detectors[0], "fast"), *((each, "balanced") for each in detectors)]
    peer = deface.install()
    titles = [f"{detector}, {quality}" for detector, quality in choices]
    speed = _table("Frames a second (of plain; over deface)", ["", "plain", "deface", *titles])
    names = ["", "plain", *titles, *(["deface"] if peer else []), "ours to start, s"]
    memory = _table("Peak memory of the largest process, MB", names)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        with Progress(console=console, transient=True) as bar:
            for clip in clips():
                if clip.name in _CLIPS:
                    fast, large = _measure(clip, folder, choices, peer, bar)
                    speed.add_row(*fast)
                    memory.add_row(*large)
        console.print(speed)
        console.print(
            f"Plain: decode and x264 veryfast crf 23, nothing else. Ours: `habeas redact`. deface "
            f"{deface.VERSION}: its defaults. Each is what one more frame takes, without the start."
        )
        console.print(memory)
        _lengths(folder, console)
        _one_core(folder, console)


if __name__ == "__main__":
    run()
