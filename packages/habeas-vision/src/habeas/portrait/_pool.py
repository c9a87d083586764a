"""Workers, kept ready: each serves one photo at a time and is replaced when it dies."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import queue
import signal
import subprocess
import sys
import threading
from typing import Self

from habeas.foundation.errors import HabeasError
from habeas.portrait import _wire
from habeas.portrait._worker import read_frame, write_frame
from habeas.portrait.assessment import Assessment
from habeas.portrait.errors import BrokenPhotoError, EmptyPhotoError, TooLargeError
from habeas.portrait.words import words

MAX_BYTES = 10_000_000
_LOG = logging.getLogger(__name__)


class WorkerEndedError(EOFError):
    """A photo's worker gave no answer. Its words say why: late, a signal, or an exit status."""


class PoolBusyError(HabeasError):
    """Too many photos are waiting to be checked."""

    code = "busy"
    remedy = "Try again in a few seconds."


class _Worker:
    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "habeas.portrait._worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # One thread each: parallel photos use the cores, not one photo's matrices.
            env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        )
        self.ready = False

    @property
    def pid(self) -> int:
        return self._process.pid

    def check(self, photo: bytes, options: bytes, seconds: float) -> Assessment:
        """One check.

        Raises:
            WorkerEndedError: the worker died, or was ended because it took too long.
            PhotoError: of the photo.
        """
        late = threading.Event()

        def end() -> None:
            late.set()
            self._process.kill()

        timer = threading.Timer(seconds, end)
        timer.start()
        try:
            return self._ask(photo, options)
        except (EOFError, BrokenPipeError) as error:
            raise WorkerEndedError("late" if late.is_set() else self._end()) from error
        except (ValueError, KeyError, IndexError, TypeError) as error:
            raise WorkerEndedError("no answer that can be read") from error
        finally:
            timer.cancel()

    def _end(self) -> str:
        try:
            status = self._process.wait(1)
        except subprocess.TimeoutExpired:
            return "no answer"
        return signal.Signals(-status).name if status < 0 else f"exit {status}"

    def _ask(self, photo: bytes, options: bytes) -> Assessment:
        entrance, exit_ = self._process.stdin, self._process.stdout
        if entrance is None or exit_ is None:
            raise EOFError
        if not self.ready:
            if read_frame(exit_) != b"ready":
                raise EOFError
            self.ready = True
        write_frame(entrance, options)
        write_frame(entrance, photo)
        entrance.flush()
        count = read_frame(exit_)
        if count is None:
            raise EOFError
        frames = [read_frame(exit_) for _ in range(count[0])]
        return _wire.unpack([frame for frame in frames if frame is not None])

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                # What was never read by the worker that died is of no use to anybody.
                with contextlib.suppress(BrokenPipeError):
                    stream.close()


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
        self._free: queue.Queue[_Worker | None] = queue.Queue()
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
        self, photo: bytes, profile: str = "default", *, child: bool = False, keep: bool = True
    ) -> Assessment:
        """Check one photo in a worker. See `habeas.portrait.check`.

        Raises:
            PhotoError: the photo cannot be read, or shows no face.
            PoolBusyError: no worker became free in time.
        """
        if not photo:
            raise EmptyPhotoError(*words("empty"))
        if len(photo) > MAX_BYTES:
            raise TooLargeError(*words("too-large"))
        try:
            worker = self._free.get(timeout=self._patience)
        except queue.Empty as error:
            raise PoolBusyError("Many photos are being checked just now.") from error
        worker = worker or _Worker()
        again: _Worker | None = worker
        options = json.dumps({"profile": profile, "child": child, "keep": keep}).encode()
        try:
            return worker.check(photo, options, self._seconds)
        except WorkerEndedError as error:
            # Nothing of the photo is told: that it happens, and how often, is what matters.
            _LOG.warning("A photo ended its worker: %s.", error)
            worker.close()
            again = None
            raise BrokenPhotoError(*words("broken")) from error
        finally:
            self._free.put(again)

    def close(self) -> None:
        """End all workers."""
        for _ in range(self.workers):
            worker = self._free.get()
            if worker is not None:
                worker.close()
            self._free.put(None)
