"""One look at a frame: scaled down, turned upright, shown to the detector, all or in part."""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import av
import numpy as np
from av.video.reformatter import VideoReformatter

from habeas.cover._light import lit
from habeas.cover._planes import planes
from habeas.cover._tuning import TUNED
from habeas.cover.settings import Quality, Zone
from habeas.faces import Box, Detector, Sighting

_own = threading.local()


def look(
    detector: Detector,
    frame: av.VideoFrame,
    quality: Quality,
    regions: Sequence[Box] | None = None,
    way: int = 0,
) -> list[Sighting]:
    """Faces of one frame, in its stored pixels. The picture is scaled down and turned upright.

    Args:
        detector: of small faces.
        frame: of a format in `PLANAR`.
        quality: how closely to look.
        regions: where to look, in stored pixels; None for everywhere.
        way: quarter turns anticlockwise that bring it upright, beyond what its file says.
    """
    if regions is not None and not regions:
        return []
    scale = quality.scale(max(frame.width, frame.height))
    width, height = max(1, round(frame.width * scale)), max(1, round(frame.height * scale))
    # Planes of green, blue and red: what swscale gives at once is what the networks take.
    picture = _reformatter().reformat(
        frame, width, height, "gbrp", interpolation="BILINEAR", threads=1
    )
    green, blue, red = lit(planes(picture))
    turns = (quarter_turns(frame) + way) % 4
    across, down = frame.width / width, frame.height / height
    found = []
    for region in regions if regions is not None else [Box(0, 0, frame.width, frame.height)]:
        left, right = _aligned(region.left / across, region.right / across, width)
        top, bottom = _aligned(region.top / down, region.bottom / down, height)
        parts = (each[top:bottom, left:right] for each in (red, green, blue))
        upright = np.stack([np.rot90(each, turns) for each in parts], dtype=np.uint8)
        for face in detector.find(upright, quality.begin * TUNED.faint):
            box = _placed(_stored(face.box, turns, right - left, bottom - top),
                          left, top, across, down)  # fmt: skip
            score = face.score * _worth(face.box.height / min(width, height), quality)
            if score >= quality.begin * TUNED.faint:
                found.append(replace(face, box=box, score=score))
    return found


def look_ways(
    detector: Detector,
    frame: av.VideoFrame,
    quality: Quality,
    regions: Sequence[Box] | None,
    ways: Sequence[int],
) -> dict[int, list[Sighting]]:
    """Faces of one frame by the way up that it is taken to be; see `look`."""
    return {way: look(detector, frame, quality, regions, way) for way in ways}


def _worth(height: float, quality: Quality) -> float:
    """What a score is worth of a face that takes so much of the picture's lesser side."""
    large = min(max((height - TUNED.usual) / (TUNED.large - TUNED.usual), 0.0), 1.0)
    return quality.begin / (quality.begin + (quality.large - quality.begin) * large)


def look_around(
    detector: Detector, frame: av.VideoFrame, quality: Quality, boxes: Sequence[Box], way: int = 0
) -> list[Sighting]:
    """Faces near where faces were a few frames ago, as far as somebody who runs gets.

    Args:
        detector: of small faces.
        frame: of a format in `PLANAR`.
        quality: how closely to look.
        boxes: where faces were, in stored pixels.
        way: as in `look`.
    """
    whole = Box(0, 0, frame.width, frame.height)
    around = [_widened(box, TUNED.reach, whole) for box in boxes]
    most = TUNED.around_faces * whole.width * whole.height
    if sum(each.width * each.height for each in around) > most:
        return look(detector, frame, quality, way=way)
    found: list[Sighting] = []
    for box, region in zip(boxes, around, strict=True):
        near = _widened(box, TUNED.reach / 2, whole)
        for face in look(detector, frame, quality, [region], way):
            # What the region's edge cuts is no whole face; what two regions share is one.
            inside = near.left <= face.box.left and face.box.right <= near.right
            inside &= near.top <= face.box.top and face.box.bottom <= near.bottom
            if inside and not any(face.box.overlap(each.box) > TUNED.same for each in found):
                found.append(face)
    return found


def _widened(box: Box, sizes: float, whole: Box) -> Box:
    reach = sizes * max(box.width, box.height)
    return Box(
        max(whole.left, box.left - reach), max(whole.top, box.top - reach),
        min(whole.right, box.right + reach), min(whole.bottom, box.bottom + reach),
    )  # fmt: skip


def _reformatter() -> VideoReformatter:
    """This thread's: a frame's own would be made anew, which takes as long as its work."""
    if not hasattr(_own, "reformatter"):
        _own.reformatter = VideoReformatter()
    return cast("VideoReformatter", _own.reformatter)


def _aligned(low: float, high: float, size: int) -> tuple[int, int]:
    """Whole cells of the networks' coarsest grid, so that parts are seen as the whole is."""
    return max(0, int(low) // TUNED.cell * TUNED.cell), min(
        size, -(-math.ceil(high) // TUNED.cell) * TUNED.cell
    )


def _placed(box: Box, left: float, top: float, across: float, down: float) -> Box:
    return Box((box.left + left) * across, (box.top + top) * down,
               (box.right + left) * across, (box.bottom + top) * down)  # fmt: skip


def scaled(share: Box, frame: av.VideoFrame) -> Box:
    """A box in shares of the stored frame's sides, in its pixels."""
    return _placed(share, 0, 0, frame.width, frame.height)


def _stored(box: Box, turns: int, width: float, height: float) -> Box:
    """A box of the upright picture in the stored one, which is *width* by *height*."""
    left, top, right, bottom = box.left, box.top, box.right, box.bottom
    if turns == 1:  # the upright picture is the stored one turned anticlockwise
        left, top, right, bottom = width - bottom, left, width - top, right
    elif turns == 2:
        left, top, right, bottom = width - right, height - bottom, width - left, height - top
    elif turns == 3:
        left, top, right, bottom = top, height - right, bottom, height - left
    return Box(left, top, right, bottom)


def quarter_turns(frame: av.VideoFrame) -> int:
    """How often the stored picture is turned anticlockwise to stand upright, 0 to 3.

    Files may say any angle; pictures are turned by the nearest quarter.
    """
    return round(frame.rotation / 90) % 4


def zone_box(zone: Zone, frame: av.VideoFrame) -> Box:
    """A zone of the upright picture in the pixels of the stored frame."""
    turns = quarter_turns(frame)
    right, bottom = zone.left + zone.width, zone.top + zone.height
    box = Box(zone.left, zone.top, right, bottom)
    return scaled(_stored(box, turns, 1, 1), frame)
