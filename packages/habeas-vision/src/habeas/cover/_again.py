"""A file's frames read a second time, and covered by what was decided at the first.

What decides about a frame may come long after it. Frames of all that time do not fit in
memory; their boxes do, and so does a second decoder.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import av

from habeas.cover._ahead import ahead
from habeas.cover._decision import Covered, Decision, paint
from habeas.cover._pipeline import Pipeline
from habeas.cover.settings import Settings

#: Decisions that are made while a frame is painted.
_DECIDED = 8


def covered(
    pipeline: Pipeline,
    settings: Settings,
    frames: Iterable[av.VideoFrame],
    again: Iterable[av.VideoFrame] | None,
) -> Iterator[Covered]:
    """Every frame of *again*, covered, in order; every frame of *frames* where that is None.

    Args:
        pipeline: decides.
        settings: how to cover.
        frames: what is looked at, as in `Pipeline.run`; the frames of *again* are among them.
        again: the same frames, decoded a second time.
    """
    if again is None:
        yield from pipeline.run(frames)
        return
    decisions = ahead(pipeline.decide(frames), _DECIDED)
    try:
        yield from _matched(decisions, settings, again)
    finally:
        decisions.close()


def _matched(
    decisions: Iterator[Decision], settings: Settings, frames: Iterable[av.VideoFrame]
) -> Iterator[Covered]:
    decision = next(decisions, None)
    for frame in frames:
        while decision is not None and _before(decision, frame):
            decision = next(decisions, None)
        if decision is None or frame.pts is None or decision.pts != frame.pts:
            # A damaged file may be decoded in another way: nobody looked at this frame.
            yield paint(frame, Decision(frame.pts, (), (), checked=False), settings)
        else:
            yield paint(frame, decision, settings)


def _before(decision: Decision, frame: av.VideoFrame) -> bool:
    return decision.pts is not None and frame.pts is not None and decision.pts < frame.pts
