"""Covering with a GPU beside covering without: what each takes, and whether both cover the same.

Real recordings, at their own rate, default settings; medians of three. Nothing is printed but
that there is no GPU, where there is none.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from bench.footage.real import clips
from habeas import cover, faces
from habeas.faces import Box
from habeas.faces._onnx import cuda

_ROUNDS = 3
#: Looks of which the median counts; the first ones load the device's programs.
_WARMING, _LOOKS = 5, 30
_SIZES = ((736, 1280), (1088, 1920))
#: Covers are compared in cells of so many pixels.
_CELL = 4


@dataclass(frozen=True)
class Same:
    """How far two series of covers agree.

    Attributes:
        missed: share of the first's area that the second leaves bare.
        beyond: area that only the second covers, in shares of the first's.
        worst: greatest `missed` of one frame.
    """

    missed: float
    beyond: float
    worst: float


def same(
    shape: tuple[int, int], first: Sequence[Sequence[Box]], second: Sequence[Sequence[Box]]
) -> Same:
    """Compare the covers of the same frames, of *shape* height × width pixels.

    Raises:
        ValueError: they are not as many.
    """
    area = missed = beyond = 0
    worst = 0.0
    for one, other in zip(first, second, strict=True):
        a, b = _mask(shape, one), _mask(shape, other)
        bare = int((a & ~b).sum())
        area, missed, beyond = area + int(a.sum()), missed + bare, beyond + int((b & ~a).sum())
        worst = max(worst, bare / max(1, int(a.sum())))
    return Same(missed / max(1, area), beyond / max(1, area), worst)


def _mask(shape: tuple[int, int], boxes: Sequence[Box]) -> NDArray[np.bool_]:
    mask = np.zeros((-(-shape[0] // _CELL), -(-shape[1] // _CELL)), np.bool_)
    for box in boxes:
        top, bottom = (max(0, round(each / _CELL)) for each in (box.top, box.bottom))
        left, right = (max(0, round(each / _CELL)) for each in (box.left, box.right))
        mask[top:bottom, left:right] = True
    return mask


def _looks(name: str) -> None:
    for height, width in _SIZES:
        picture = np.random.default_rng(1).integers(0, 255, (3, height, width), np.uint8)
        taken = []
        for gpu in (False, True):
            detector = faces.detector(name, gpu=gpu)
            spent = []
            for _ in range(_WARMING + _LOOKS):
                began = time.perf_counter()
                detector.find(picture, 0.5)
                spent.append(time.perf_counter() - began)
            taken.append(statistics.median(spent[_WARMING:]) * 1e3)
        print(
            f"{name}, one look at {width} × {height}: processor {taken[0]:.1f} ms, "
            f"GPU {taken[1]:.1f} ms ({taken[0] / taken[1]:.1f} ×)",
            flush=True,
        )


def _clip(video: Path, name: str, folder: Path) -> None:
    plain = cover.Settings(detector=name)
    fast = cover.Settings(detector=name, gpu=True)
    with av.open(str(video)) as opened:
        shape = opened.streams.video[0].height, opened.streams.video[0].width
    agreed = same(shape, list(cover.boxes(video, plain)), list(cover.boxes(video, fast)))
    rates: dict[bool, list[float]] = {False: [], True: []}
    for _ in range(_ROUNDS):
        for settings in (plain, fast):
            out = folder / f"{video.stem}-{settings.gpu}.mp4"
            report = cover.redact(video, out, settings)
            rates[settings.gpu].append(report.frames / report.wall)
            out.unlink()
    one, other = (statistics.median(rates[each]) for each in (False, True))
    print(
        f"{video.stem}, {shape[1]} × {shape[0]}, {name}: {one:.0f} frames a second, with a GPU "
        f"{other:.0f} ({other / one:.2f} ×); of the area covered {agreed.missed:.2%} is bare with "
        f"a GPU (one frame: {agreed.worst:.1%}), {agreed.beyond:.2%} more is covered",
        flush=True,
    )


def run(videos: Sequence[Path] = ()) -> None:
    """Print what was measured of *videos*; of the real recordings where none is given."""
    if not cuda():
        print("No GPU, or an ONNX Runtime without one: not measured.")
        return
    names = dict.fromkeys([str(faces.choose()), "centerface"])
    with tempfile.TemporaryDirectory() as made:
        for name in names:
            _looks(name)
            for video in videos or [each.video for each in clips(None)]:
                _clip(video, name, Path(made))


if __name__ == "__main__":
    run([Path(each) for each in sys.argv[1:]])
