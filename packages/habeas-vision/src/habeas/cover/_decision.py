"""What is decided about a frame, and the frame with all of that painted over."""

from __future__ import annotations

from dataclasses import dataclass

import av

from habeas.cover._cover import cover, cover_whole
from habeas.cover._damage import is_sound
from habeas.cover.settings import Settings
from habeas.faces import Box


@dataclass(frozen=True)
class Decision:
    """What to cover in a frame.

    Attributes:
        pts: the frame's time stamp.
        boxes: faces, pixels as stored.
        zones: what is covered always, as a rectangle.
        checked: False where nobody could look at what was sent: all of the frame.
        moving: something moved since the frame before.
    """

    pts: int | None
    boxes: tuple[Box, ...]
    zones: tuple[Box, ...]
    checked: bool
    moving: bool = False


@dataclass(eq=False)
class Covered:
    """A frame that may be shown: everything to cover in it is painted over.

    Attributes:
        frame: the picture.
        boxes: what was covered, pixels as stored.
        checked: False where nobody could look at it, and the whole frame was covered.
        moving: something moved since the frame before; what, nobody asked.
    """

    frame: av.VideoFrame
    boxes: tuple[Box, ...]
    checked: bool = True
    moving: bool = False


def paint(frame: av.VideoFrame, decision: Decision, settings: Settings) -> Covered:
    """Paint over what was decided; all of the frame where it could not be checked."""
    checked = decision.checked and is_sound(frame)
    if checked:
        cover(frame, decision.boxes, settings.shape)
        # A zone is a rectangle, whatever shape covers faces.
        cover(frame, decision.zones, "box")
    else:
        cover_whole(frame)
    return Covered(frame, (*decision.boxes, *decision.zones), checked, decision.moving)
