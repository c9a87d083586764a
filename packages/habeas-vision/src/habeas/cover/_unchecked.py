"""Where looks failed: what nobody has looked at is not known."""

from __future__ import annotations

import math


class Unchecked:
    """Times around looks that failed: up to the nearest ones at everything that did not."""

    def __init__(self) -> None:
        self._whole = -math.inf
        self._since: float | None = None
        self._spans: list[tuple[float, float]] = []

    def looked(self, at: float, *, whole: bool) -> None:
        """A look at all of the picture, or at what had changed, told something."""
        if not whole:
            return
        if self._since is not None:
            self._spans.append((self._since, at))
        self._whole, self._since = at, None

    def failed(self) -> None:
        """A look told nothing."""
        self._since = self._whole if self._since is None else self._since

    def checked(self, at: float) -> bool:
        """Whether it is known what a frame of that time shows."""
        open_since = math.inf if self._since is None else self._since
        return at <= open_since and not any(start < at < end for start, end in self._spans)

    def forget(self, until: float) -> None:
        """Times before that will not be asked for again."""
        self._spans = [(start, end) for start, end in self._spans if end > until]
