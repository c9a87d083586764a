"""Backgrounds of generated video: real streets and halls, without anybody's face.

People who walk through the recordings keep their movement and lose their shape: where a
frame differs from the empty scene, it is blurred beyond recognition.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from bench.footage import DATA

Frame = NDArray[np.uint8]
#: Frames a second of the recordings, and frames of them that are used.
_RATE, _FRAMES = 10, 240


@dataclass(frozen=True)
class Place:
    """A stretch of a recording: file, first frame, and the rows that are used."""

    file: str
    first: int
    top: int
    bottom: int


STREET = Place("vtest.avi", 0, 120, 552)
CORNER = Place("vtest.avi", 400, 0, 432)
HALL = Place("one-by-one-person-detection.mp4", 0, 0, 432)
#: From time in seconds and the camera's shift in pixels to a frame.
Ground = Callable[[float, tuple[float, float]], Frame]


@cache
def _recording(place: Place) -> tuple[list[Frame], Frame]:
    """The frames that are used, and the empty scene."""
    frames: list[Frame] = []
    some: list[Frame] = []
    with av.open(str(DATA / "video" / place.file)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            used = place.first <= number < place.first + _FRAMES
            if used or number % 20 == 0:
                whole = np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
                pixels = whole[place.top : place.bottom]
                frames += [pixels] * used
                some += [pixels] * (number % 20 == 0)
    # Over the whole recording, so that nobody stands in it for half of the time.
    return frames, np.median(np.stack(some), axis=0).astype(np.uint8)


@cache
def _without_people(place: Place, number: int) -> Image.Image:
    frames, empty = _recording(place)
    frame = frames[number]
    apart = np.abs(frame.astype(np.int16) - empty).max(axis=2) > 22
    mask = Image.fromarray((255 * apart).astype(np.uint8))
    mask = mask.filter(ImageFilter.MedianFilter(3)).filter(ImageFilter.MaxFilter(15))
    mask = mask.filter(ImageFilter.GaussianBlur(4))
    image = Image.fromarray(frame)
    return Image.composite(image.filter(ImageFilter.GaussianBlur(16)), image, mask)


def still(place: Place, width: int, height: int) -> Ground:
    """A camera on a pole: the recording as it ran."""
    count = len(_recording(place)[0])

    def at(seconds: float, _: tuple[float, float]) -> Frame:
        frame = _without_people(place, int(seconds * _RATE) % count)
        return np.array(frame.resize((width, height), Image.Resampling.BICUBIC))

    return at


def moving(place: Place, width: int, height: int) -> Ground:
    """A camera that turns: a window over the empty scene, half as wide again as the frame."""
    empty = Image.fromarray(_recording(place)[1])
    scale = empty.width / (width * 1.5)

    def at(_: float, shift: tuple[float, float]) -> Frame:
        # Shift 0 is the middle of what the window can reach.
        left = (empty.width - width * scale) / 2 + shift[0] * scale
        top = (empty.height - height * scale) / 2 + shift[1] * scale
        window = (left, top, left + width * scale, top + height * scale)
        return np.array(
            empty.transform((width, height), Image.Transform.EXTENT, window,
                            Image.Resampling.BICUBIC)
        )  # fmt: skip

    return at


def available() -> bool:
    """Whether recordings and portraits lie beside this checkout."""
    return all(Path(DATA, name).is_dir() for name in ("video", "portraits"))
