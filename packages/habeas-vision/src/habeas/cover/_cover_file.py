"""One file, covered in this process. `_worker` runs it apart; `redact` watches over that."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from habeas import faces
from habeas.cover._again import covered
from habeas.cover._ahead import ahead
from habeas.cover._decision import Covered
from habeas.cover._pipeline import Pipeline
from habeas.cover._source import Source
from habeas.cover._target import Target
from habeas.cover.errors import NoVideoError
from habeas.cover.live import jpeg
from habeas.cover.settings import Settings, Sound
from habeas.faces import Box, Detector

#: Covered frames that wait for the encoder.
_ENCODED_LATER = 3


@dataclass(frozen=True)
class Report:
    """What was done to one video.

    Attributes:
        frames: written.
        seconds: of video.
        faces: followed; one person may count more than once.
        covered: frames with at least one cover.
        looks: frames that the detector saw.
        damaged: packets or frames that could not be decoded whole, or the same way twice.
        whole: frames that nobody could look at, and that were covered as a whole.
        jumps: of the file's clock, which were closed up.
        left_out: what the source had beside its picture, and the result has not, in words.
        sound: what became of it: ``none``, ``keep`` or ``distort``.
        turn: degrees clockwise that bring what is stored upright, as was found and as the result
            says of itself.
        detector: its name.
        gpu: whether it ran on one; where one was asked for and is not there, it does not.
        quality: as chosen.
        wall: seconds of work.
        memory: peak of resident memory, bytes.
    """

    frames: int
    seconds: float
    faces: int
    covered: int
    looks: int
    damaged: int
    whole: int
    jumps: int
    left_out: tuple[str, ...]
    sound: Sound
    turn: int
    detector: str
    gpu: bool
    quality: str
    wall: float
    memory: int

    def to_json(self) -> dict[str, Any]:
        """As JSON; `from_json` reads it."""
        return asdict(self)

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Self:
        """The report in *fields*."""
        return cls(**{**fields, "left_out": tuple(fields["left_out"])})


def cover_file(
    source: Path,
    target: Path,
    settings: Settings,
    *,
    ending: str,
    progress: Callable[[int, float, float | None], None] | None = None,
    ready: Callable[[], None] | None = None,
) -> Report:
    """Cover *source* into *target*.

    Args:
        source: the video.
        target: where to write; a name for the meantime.
        settings: how.
        ending: of the final name; chooses the container.
        progress: called with frames done, seconds done, and seconds in all if known.
        ready: called once files and models are open; a sandbox closes its doors there.

    Raises:
        FootageError: see the subclasses.
    """
    began = time.monotonic()
    detector = faces.detector(settings.detector, gpu=settings.gpu)
    video = Source(source, settings)
    again = Source(source, settings) if settings.look.again else None
    pipeline = Pipeline(detector, settings, video.fps)
    sink = Target(target, video, settings, ending, turn=lambda: pipeline.turn)
    if ready is not None:
        ready()
    frames = with_cover = unchecked = 0
    at = 0.0
    shown = covered(pipeline, settings, video.frames(), again.frames() if again else None)
    try:
        # Encoding goes on while the next frames are decided upon.
        for item in ahead(shown, _ENCODED_LATER):
            sink.write(item.frame)
            frames += 1
            with_cover += bool(item.boxes) or not item.checked
            unchecked += not item.checked
            at = _time(item)
            if progress is not None:
                progress(frames, at, video.seconds)
        if not frames:
            raise NoVideoError(f"{source.name} has a video stream, but no frame in it.")
        sink.close()
    finally:
        video.close()
        if again is not None:
            again.close()
    return Report(
        frames=frames,
        seconds=round(at + 1 / video.fps, 3),
        faces=pipeline.faces,
        covered=with_cover,
        looks=pipeline.looks,
        damaged=video.damaged + unchecked,
        whole=unchecked,
        jumps=video.timeline.jumps,
        left_out=tuple(sorted(video.left_out)),
        sound=settings.sound,
        turn=pipeline.turn,
        detector=detector.name,
        gpu=detector.gpu,
        quality=settings.quality,
        wall=round(time.monotonic() - began, 3),
        memory=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    )


def _time(item: Covered) -> float:
    frame = item.frame
    return float(frame.pts * frame.time_base) if frame.pts is not None and frame.time_base else 0.0


def boxes(
    source: Path,
    settings: Settings | None = None,
    detector: Detector | None = None,
    *,
    live: bool = False,
) -> Iterator[tuple[Box, ...]]:
    """What would be covered, frame by frame, in stored pixels; nothing is written.

    Args:
        source: the video.
        settings: how; the defaults for None.
        detector: one that is loaded already.
        live: what a recorder would cover, which cannot look as far ahead.

    Raises:
        FootageError: see the subclasses.
    """
    chosen = settings or Settings()
    video = Source(source, chosen)
    finder = detector or faces.detector(chosen.detector, gpu=chosen.gpu)
    try:
        pipeline = Pipeline(finder, chosen, video.fps)
        for decision in pipeline.decide(video.frames(), live=live):
            yield (*decision.boxes, *decision.zones)
    finally:
        video.close()


def preview(
    source: Path,
    target: Path,
    settings: Settings,
    *,
    at: float | None,
    ready: Callable[[], None] | None = None,
) -> None:
    """Write one covered frame, upright, as a JPEG.

    Args:
        source: the video.
        target: the JPEG file.
        settings: how to cover.
        at: seconds from the start; a third of the way in for None.
        ready: as in `cover_file`.

    Raises:
        FootageError: see the subclasses.
    """
    detector = faces.detector(settings.detector, gpu=settings.gpu)
    video = Source(source, settings)
    with target.open("wb") as out:
        if ready is not None:
            ready()
        try:
            wanted = (video.seconds or 0.0) / 3 if at is None else at
            video.seek(max(0.0, wanted - 2.0))
            shown, pipeline = None, Pipeline(detector, settings, video.fps)
            for item in pipeline.run(video.frames()):
                shown = item
                if _time(item) >= wanted and item.checked:
                    break
            if shown is None:
                raise NoVideoError(f"{source.name} has a video stream, but no frame in it.")
            out.write(jpeg(shown, 85, turn=pipeline.turn))
        finally:
            video.close()
