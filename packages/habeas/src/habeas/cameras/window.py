"""The newest covered picture of a camera, for whoever the log lets watch it; marked in its pixels.

    recorder → show(covered picture) → the newest one, kept while somebody watches
    watcher  → picture(request) → that one, with office, pseudonym and time drawn into it

Nothing is written to disk, no picture is kept but the newest, and none is taken out of the
recorder's way while nobody watches.
"""

from __future__ import annotations

import hashlib
import io
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from habeas.cameras import grants
from habeas.cameras.grants import Granted, NoGrantError
from habeas.cameras.witnessed import Witnessed
from habeas.cover.live import Covered, upright
from habeas.protocol.footage import PublicCamera


@dataclass(frozen=True)
class WindowLimits:
    """Decided, not measured.

    Attributes:
        watched: seconds after a request for which pictures are kept.
        wait: seconds that a request waits for a newer picture.
        longest: pixels of a picture's longest side.
        quality: of its JPEG.
        grants: that are remembered as verified.
    """

    watched: float = 5.0
    wait: float = 1.0
    longest: int = 1280
    quality: int = 75
    grants: int = 64


@dataclass(frozen=True)
class Picture:
    """One picture.

    Attributes:
        number: rises from picture to picture.
        at: when it arrived from the camera, UTC.
        content: a marked JPEG.
    """

    number: int
    at: datetime
    content: bytes


class NoPictureError(NoGrantError):
    """No newer picture came in time."""

    code = "no-picture"
    status = 503
    remedy = "Ask again; the camera’s health says whether it sends any."


class Window:
    """What can be watched live of one camera.

    Args:
        camera: its entry, read anew for each new look.
        log: reads entries with their proofs; without it nobody watches.
        clock: the time, UTC.
        now: seconds of a clock that never goes back.
        limits: see there.
    """

    def __init__(
        self,
        camera: Callable[[], PublicCamera],
        log: Witnessed | None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        now: Callable[[], float] = time.monotonic,
        limits: WindowLimits | None = None,
    ) -> None:
        self._camera, self._log, self._clock, self._now = camera, log, clock, now
        self._limits = limits or WindowLimits()
        self._changed = threading.Condition()
        self._asked = -self._limits.watched
        self._number = 0
        self._newest: tuple[int, datetime, np.ndarray] | None = None
        self._verified: dict[str, Granted] = {}

    @property
    def watched(self) -> bool:
        """Whether somebody has asked for a picture lately."""
        return self._now() - self._asked < self._limits.watched

    def show(self, item: Covered, at: datetime, turn: int = 0) -> None:
        """Take a covered picture that arrived *at* (UTC), if anybody watches.

        Args:
            item: the picture; it is copied.
            at: when it arrived.
            turn: degrees clockwise that bring it upright, beyond its tag.
        """
        if not self.watched:
            self.forget()
            return
        pixels = upright(item, turn)
        with self._changed:
            self._number += 1
            self._newest = (self._number, at, pixels)
            self._changed.notify_all()

    def forget(self) -> None:
        """Keep no picture."""
        if self._newest is not None:
            with self._changed:
                self._newest = None

    def picture(self, content: bytes, after: int) -> Picture:
        """The newest picture after number *after*, for whoever *content* grants it to.

        Raises:
            NoGrantError: it grants nothing, or not any more.
            NoPictureError: none came in time.
        """
        granted = self._granted(content)
        with self._changed:
            self._asked = self._now()
            self._changed.wait_for(lambda: self._is_newer(after), self._limits.wait)
            newest = self._newest
        if newest is None or newest[0] <= after:
            raise NoPictureError("The camera has sent no newer picture.")
        number, at, pixels = newest
        # Again: time has passed since.
        granted.verify(self._clock())
        return Picture(number, at, mark(pixels, granted, at, self._limits))

    def _is_newer(self, after: int) -> bool:
        return self._newest is not None and self._newest[0] > after

    def _granted(self, content: bytes) -> Granted:
        if self._log is None:
            raise NoGrantError("This recorder knows no circle, and so no log.")
        digest, now, camera = hashlib.sha256(content).hexdigest(), self._clock(), self._camera()
        found = self._verified.get(digest)
        if found is None or camera.live is None or found.office not in camera.viewers:
            found = grants.verify(content, camera, self._log, now)
            if len(self._verified) >= self._limits.grants:
                self._verified.clear()
            self._verified[digest] = found
        found.verify(now)
        return found


def mark(pixels: np.ndarray, granted: Granted, at: datetime, limits: WindowLimits) -> bytes:
    """The picture as a JPEG, with who watches and when drawn into it.

    Args:
        pixels: RGB, height × width × 3, uint8.
        granted: whose look it is.
        at: when the picture arrived, UTC.
        limits: its size and quality.
    """
    picture = Image.fromarray(pixels)
    picture.thumbnail((limits.longest, limits.longest))
    words = f"{granted.office}  {granted.pseudonym}  {at:%Y-%m-%d %H:%M:%S} UTC  #{granted.index}"
    drawing = ImageDraw.Draw(picture, "RGBA")
    size = max(11, picture.width // 42)
    font = ImageFont.load_default(size)
    left, top, right, bottom = drawing.textbbox((0, 0), words, font=font)
    wide, high, gap = round(right - left), round(bottom - top), size // 2
    below = picture.height - high - 2 * gap
    drawing.rectangle((0, below, wide + 2 * gap, picture.height), fill=(0, 0, 0, 170))
    drawing.text((gap, below + gap - top), words, font=font, fill=(255, 255, 255, 255))
    # Across it, too: what is cut off at the edge leaves one behind.
    for number in range(1, 3):
        place = (picture.width // 8 * number, picture.height * number // 3 - top)
        drawing.text(place, words, font=font, fill=(255, 255, 255, 70))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=limits.quality)
    return out.getvalue()
