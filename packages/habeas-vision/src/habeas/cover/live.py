"""What a recorder builds on: decoded pictures in as they come, covered pictures out.

    prepare = Prepare(settings)
    pipeline = Pipeline(detector, settings, fps, fail_closed=True)
    for item in pipeline.run(map(prepare, decoded), sparing=True):
        segment.write(item)                     # a `Segment`: one MP4 file

Files are covered by `habeas.cover.redact`; this is for what has no end and comes only once.
"""

from __future__ import annotations

import contextlib
import io
from fractions import Fraction
from pathlib import Path

import av
import av.error
import numpy as np
from PIL import Image

from habeas.cover._damage import Damage, is_sound
from habeas.cover._decision import Covered
from habeas.cover._frames import carried, converted, turned
from habeas.cover._look import quarter_turns
from habeas.cover._losses import Losses
from habeas.cover._pipeline import Pipeline, Watcher
from habeas.cover._source import check_size, shape_of
from habeas.cover._target import Encoder, WrittenTrack
from habeas.cover.errors import ChangedSizeError, OutputError
from habeas.cover.settings import Settings

__all__ = [
    "Covered", "Damage", "Losses", "Pipeline", "Prepare", "Segment", "Watcher", "check_size",
    "is_sound", "jpeg", "upright",
]  # fmt: skip

#: Fragments, so that each is playable as soon as it is written.
_FRAGMENTS = {"movflags": "+frag_keyframe+empty_moov+default_base_moof"}


class Prepare:
    """Brings decoded frames into the form that `Pipeline` takes; all have one size.

    Args:
        settings: for the way up.

    Attributes:
        left_out: what frames carried beside their pictures, in words, so far.
    """

    def __init__(self, settings: Settings) -> None:
        self._turn = turned(settings.turn)
        self._shape: tuple[int, int, str] | None = None
        self.left_out: set[str] = set()

    def __call__(self, frame: av.VideoFrame) -> av.VideoFrame:
        """The frame, upright as far as settings tell, in a planar format.

        Raises:
            ChangedSizeError: it has another size than the first one.
            TooLargeVideoError: it has more pixels than are taken.
        """
        self.left_out |= carried(frame)
        upright = frame if self._turn is None else self._turn(frame)
        if self._shape is None:
            self._shape = shape_of(upright)
            check_size("The camera", *self._shape[:2])
        elif self._shape[:2] != (upright.width, upright.height):
            raise ChangedSizeError(
                f"The picture changes from {self._shape[0]} × {self._shape[1]} to "
                f"{upright.width} × {upright.height} pixels.",
                "A recorder goes on with the new size by itself.",
            )
        return converted(upright, self._shape[2])


class Segment:
    """Covered frames, written to one MP4 file that is whole in itself.

    Args:
        path: where to.
        first: the first frame; its time is the file's beginning.
        settings: for the encoder.
        fps: frames a second, about; time stamps count, not this.
        aspect: width over height of one pixel; None where it is not known.
        turn: degrees clockwise that bring the pictures upright; see `Pipeline.turn`.

    Raises:
        OutputError: the file cannot be made.
    """

    def __init__(
        self,
        path: Path,
        first: Covered,
        settings: Settings,
        *,
        fps: float,
        aspect: Fraction | None,
        turn: int = 0,
    ) -> None:
        self._origin = first.frame.pts or 0
        try:
            self._out = av.open(str(path), "w", format="mp4", container_options=_FRAGMENTS)
            self._track = WrittenTrack(self._out)
            self._encoder = Encoder(
                self._out, first.frame, settings, fps=fps, ending=".mp4", aspect=aspect, turn=turn,
                threads=1, recorded=True,
            )  # fmt: skip
        except (av.error.FFmpegError, ValueError, OSError) as error:
            raise _unwritten(error) from error

    def write(self, item: Covered) -> None:
        """Write one frame, whose time follows that of the one before.

        Raises:
            OutputError: the disk does not take it.
        """
        try:
            item.frame.pts = (item.frame.pts or 0) - self._origin
            self._track.add(self._encoder.encode(item.frame))
        except (av.error.FFmpegError, ValueError, OSError) as error:
            raise _unwritten(error) from error

    def close(self, length: float | None = None) -> None:
        """Finish the file.

        Args:
            length: seconds from the first picture until the next file's first; where that is not
                known, the last picture lasts as long as the encoder thinks.

        Raises:
            OutputError: the disk does not take it.
        """
        try:
            self._track.add(self._encoder.encode(None))
            self._track.end(length)
            self._out.close()
        except (av.error.FFmpegError, ValueError, OSError) as error:
            raise _unwritten(error) from error

    def abandon(self) -> None:
        """Let go of the file, whatever is in it."""
        with contextlib.suppress(av.error.FFmpegError, ValueError, OSError):
            self._out.close()


def upright(item: Covered, turn: int = 0) -> np.ndarray:
    """The covered frame's pixels, upright, of its own: RGB, uint8, height × width × 3.

    Args:
        item: the frame.
        turn: degrees clockwise that bring it upright, beyond its tag.
    """
    turns = quarter_turns(item.frame) - turn // 90
    return np.ascontiguousarray(np.rot90(item.frame.to_ndarray(format="rgb24"), turns))


def jpeg(item: Covered, quality: int = 80, *, turn: int = 0) -> bytes:
    """The covered frame, upright, as a JPEG.

    Args:
        item: the frame.
        quality: of the JPEG, 1 to 95.
        turn: as in `upright`.
    """
    out = io.BytesIO()
    Image.fromarray(upright(item, turn)).save(out, "JPEG", quality=quality)
    return out.getvalue()


def _unwritten(error: Exception) -> OutputError:
    why = getattr(error, "strerror", None) or type(error).__name__
    return OutputError(f"The recording cannot be written: {why}.")
