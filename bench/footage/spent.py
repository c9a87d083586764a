"""What programs take to cover a video: seconds, bytes of memory and of what they write."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av

from bench.footage import deface
from habeas.cover.settings import Encoding

_SAME = Fraction(1)
#: Frames of two videos of which the second takes longer by what deface takes for one more frame;
#: it takes as long for every frame.
_FEW, _MORE = 8, 32


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


def transcode(source: Path, target: Path, encoding: Encoding) -> list[str]:
    started = [sys.executable, "-m", "bench.footage.transcode", str(source), str(target)]
    return [*started, json.dumps(encoding.x264)]


def ours(
    source: Path, target: Path, detector: str = "auto", quality: str = "balanced", gpu: bool = False
) -> list[str]:
    started = [sys.executable, "-m", "habeas.cli", "redact", str(source), str(target)]
    return [*started, "--detector", detector, "--quality", quality, *["--gpu"] * gpu]


def deface_frame(source: Path, folder: Path) -> tuple[float, int]:
    """Seconds that deface takes for one more frame, and its memory."""
    spent = []
    for frames in (_FEW, _MORE):
        part = folder / f"{source.stem}-{frames}.mp4"
        repeated(source, part, 1, frames)
        spent.append(spend(deface.command(part, folder / "deface.mp4")))
    return (spent[1].seconds - spent[0].seconds) / (_MORE - _FEW), spent[1].memory


def rate(command: Callable[[Path, Path], list[str]], short: Path, long: Path, more: int) -> Rate:
    out = long.with_name("out.mp4")
    spent = []
    for video in (short, long):
        out.unlink(missing_ok=True)
        spent.append(spend(command(video, out)))
    seconds = (spent[1].seconds - spent[0].seconds) / more
    return Rate(seconds, spent[0].seconds, spent[1].memory, out.stat().st_size)
