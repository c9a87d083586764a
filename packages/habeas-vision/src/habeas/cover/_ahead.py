"""Running a stage ahead of the next one, in a thread, no further than a few items."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Generator, Iterable
from typing import TypeVar, cast

T = TypeVar("T")
_END = object()


class _Failed:
    def __init__(self, error: BaseException) -> None:
        self.error = error


class _Line:
    """A bounded queue whose writer gives up when its reader has gone."""

    def __init__(self, depth: int) -> None:
        self._waiting: queue.Queue[object] = queue.Queue(depth)
        self.stopped = threading.Event()

    def put(self, item: object) -> bool:
        while not self.stopped.is_set():
            with contextlib.suppress(queue.Full):
                self._waiting.put(item, timeout=0.1)
                return True
        return False

    def get(self) -> object:
        return self._waiting.get()


def ahead(items: Iterable[T], depth: int) -> Generator[T, None, None]:
    """*items*, produced by a thread that waits while *depth* of them are unread.

    An error of the producer is raised here, in its place. When the reader stops early,
    the producer stops too.
    """
    line = _Line(depth)

    def produce() -> None:
        try:
            if all(line.put(item) for item in items):
                line.put(_END)
        except BaseException as error:  # noqa: BLE001
            # It is raised again where the items are read, which would wait for ever otherwise.
            line.put(_Failed(error))
        finally:
            if isinstance(items, Generator):
                items.close()

    thread = threading.Thread(target=produce, daemon=True)
    thread.start()
    try:
        while (item := line.get()) is not _END:
            if isinstance(item, _Failed):
                raise item.error
            yield cast("T", item)
    finally:
        line.stopped.set()
        thread.join()
