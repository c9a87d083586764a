"""People before a ground, the farthest first, and what is left to be seen of each face."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.footage.clips import Shot
from bench.footage.heads import Head, Pose, draw, face_box
from bench.footage.people import Person, camera_at
from bench.footage.truth import Shown
from habeas.faces import Box

#: Share of a frame's time for which the shutter is open.
_SHUTTER = 0.4

Frame = NDArray[np.uint8]
Mask = NDArray[np.float32]


def _paint(frame: Frame, left: int, top: int, colour: Mask, opacity: Mask) -> None:
    """Draw a patch, whatever part of it lies in the frame."""
    (rows, columns) = opacity.shape
    y0, y1 = max(0, top), min(frame.shape[0], top + rows)
    x0, x1 = max(0, left), min(frame.shape[1], left + columns)
    if y1 <= y0 or x1 <= x0:
        return
    inner = np.s_[y0 - top : y1 - top, x0 - left : x1 - left]
    below = frame[y0:y1, x0:x1]
    drawn = below * (1 - opacity[inner][..., None]) + colour[inner]
    frame[y0:y1, x0:x1] = np.minimum(drawn, 255)


@dataclass(eq=False)
class _Left:
    """What is left to be seen of a face while nearer things are drawn over it."""

    person: int
    box: Box
    left: int
    top: int
    mask: Mask
    whole: float

    def hide(self, left: int, top: int, opacity: Mask) -> None:
        y0, y1 = max(self.top, top), min(self.top + len(self.mask), top + len(opacity))
        x0 = max(self.left, left)
        x1 = min(self.left + self.mask.shape[1], left + opacity.shape[1])
        if y1 > y0 and x1 > x0:
            part = opacity[y0 - top : y1 - top, x0 - left : x1 - left]
            self.mask[y0 - self.top : y1 - self.top, x0 - self.left : x1 - self.left] *= 1 - part

    def shown(self, width: int, height: int) -> Shown:
        y0, x0 = max(0, -self.top), max(0, -self.left)
        inside = self.mask[y0 : max(y0, height - self.top), x0 : max(x0, width - self.left)]
        return Shown(self.person, self.box, float(inside.sum()) / self.whole)


def draw_people(
    frame: Frame, people: Sequence[Person[Head]], shot: Shot, t: float
) -> tuple[Shown, ...]:
    """Draw them into *frame* as they are *t* frames into the shot; the faces that are seen."""
    height, width = frame.shape[:2]
    seen: list[_Left] = []

    def over(left: int, top: int, colour: Mask, opacity: Mask) -> None:
        for each in seen:
            each.hide(left, top, opacity)
        _paint(frame, left, top, colour, opacity)

    for person in people:
        before = person.pose(t - _SHUTTER / 2, camera_at(shot, t - _SHUTTER / 2))
        after = person.pose(t + _SHUTTER / 2, camera_at(shot, t + _SHUTTER / 2))
        now = person.pose(t, camera_at(shot, t))
        reach = 2 * now.height
        if not (-reach < now.x < width + reach and -reach < now.y < height + reach):
            continue
        now = Pose(now.x, now.y, now.height, now.tilt, after.x - before.x, after.y - before.y)
        patch = draw(person.head, now)
        over(patch.left, patch.top, patch.colour * np.float32(person.light), patch.opacity)
        whole = float(patch.mask.sum())
        seen.append(
            _Left(person.number, face_box(person.head, now), patch.left, patch.top,
                  patch.mask.copy(), whole)
        )  # fmt: skip
        if person.post is not None and 0 <= (t - person.post[0]) / person.post[1] <= 1:
            over(*_post(now, (t - person.post[0]) / person.post[1]))
    return tuple(
        shown
        for shown in (each.shown(width, height) for each in seen)
        if shown.box.right > 0 and shown.box.bottom > 0
        and shown.box.left < width and shown.box.top < height
    )  # fmt: skip


def _post(pose: Pose, share: float) -> tuple[int, int, Mask, Mask]:
    """A post, grey and rounded, that comes from the left and goes to the right."""
    wide, tall = round(1.3 * pose.height), round(4 * pose.height)
    middle = pose.x + (4 * share - 2) * pose.height
    shade = 70 + 60 * np.cos(np.linspace(-1.4, 1.2, wide, dtype=np.float32))
    colour = np.broadcast_to(shade[None, :, None], (tall, wide, 3))
    return (
        round(middle - wide / 2),
        round(pose.y - tall / 2),
        np.asarray(colour, np.float32),
        np.ones((tall, wide), np.float32),
    )
