"""A process for a group of cameras, on the machine where it is asked for.

A recorder confines itself, and leaves itself no network but its cameras'. So what a cluster runs
is not the recorder, but who starts it: `habeas cameras serve --shared` as a process of its own,
which ends when its starter does (its standard input ends), and is started again when it ends by
itself. Nothing in here knows the cluster.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Sequence

#: Seconds until a process that ended by itself is started again.
_AGAIN = 5.0
#: Lines of what it says that wait to be fetched; older ones go.
_LINES = 500
#: Seconds for a process to end: recorders finish what they have received.
_PATIENCE = 75.0
#: What a cluster's processes are told, and a recorder is not: where the cluster is, and that it
#: has no GPU, which is so for those alone that asked the cluster for one.
_OF_THE_CLUSTER = ("RAY_", "CUDA_VISIBLE_DEVICES")


class Attended:
    """Keeps a command of `habeas` running until `end`.

    Args:
        arguments: after ``habeas``; the command must end when its standard input does.
        again: seconds until it is started again.
        program: in place of ``habeas``.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        again: float = _AGAIN,
        program: Sequence[str] = (sys.executable, "-m", "habeas.cli"),
    ) -> None:
        self._command = [*program, *arguments]
        self._again = again
        self._said: deque[str] = deque(maxlen=_LINES)
        self._ended = threading.Event()
        self._changing = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._thread = threading.Thread(target=self._attend, daemon=True)
        self._thread.start()

    def said(self) -> list[str]:
        """What it said since this was asked last; tells by answering that the machine lives."""
        lines = []
        with contextlib.suppress(IndexError):
            while True:
                lines.append(self._said.popleft())
        return lines

    def end(self) -> list[str]:
        """End the process, which finishes what it has; its last words."""
        with self._changing:
            self._ended.set()
            process = self._process
        if process is not None and process.stdin is not None:
            process.stdin.close()
        self._thread.join(_PATIENCE)
        if self._thread.is_alive() and process is not None:
            process.kill()
            self._thread.join()
        return self.said()

    def _attend(self) -> None:
        while True:
            with self._changing:
                if self._ended.is_set():
                    return
                process = self._start()
            if process is not None:
                self._listen(process)
            if self._ended.wait(self._again):
                return

    def _start(self) -> subprocess.Popen[str] | None:
        environment = {
            name: value for name, value in os.environ.items()
            if not name.startswith(_OF_THE_CLUSTER)
        }  # fmt: skip
        try:
            self._process = subprocess.Popen(
                self._command, env=environment, text=True, errors="replace",
                stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            )  # fmt: skip
        except OSError as error:
            self._said.append(f"the recorders do not start: {error.strerror}")
            return None
        return self._process

    def _listen(self, process: subprocess.Popen[str]) -> None:
        with process:
            for line in process.stderr or ():
                self._said.append(line.rstrip())
        if not self._ended.is_set():
            status = process.returncode
            self._said.append(f"the recorders ended, status {status}; they are started again")
