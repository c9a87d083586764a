"""Workers, kept ready: each serves one photo at a time and is replaced when it dies."""

from __future__ import annotations

import logging
import os
import queue
from typing import Any, Self

from habeas.confined import JobError, WorkerDiedError, WorkerError, WorkerProcess
from habeas.foundation.errors import HabeasError
from habeas.portrait import _wire
from habeas.portrait._assess import Keep
from habeas.portrait._limits import LIMITS
from habeas.portrait.assessment import Assessment
from habeas.portrait.errors import (
    BY_CODE,
    BrokenPhotoError,
    EmptyPhotoError,
    TooLargeError,
    TooManyPixelsError,
    stop,
)

_LOG = logging.getLogger(__name__)


class PoolBusyError(HabeasError):
    """Too many photos are waiting to be checked."""

    code = "busy"
    remedy = "Try again in a few seconds."


class CheckPool:
    """Sandboxed workers that check photos. Thread-safe.

    Args:
        workers: how many photos are checked at once.
        seconds: how long one check may take before its worker is ended.
        patience: how long a caller waits for a free worker.
    """

    def __init__(
        self, workers: int | None = None, *, seconds: float = 20.0, patience: float = 30.0
    ) -> None:
        self.workers = workers or os.cpu_count() or 1
        self._seconds = seconds
        self._patience = patience
        self._free: queue.Queue[WorkerProcess | None] = queue.Queue()
        for _ in range(self.workers):
            self._free.put(None)  # started when first needed

    @property
    def pids(self) -> list[int]:
        """Process ids of the workers that wait for a photo."""
        return [worker.pid for worker in list(self._free.queue) if worker is not None]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def check(
        self, photo: bytes, profile: str = "default", *, child: bool = False, keep: Keep = "both"
    ) -> Assessment:
        """Check one photo in a worker. See `habeas.portrait.check`.

        Raises:
            PhotoError: the photo cannot be read, or shows no face.
            PoolBusyError: no worker became free in time.
        """
        if not photo:
            raise stop(EmptyPhotoError)
        if len(photo) > LIMITS.bytes:
            raise stop(TooLargeError)
        try:
            worker = self._free.get(timeout=self._patience)
        except queue.Empty as error:
            raise PoolBusyError("Many photos are being checked just now.") from error
        worker = worker or WorkerProcess("habeas.portrait._worker")
        again: WorkerProcess | None = worker
        options = {"profile": profile, "child": child, "keep": keep}
        try:
            return self._ask(worker, photo, options)
        except WorkerError as error:
            # Nothing of the photo is told: that it happens, and how often, is what matters.
            _LOG.warning("A photo ended its worker: %s", error.cause)
            worker.close()
            again = None
            raise stop(BrokenPhotoError) from error
        finally:
            self._free.put(again)

    def _ask(self, worker: WorkerProcess, photo: bytes, options: dict[str, Any]) -> Assessment:
        try:
            answer = worker.run(options, [photo], stall=self._seconds)
        except JobError as error:
            if error.code == "memory":
                raise stop(TooManyPixelsError) from error
            if error.code in BY_CODE:
                raise stop(BY_CODE[error.code]) from None
            raise  # not the photo's fault: a model is missing
        try:
            return _wire.unpack(answer)
        except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
            raise WorkerDiedError("The worker sent what is no assessment.") from error

    def close(self) -> None:
        """End all workers."""
        for _ in range(self.workers):
            worker = self._free.get()
            if worker is not None:
                worker.close()
            self._free.put(None)
