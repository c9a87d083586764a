"""Frames that wait for their future: of most, only what differs from the one before.

A camera on a pole shows the same street for hours, and its encoder leaves alone what did not
change: decoded, that is the same byte by byte. So of a frame that waits is kept what differs, in
words of eight bytes; as it leaves, it is put together again with the one before it. What comes out
is what went in, bit by bit. A frame of which most differs waits as it is, and so does one that
carries more than its pixels.

Both ends have pixels of their own: whatever is painted on a frame that has left is in no other.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
from numpy.typing import NDArray

from habeas.cover._damage import is_sound, mark
from habeas.cover._planes import planes

#: Share of a frame's words from which on it waits as it is.
_MOST = 0.8

#: A plane, line by line.
Words = NDArray[np.uint64]
#: Which words of a plane differ, one bit each, and what is in them.
Changed = tuple[NDArray[np.uint8], Words]


@dataclass(frozen=True)
class _Form:
    """What frames have in common of which one can be told from another.

    Attributes:
        width, height: pixels.
        name: pixel format.
        lines: bytes of a line, for each plane.
        colours: range, space, primaries and transfer.
    """

    width: int
    height: int
    name: str
    lines: tuple[int, ...]
    colours: tuple[int, int, int, int]

    @classmethod
    def of(cls, frame: av.VideoFrame) -> _Form | None:
        """That of *frame*; None for one that has to wait as it is."""
        lines = tuple(plane.line_size for plane in frame.planes)
        if frame.rotation or frame.interlaced_frame or any(each % 8 for each in lines):
            return None
        colours = (frame.color_range, frame.colorspace, frame.color_primaries, frame.color_trc)
        return cls(frame.width, frame.height, frame.format.name, lines, colours)

    def frame(self, content: list[Words]) -> av.VideoFrame:
        """A frame with this content, which is copied."""
        made = av.VideoFrame(self.width, self.height, self.name)
        made.color_range, made.colorspace, made.color_primaries, made.color_trc = self.colours
        for plane, words, line in zip(planes(made), content, self.lines, strict=True):
            rows = words.view(plane.dtype).reshape(-1, line // plane.itemsize)
            plane[:] = rows[: plane.shape[0], : plane.shape[1]]
        return made


@dataclass(frozen=True, eq=False)
class Differing:
    """A frame that is told from the one before it.

    Attributes:
        form: of both.
        changed: what differs, for each plane.
        pts, base, duration: its time.
        sound: whether nothing speaks against it (`_damage`).
    """

    form: _Form
    changed: tuple[Changed, ...]
    pts: int | None
    base: Fraction | None
    duration: int
    sound: bool


class Waiting:
    """A line of frames, of a format in `PLANAR`, that leave in the order in which they came.

    One thread calls it.

    Args:
        sparing: keep what differs. A camera's frames take a fraction of the memory then, and with
            a fast detector a tenth of what covering them takes of time; otherwise each waits as it
            is.
    """

    def __init__(self, *, sparing: bool = True) -> None:
        self._sparing = sparing
        self._form: _Form | None = None
        #: Content of the frame that came last, and of the one that left last.
        self._came: list[Words] = []
        self._left: list[Words] = []

    def keep(self, frame: av.VideoFrame) -> av.VideoFrame | Differing:
        """Add *frame* at the end; what waits for it is itself, or what differs."""
        if not self._sparing:
            return frame
        form = _Form.of(frame)
        changed = self._changed(frame) if form is not None and form == self._form else None
        if form is None or changed is None:
            self._form, self._came = form, _copied(frame) if form else []
            return frame
        return Differing(form, changed, frame.pts, frame.time_base, frame.duration, is_sound(frame))

    def _changed(self, frame: av.VideoFrame) -> tuple[Changed, ...] | None:
        """What differs from the frame that came last, as which this one counts then.

        None where most differs.
        """
        content = _words(frame)
        differ = [a != b for a, b in zip(self._came, content, strict=True)]
        if sum(map(np.count_nonzero, differ)) > _MOST * sum(each.size for each in differ):
            return None
        changed = []
        for before, now, which in zip(self._came, content, differ, strict=True):
            changed.append((np.packbits(which), now[which]))
            np.copyto(before, now)
        return tuple(changed)

    def give(self, kept: av.VideoFrame | Differing) -> av.VideoFrame:
        """The first frame of the line, as it came; what is painted on it stays on it."""
        if isinstance(kept, av.VideoFrame):
            self._left = _copied(kept) if self._sparing and _Form.of(kept) else []
            return kept
        for content, (which, words) in zip(self._left, kept.changed, strict=True):
            content[np.unpackbits(which, count=content.size).view(np.bool_)] = words
        made = kept.form.frame(self._left)
        made.pts, made.time_base, made.duration = kept.pts, kept.base, kept.duration
        mark(made, sound=kept.sound)
        return made


def _words(frame: av.VideoFrame) -> list[Words]:
    """The frame's content, which is not copied."""
    return [np.frombuffer(memoryview(plane), np.uint64) for plane in frame.planes]


def _copied(frame: av.VideoFrame) -> list[Words]:
    return [each.copy() for each in _words(frame)]
