"""Frames of one kind: converted, turned, and stripped of all but their picture.

A decoded frame carries more than its planes: closed captions (ATSC A/53), unregistered SEI
messages, HDR and Dolby Vision metadata, time codes. Encoders copy some of it into what they
write, unless it is taken off before.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import cast

import av
from av.filter import Graph
from av.sidedata.sidedata import SideData, SideDataContainer, Type

from habeas.cover._planes import PLANAR
from habeas.cover.settings import Turn

#: What side data is called where people are told that it was left out. What says how the
#: picture is decoded or shown is no loss, and not told.
_NAMES = {
    Type.A53_CC: "closed captions",
    Type.SEI_UNREGISTERED: "notes of the encoder or the camera (SEI)",
    Type.GOP_TIMECODE: "time codes",
    Type.S12M_TIMECODE: "time codes",
    Type.MASTERING_DISPLAY_METADATA: "HDR metadata",
    Type.CONTENT_LIGHT_LEVEL: "HDR metadata",
    Type.DYNAMIC_HDR_PLUS: "HDR metadata",
    Type.DYNAMIC_HDR_VIVID: "HDR metadata",
    Type.AMBIENT_VIEWING_ENVIRONMENT: "HDR metadata",
    Type.DOVI_RPU_BUFFER: "Dolby Vision metadata",
    Type.DOVI_METADATA: "Dolby Vision metadata",
    Type.DETECTION_BBOXES: "marks of a detector",
    Type.SPHERICAL: "marks of a spherical picture",
    Type.STEREO3D: "marks of a stereoscopic picture",
    Type.ICC_PROFILE: "a colour profile",
    Type.REGIONS_OF_INTEREST: "marks of regions",
}
#: Filters that turn clockwise by so many degrees.
_TURNS: dict[int, tuple[tuple[str, str], ...]] = {
    90: (("transpose", "clock"),),
    180: (("hflip", ""), ("vflip", "")),
    270: (("transpose", "cclock"),),
}


def planar(name: str, width: int) -> str:
    """The pixel format of `PLANAR` that loses least.

    Args:
        name: pixel format, by FFmpeg's name.
        width: pixels.
    """
    if name in PLANAR:
        return name
    deep = any(part in name for part in ("10", "12", "14", "16", "p010", "48", "64"))
    rich = "444" in name or name.startswith(("rgb", "bgr", "gbr", "argb", "abgr", "pal8"))
    return f"yuv{'444' if rich and not width % 2 else '420'}p{'10le' if deep else ''}"


def converted(frame: av.VideoFrame, form: str) -> av.VideoFrame:
    """The frame in this pixel format; time stamps stay."""
    if frame.format.name == form:
        return frame
    made = frame.reformat(format=form)
    made.pts, made.time_base = frame.pts, frame.time_base
    return made


def carried(frame: av.VideoFrame) -> set[str]:
    """What the frame carries beside its picture, in words."""
    # Not `frame.side_data`: that one and the frame refer to each other, and frames that only the
    # collector of garbage frees pile up, a gigabyte of them at 1080p.
    sides = SideDataContainer(frame)  # type: ignore[call-arg]  # its types leave that out
    kinds = {each.type for each in cast("Iterable[SideData]", sides)}
    return {_NAMES[each] for each in kinds & _NAMES.keys()}


class FrameFilter:
    """Filters for frames one by one: each that goes in comes out changed.

    Args:
        steps: names of FFmpeg's filters, each with its arguments.
    """

    def __init__(self, *steps: tuple[str, str]) -> None:
        self._steps = steps
        self._graph: Graph | None = None
        self._kind: tuple[object, ...] = ()

    def __call__(self, frame: av.VideoFrame) -> av.VideoFrame:
        """The frame, filtered; its time stamps stay."""
        pts, base = frame.pts, frame.time_base
        kind = (frame.width, frame.height, frame.format.name, base)
        if self._graph is None or kind != self._kind:
            self._graph, self._kind = self._made(frame), kind
        self._graph.push(frame)
        made = self._graph.pull()
        if not isinstance(made, av.VideoFrame):
            raise TypeError("A filter for pictures gave something else.")
        made.pts, made.time_base = pts, base
        return made

    def _made(self, frame: av.VideoFrame) -> Graph:
        graph = Graph()
        last = graph.add_buffer(
            width=frame.width, height=frame.height, format=frame.format,
            time_base=frame.time_base or Fraction(1, 90_000),
        )  # fmt: skip
        for name, arguments in (*self._steps, ("buffersink", "")):
            following = graph.add(name, arguments) if arguments else graph.add(name)
            last.link_to(following)
            last = following
        graph.configure()
        return graph


def bare() -> FrameFilter:
    """Takes off all that a frame carries beside its picture. Planes are not copied."""
    return FrameFilter(("sidedata", "mode=delete"))


def copying() -> FrameFilter:
    """Copies frames, with all that they carry."""
    return FrameFilter(("copy", ""))


def turned(turn: Turn) -> FrameFilter | None:
    """Turns frames clockwise; None for no turn."""
    return FrameFilter(*_TURNS[turn]) if turn else None
