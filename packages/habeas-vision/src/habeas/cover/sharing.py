"""One loaded detector for many videos: looks are taken in turns, round and round.

A network of its own for each of many cameras would take memory for each, and together they would
fight for the same cores. So one is shared, and lets in only as many looks at a time as it has use
for. Who has looked goes to the end of the line: a camera with much to look at waits longer, and
keeps no other waiting for more than one look of each. What somebody watches at this moment comes
first, every other time: it is not as late as all the others together, and none of them is kept out.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from habeas.faces import Detector, Sighting

Item = TypeVar("Item")
#: Looks that one video prepares at a time. Its others wait with their frames.
_EACH = 2


class RoundRobin(Generic[Item]):
    """Items in lines by name; each line gives one in its turn. Pure: nobody waits in here."""

    def __init__(self) -> None:
        self._lines: OrderedDict[str, deque[Item]] = OrderedDict()

    def __len__(self) -> int:
        return sum(map(len, self._lines.values()))

    def add(self, name: str, item: Item) -> None:
        """Put *item* at the end of the line *name*; a new line comes after all others."""
        self._lines.setdefault(name, deque()).append(item)

    def take(self) -> Item | None:
        """The first of the line whose turn it is, which then comes after all others."""
        if not self._lines:
            return None
        name, line = self._lines.popitem(last=False)
        item = line.popleft()
        if line:
            self._lines[name] = line
        return item

    def drop(self, name: str, item: Item) -> bool:
        """Take *item* out of the line *name*; tells whether it was still there."""
        line = self._lines.get(name, deque())
        if item not in line:
            return False
        line.remove(item)
        if not line:
            del self._lines[name]
        return True


class Turns:
    """Lets in so many threads at a time, and those that wait in turns of their names.

    Of two turns, one is for whoever is in a hurry, if anybody is.

    Args:
        most: at a time.
    """

    def __init__(self, most: int) -> None:
        self._free = most
        self._waiting: RoundRobin[threading.Event] = RoundRobin()
        self._hurried: RoundRobin[threading.Event] = RoundRobin()
        #: Whose turn it is now, if both lines have somebody.
        self._hurry = True
        self._changing = threading.Lock()

    @contextmanager
    def turn(self, name: str, *, hurried: bool = False) -> Iterator[None]:
        """Wait for a turn of *name*, and have it."""
        self._enter(name, self._hurried if hurried else self._waiting)
        try:
            yield
        finally:
            self._leave()

    def _enter(self, name: str, line: RoundRobin[threading.Event]) -> None:
        with self._changing:
            if self._free:
                self._free -= 1
                return
            mine = threading.Event()
            line.add(name, mine)
        try:
            mine.wait()
        except BaseException:
            with self._changing:
                waited = line.drop(name, mine)
            if not waited:
                self._leave()  # the turn came meanwhile, and is handed on
            raise

    def _leave(self) -> None:
        with self._changing:
            following = self._following()
            if following is None:
                self._free += 1
            else:
                # The place is handed over: nobody who comes now gets in between.
                following.set()

    def _following(self) -> threading.Event | None:
        lines = [self._hurried, self._waiting] if self._hurry else [self._waiting, self._hurried]
        for line in lines:
            found = line.take()
            if found is not None:
                self._hurry = line is not self._hurried
                return found
        return None


class Shared:
    """One detector, and a view of it for each video.

    Args:
        detector: called by as many threads as it has use for.
    """

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self._turns = Turns(max(1, detector.parallel))

    def of(self, name: str, hurried: Callable[[], bool] = lambda: False) -> Detector:
        """The detector as the video *name* sees it; it waits for its turn.

        Args:
            name: of the video.
            hurried: asked before each look: whether somebody waits for this video now.
        """
        return _View(name, self._detector, self._turns, hurried)


class _View:
    """See `Shared.of`."""

    def __init__(
        self, video: str, detector: Detector, turns: Turns, hurried: Callable[[], bool]
    ) -> None:
        self._video, self._detector, self._turns = video, detector, turns
        self._hurried = hurried
        self.name, self.gpu = detector.name, detector.gpu
        self.parallel = min(_EACH, max(1, detector.parallel))

    def find(self, picture: NDArray[np.uint8], threshold: float) -> list[Sighting]:
        """See `habeas.faces.Detector`."""
        with self._turns.turn(self._video, hurried=self._hurried()):
            return self._detector.find(picture, threshold)
