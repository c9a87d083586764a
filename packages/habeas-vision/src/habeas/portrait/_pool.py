"""Workers, kept ready: each serves one photo at a time and is replaced when it dies."""

from __future__ import annotations

import logging
import os
import queue
import struct
import zlib
from typing import Any, Self

from habeas.confined import JobError, WorkerDiedError, WorkerError, WorkerProcess
from habeas.foundation.errors import HabeasError
from habeas.portrait import _wire
from habeas.portrait._limits import LIMITS
from habeas.portrait.assessment import Assessment, Keep
from habeas.portrait.errors import (
    BY_CODE,
    BrokenPhotoError,
    EmptyPhotoError,
    TooLargeError,
    TooManyPixelsError,
    stop,
)

_LOG = logging.getLogger(__name__)
_WORKER = "habeas.portrait._worker"
#: Of the square that a worker is tried with, pixels.
_SIDE = 64


class PoolBusyError(HabeasError):
    """Too many photos are waiting to be checked."""

    code = "busy"
    remedy = "Try again in a few seconds."


class CheckUnavailableError(PoolBusyError):
    """No worker works, whatever the photo: the machine's fault, and never told as the photo's."""

    code = "check-unavailable"
    remedy = "Nothing is wrong with your photo. Try again later."


def _plain() -> bytes:
    """A grey square as PNG (W3C PNG, third edition, section 5): a picture that harms no worker."""
    head = struct.pack(">IIBBBBB", _SIDE, _SIDE, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x80" * _SIDE) * _SIDE)
    chunks = ((b"IHDR", head), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + name + content
        + struct.pack(">I", zlib.crc32(name + content))
        for name, content in chunks
    )  # fmt: skip


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
            CheckUnavailableError: no worker works, whatever the photo.
        """
        if not photo:
            raise stop(EmptyPhotoError)
        if len(photo) > LIMITS.bytes:
            raise stop(TooLargeError)
        try:
            worker = self._free.get(timeout=self._patience)
        except queue.Empty as error:
            raise PoolBusyError("Many photos are being checked just now.") from error
        options = {"profile": profile, "child": child, "keep": keep}
        try:
            worker = worker or WorkerProcess(_WORKER)
            return self._ask(worker, photo, options)
        except (WorkerError, OSError) as error:
            if worker is not None:
                worker.close()
                worker = None
            if not self._works():
                _LOG.error("Photos cannot be checked: %s", error)
                raise CheckUnavailableError("Photos cannot be checked just now.") from error
            # Nothing of the photo is told: that it happens, and how often, is what matters.
            _LOG.warning("A photo ended its worker: %s", error)
            raise stop(BrokenPhotoError) from error
        finally:
            self._free.put(worker)

    def _works(self) -> bool:
        """Whether a new worker answers for a picture that harms none."""
        worker = None
        try:
            worker = WorkerProcess(_WORKER)
            options = {"profile": "default", "child": False, "keep": "both"}
            worker.run(options, [_plain()], stall=self._seconds)
        except JobError as error:
            return error.code in BY_CODE
        except (WorkerError, OSError):
            return False
        finally:
            if worker is not None:
                worker.close()
        return True

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
