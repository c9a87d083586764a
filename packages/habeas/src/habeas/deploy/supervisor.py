"""Starting several processes, and stopping them together: for trying out, on one machine.

A process that dies is started again, with growing pauses. When the supervisor itself
dies, however suddenly, the kernel ends its processes too (Linux ``PR_SET_PDEATHSIG``).
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from habeas.foundation.errors import HabeasError

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)
#: A busy machine takes seconds to answer, and minutes to start eleven processes.
_ANSWER_SECONDS, _HEALTHY_SECONDS = 10.0, 300.0
_STOP_SECONDS = 15.0


class ProcessError(HabeasError):
    """A process that does not start, or does not stay."""

    code = "process"


@dataclass(frozen=True)
class Process:
    """One process to be run.

    Attributes:
        name: short, for people and for the name of its output file.
        command: program and arguments.
        health: address that answers 200 when the process works; None for none.
        environment: variables on top of the supervisor's own.
    """

    name: str
    command: Sequence[str]
    health: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)


class _Running:
    def __init__(self, process: Process, output: Path) -> None:
        self.process = process
        self.output = output
        self.failures = 0
        self.next_start = 0.0
        self.popen: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.output.open("ab") as output:
            self.popen = subprocess.Popen(
                self.process.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self.process.environment},
                # A session of its own: Ctrl-C reaches the supervisor alone, which stops
                # the processes in order.
                start_new_session=True,
                preexec_fn=_die_with_parent,  # noqa: PLW1509 - the supervisor has one thread
            )

    def healthy(self) -> bool:
        if self.popen is None or self.popen.poll() is not None:
            return False
        if self.process.health is None:
            return True
        try:
            answer = httpx.get(self.process.health, timeout=_ANSWER_SECONDS, trust_env=False)
        except httpx.HTTPError:
            return False
        return answer.status_code == 200

    def last_words(self) -> str:
        lines = self.output.read_text(errors="replace").strip().splitlines()
        return lines[-1][:300] if lines else "it said nothing"


def _die_with_parent() -> None:
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Supervisor:
    """Processes that run together. Use it as a context manager.

    Args:
        processes: in the order of starting; they stop in the reverse order.
        outputs: folder for one ``NAME.log`` of each process's output.
    """

    def __init__(self, processes: Sequence[Process], outputs: Path) -> None:
        outputs.mkdir(parents=True, exist_ok=True)
        self._running = [_Running(each, outputs / f"{each.name}.log") for each in processes]

    def __enter__(self) -> Self:
        try:
            for each in self._running:
                each.start()
        except BaseException:
            # Those before it run, and whoever began them all is given nothing to end.
            self.stop()
            raise
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self.stop()

    def pids(self) -> dict[str, int]:
        """Process id of each running process, by name."""
        return {r.process.name: r.popen.pid for r in self._running if r.popen is not None}

    def wait_until_healthy(self, seconds: float = _HEALTHY_SECONDS) -> None:
        """Wait until every process answers.

        Raises:
            ProcessError: one has ended, or does not answer in time.
        """
        deadline = time.monotonic() + seconds
        for each in self._running:
            while not each.healthy():
                ended = each.popen is not None and each.popen.poll() is not None
                if ended or time.monotonic() > deadline:
                    what = "has ended" if ended else f"does not answer after {seconds:.0f} s"
                    raise ProcessError(
                        f"The process {each.process.name} {what}: {each.last_words()}",
                        f"Read {each.output} for the whole story.",
                    )
                time.sleep(0.05)

    def tend(self) -> list[str]:
        """Start again what has died; returns the names. Call it now and then."""
        started = []
        now = time.monotonic()
        for each in self._running:
            if each.popen is None or each.popen.poll() is None:
                continue
            if each.next_start == 0.0:
                each.failures += 1
                each.next_start = now + min(0.2 * 2 ** min(each.failures - 1, 8), 30.0)
            if now >= each.next_start:
                each.start()
                each.next_start = 0.0
                started.append(each.process.name)
        return started

    def stop(self) -> None:
        """Ask every process to stop, and end those that do not."""
        for each in reversed(self._running):
            if each.popen is not None and each.popen.poll() is None:
                each.popen.terminate()
        deadline = time.monotonic() + _STOP_SECONDS
        for each in reversed(self._running):
            if each.popen is None:
                continue
            try:
                each.popen.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                each.popen.kill()
                each.popen.wait()
