"""A recorder's health, written down every few seconds by a thread of its own."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from habeas.cameras import health
from habeas.cameras.health import CameraHealth, RecordingState
from habeas.foundation import durable

#: A connected camera that sent no picture for so long is waited for.
_WAITED = timedelta(seconds=10)


@dataclass(frozen=True)
class Figures:
    """What a recorder counts; see `CameraHealth`."""

    frames: int = 0
    lost: int = 0
    whole: int = 0
    looks: int = 0
    behind: float = 0.0
    one_of: int = 1
    jumps: int = 0
    clock: str = ""
    offset: float | None = None
    left_out: tuple[str, ...] = ()


class Reporter:
    """Writes `CameraHealth` while it is entered.

    Args:
        place: the camera's folder.
        figures: what is counted, asked from another thread.
        clock: the time, UTC.
        now: seconds of a clock that never goes back.
        every: seconds between reports.
    """

    def __init__(
        self,
        place: Path,
        figures: Callable[[], Figures],
        clock: Callable[[], datetime],
        now: Callable[[], float],
        every: float = health.EVERY,
    ) -> None:
        self._place, self._figures, self._every = place, figures, every
        self._clock, self._now = clock, now
        self._state: RecordingState = "lost"
        self._because = "It was not reached yet."
        self._since = clock()
        self._picture: datetime | None = None
        self._counted = (now(), 0, 0)
        self._lately = (0.0, 0.0)
        self._changing = threading.Lock()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._report, name="health", daemon=True)

    def __enter__(self) -> Self:
        durable.make(self._place)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()
        self._change("stopped")

    def connected(self) -> None:
        """The camera answers."""
        self._change("waiting")

    def resting(self) -> None:
        """The camera's hours are over, or have not begun."""
        self._change("resting")

    def lost(self, because: str) -> None:
        """The camera cannot be reached, or nothing can be written."""
        self._change("lost", because)

    def wrote(self, picture: datetime) -> None:
        """A picture that arrived then was written."""
        self._picture = picture
        if self._state != "recording":
            self._change("recording")

    def write(self) -> None:
        """Write a report now; a full disk does not end the recorder."""
        with contextlib.suppress(OSError):
            health.write(self._place, self.report())

    def report(self) -> CameraHealth:
        """How it stands now."""
        said, at = self._figures(), self._clock()
        self._count(said)
        quiet = self._picture is not None and at - self._picture > _WAITED
        if self._state == "recording" and quiet:
            self._state, self._since = "waiting", at
        return CameraHealth(
            state=self._state, because=self._because[:500], at=_iso(at), since=_iso(self._since),
            picture=_iso(self._picture) if self._picture else None,
            frames=said.frames, lost=said.lost, whole=said.whole,
            rate=round(self._lately[0], 2), looks=round(self._lately[1], 2),
            behind=round(max(0.0, said.behind), 2), one_of=said.one_of, jumps=said.jumps,
            clock=said.clock, left_out=said.left_out,
            offset=None if said.offset is None else round(said.offset, 1),
        )  # fmt: skip

    def _count(self, said: Figures) -> None:
        now, (since, frames, looks) = self._now(), self._counted
        if now - since >= self._every / 2:
            self._lately = (
                max(0, said.frames - frames) / (now - since),
                max(0, said.looks - looks) / (now - since),
            )
            self._counted = (now, said.frames, said.looks)

    def _change(self, state: RecordingState, because: str = "") -> None:
        with self._changing:
            changed = (state, because) != (self._state, self._because)
            if changed:
                self._state, self._because, self._since = state, because, self._clock()
        if changed:
            # Whoever looks now must not read what was.
            self.write()

    def _report(self) -> None:
        while not self._done.is_set():
            self.write()
            self._done.wait(self._every)


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
