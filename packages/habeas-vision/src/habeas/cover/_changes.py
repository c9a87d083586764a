"""Where the picture has changed since it was last looked at: only there can a face be new.

A camera on a pole sees the same street for hours. What its small grey pictures show
unchanged need not be looked at again; what was found there still stands there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from habeas.cover._motion import Small
from habeas.cover._tuning import TUNED
from habeas.faces import Box, Sighting

Tiles = NDArray[np.bool_]


class Changes:
    """What to look at next, told from small grey pictures (height × width)."""

    def __init__(self) -> None:
        self._known: Small | None = None
        self._whole_at = 0.0

    def forget(self) -> None:
        """Nothing that was looked at counts; the next look is at everything."""
        self._known = None

    def regions(self, small: Small, at: float) -> tuple[Box, ...] | None:
        """Where to look now, in shares of width and height; None for the whole picture.

        What is returned counts as looked at.

        Args:
            small: the picture.
            at: its time, seconds.
        """
        known = self._known
        if known is None or known.shape != small.shape or at - self._whole_at >= TUNED.refresh:
            self._whole(small, at)
            return None
        parts = list(_rectangles(_changed(known, small)))
        if _area(parts) > TUNED.most * small.size:
            self._whole(small, at)
            return None
        height, width = small.shape
        for top, bottom, left, right in parts:
            known[top:bottom, left:right] = small[top:bottom, left:right]
        return tuple(
            Box(left / width, top / height, min(1.0, right / width), min(1.0, bottom / height))
            for top, bottom, left, right in parts
        )

    def _whole(self, small: Small, at: float) -> None:
        self._known, self._whole_at = small.copy(), at


def unchanged(
    before: Sequence[Sighting], now: Sequence[Sighting], regions: Sequence[Box]
) -> list[Sighting]:
    """Faces of the look *before* that still stand, as nobody looked where they are.

    Args:
        before: all faces of the last look.
        now: what was found in *regions*.
        regions: where was looked, in the same pixels.
    """
    return [
        face
        for face in before
        if not any(_within(face.box, region) for region in regions)
        and not any(face.box.overlap(each.box) > TUNED.same for each in now)
    ]


def _within(box: Box, region: Box) -> bool:
    return (
        region.left <= box.left
        and region.top <= box.top
        and box.right <= region.right
        and box.bottom <= region.bottom
    )


def _changed(known: Small, small: Small) -> Tiles:
    """Tiles in which something moved, and those around them: a face needs its surroundings."""
    moved = np.abs(small.astype(np.int16) - known) > TUNED.changed
    height, width = (-(-side // TUNED.tile) for side in moved.shape)
    whole = np.zeros((height * TUNED.tile, width * TUNED.tile), np.bool_)
    whole[: moved.shape[0], : moved.shape[1]] = moved
    ring = TUNED.ring
    tiles = np.zeros((height + 2 * ring, width + 2 * ring), np.bool_)
    tiles[ring:-ring, ring:-ring] = whole.reshape(height, TUNED.tile, width, TUNED.tile).any(
        axis=(1, 3)
    )
    wide = np.logical_or.reduce([tiles[at : at + height] for at in range(2 * ring + 1)])
    tiles = np.logical_or.reduce([wide[:, at : at + width] for at in range(2 * ring + 1)])
    return np.asarray(tiles, np.bool_)


def _rectangles(tiles: Tiles, top: int = 0, left: int = 0) -> Iterator[tuple[int, int, int, int]]:
    """Top, bottom, left and right of what changed, in pixels of the small picture.

    A recursive X–Y cut (Nagy and Seth 1984): wherever a band of nothing goes all the way
    through, the two sides are two rectangles.
    """
    rows, columns = np.flatnonzero(tiles.any(axis=1)), np.flatnonzero(tiles.any(axis=0))
    if not rows.size:
        return
    for axis, filled in ((0, rows), (1, columns)):
        gaps = np.flatnonzero(np.diff(filled) > TUNED.apart)
        if gaps.size:
            cut = int(filled[gaps[0]]) + 1
            one, other = (
                (tiles[:cut], tiles[cut:]) if axis == 0 else (tiles[:, :cut], tiles[:, cut:])
            )
            yield from _rectangles(one, top, left)
            yield from _rectangles(other, top + cut * (axis == 0), left + cut * (axis == 1))
            return
    yield (
        (top + int(rows[0])) * TUNED.tile, (top + int(rows[-1]) + 1) * TUNED.tile,
        (left + int(columns[0])) * TUNED.tile, (left + int(columns[-1]) + 1) * TUNED.tile,
    )  # fmt: skip


def _area(parts: Sequence[tuple[int, int, int, int]]) -> int:
    return sum((bottom - top) * (right - left) for top, bottom, left, right in parts)
