"""The asking side: start a worker, send jobs, wait for answers, and never for ever."""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Self

from habeas.confined.errors import JobError, WorkerDiedError, WorkerStalledError
from habeas.confined.messages import Answer, Json, Message, MessageError, decode, encode
from habeas.confined.patience import Patience, pulse
from habeas.confined.rights import Confinement
from habeas.foundation.errors import HabeasError

_LOG = logging.getLogger(__name__)
_CHUNK = 1024 * 1024
#: Of the environment, what finds programs, libraries, models and devices. The rest may hold
#: secrets, which are none of a worker's business.
_KEPT = ("PATH", "HOME", "LANG", "TZ", "TMPDIR", "HABEAS_ASSETS", "VIRTUAL_ENV")
_KEPT_BEGINNINGS = ("LC_", "LD_", "PYTHON", "CUDA", "NVIDIA", "COVERAGE")
#: One thread each: parallel jobs use the cores, not one job's matrices.
_THREADS = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


class _Watch:
    """Watches over a worker from one message to the next.

    Args:
        process: its number.
        stall: see `WorkerProcess.run`.
    """

    def __init__(self, process: int, stall: float) -> None:
        self.stall = stall
        #: Seconds between two looks.
        self.pause = min(1.0, stall / 4)
        self._process = process
        self._patience = Patience(stall)
        self._last = time.monotonic()

    def over(self) -> bool:
        """Whether the worker is to be given up; it is looked at when the last look is long ago."""
        passed = time.monotonic() - self._last
        if passed < self.pause:
            return False
        self._last += passed
        # This process may have waited itself, for the same machine.
        return self._patience.over(pulse(self._process), min(passed, 2 * self.pause))


class WorkerProcess:
    """A worker process, started at once. One caller at a time.

    Args:
        module: run as ``python -m``; it calls `habeas.confined.serve`.
        environment: variables beside those that are passed on anyway.
        start: seconds that loading may take.
    """

    def __init__(
        self, module: str, *, environment: Mapping[str, str] | None = None, start: float = 120.0
    ) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment() | _THREADS | dict(environment or {}),
            # Ctrl-C at a terminal is for the parent, which then ends its workers.
            start_new_session=True,
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise WorkerDiedError("The worker did not start.")
        self._entrance, self._exit = self._process.stdin, self._process.stdout
        os.set_blocking(self._entrance.fileno(), False)
        os.set_blocking(self._exit.fileno(), False)
        _widen(self._entrance.fileno(), self._exit.fileno())
        self._start = start
        self._ready = False
        #: What holds the worker; None until it has said so.
        self.confinement: Confinement | None = None

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(
        self,
        job: Json,
        blobs: Sequence[bytes] = (),
        *,
        stall: float,
        progress: Callable[[Json], None] | None = None,
    ) -> Answer:
        """Have one job done. After any error but `JobError` the worker is of no more use.

        Args:
            job: any JSON.
            blobs: bytes beside it.
            stall: seconds of processor time, or of rest, without progress after which the worker
                is ended; waiting for a busy machine does not count.
            progress: called with what the worker tells of its progress; without, telling any
                is an error.

        Raises:
            JobError: the handler's own.
            WorkerDiedError: the worker ended, failed, or sent what is no answer.
            WorkerStalledError: it worked or rested for *stall* seconds without progress.
        """
        self._wait_until_ready()
        head = {"kind": "job", "job": job, "stall": stall}
        self._write(encode(Message(head, blobs)), stall)
        while True:
            message = self._read(stall)
            match message.kind:
                case "progress" if progress is not None:
                    progress(message.head.get("value"))
                case "answer":
                    self._note(message)
                    return Answer(message.head.get("value"), message.blobs)
                case _:
                    raise self._problem(message)

    def _problem(self, message: Message) -> HabeasError:
        """The error that a message tells, or is."""
        match message.kind:
            case "error":
                told = (str(message.head.get(each)) for each in ("code", "cause", "remedy"))
                return JobError(*told)
            case "failed":
                name = str(message.head.get("error"))[:200]
                return self._died(f"The worker failed ({name}).")
            case _:
                return self._died("The worker sent what is no answer.")

    def close(self) -> None:
        """End the worker, whatever it does."""
        self._process.kill()
        self._process.wait()
        for stream in (self._entrance, self._exit):
            # What was never read by a worker that died is of no use to anybody.
            with contextlib.suppress(OSError):
                stream.close()

    def _wait_until_ready(self) -> None:
        if self._ready:
            return
        message = self._read(self._start)
        if message.kind != "ready":
            raise self._problem(message)
        self._ready = True
        self._note(message)

    def _note(self, message: Message) -> None:
        told = message.head.get("confinement")
        if self.confinement is not None or told is None:
            return
        try:
            self.confinement = Confinement(**told)
        except TypeError as error:
            raise self._died("The worker does not say what holds it.") from error
        if self.confinement.open_doors:
            doors = ", ".join(self.confinement.open_doors)
            _LOG.warning("A worker keeps more than it needs: %s.", doors)

    def _write(self, content: bytes, stall: float) -> None:
        left, watch = memoryview(content), _Watch(self.pid, stall)
        while left:
            self._await(watch, writing=True)
            try:
                left = left[os.write(self._entrance.fileno(), left[:_CHUNK]) :]
            except BlockingIOError:
                continue
            except OSError as error:
                raise self._died(f"The worker ended: {self._how()}.") from error

    def _read(self, stall: float) -> Message:
        # Only a whole message is progress: bytes that trickle are not.
        watch = _Watch(self.pid, stall)

        def read(count: int) -> bytes:
            parts = bytearray()
            while len(parts) < count:
                self._await(watch, writing=False)
                try:
                    part = os.read(self._exit.fileno(), min(_CHUNK, count - len(parts)))
                except BlockingIOError:
                    continue
                if not part:
                    raise self._died(f"The worker ended: {self._how()}.")
                parts += part
            return bytes(parts)

        try:
            return decode(read)
        except MessageError as error:
            raise self._died(f"The worker sent {error}.") from error

    def _await(self, watch: _Watch, *, writing: bool) -> None:
        descriptor = (self._entrance if writing else self._exit).fileno()
        # poll, because select knows no descriptor above 1,023.
        waiting = select.poll()
        waiting.register(descriptor, select.POLLOUT if writing else select.POLLIN)
        there = False
        while not there:
            there = bool(waiting.poll(1000 * watch.pause))
            if watch.over():
                self.close()
                raise WorkerStalledError(
                    f"Nothing came of {watch.stall:.0f} seconds of work or of rest."
                )

    def _died(self, cause: str) -> WorkerDiedError:
        self.close()
        return WorkerDiedError(cause)

    def _how(self) -> str:
        try:
            status = self._process.wait(1)
        except subprocess.TimeoutExpired:
            return "no answer"
        return signal.Signals(-status).name if status < 0 else f"exit {status}"


def _widen(*pipes: int) -> None:
    """Let each hold a whole photo: both sides wait for each other once, not for every 64 kB."""
    for pipe in pipes:
        # A kernel that gives no more to this user gives what it has.
        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _CHUNK)


def _environment() -> dict[str, str]:
    return {
        name: value
        for name, value in os.environ.items()
        if name in _KEPT or name.startswith(_KEPT_BEGINNINGS)
    }
