"""Real processes that start at once: Python programs of ours, forked from one that has loaded.

Loading libraries is most of what a short command costs, and most of what an installation's
eleven processes cost until they answer. `subprocess.Popen` of this process hands those programs
(`starter.MODULES`, and code of the portal's) to a starter, which has loaded what no setting
changes. It forks; the process that results is this one's child and has the command's arguments,
environment, folder and descriptors. It is waited for, signalled, killed and counted as any child,
and runs the same module as `python -m`. What starts in another way starts as ever: other programs
and interpreters, options of the interpreter or variables that it reads at its start, another user
or group, a function before the start that has no name, a run that measures coverage.

`HABEAS_TESTS_EXEC=1` has everything start as ever.
"""

from __future__ import annotations

import ctypes
import inspect
import json
import os
import pickle
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from tests.places import ROOT

#: Programs that are run as `python -m`.
MODULES = frozenset({"habeas.cli", "habeas.trustee", "habeas.tlog", "gunicorn",
                     "habeas.deploy.sample_officers"})  # fmt: skip
#: Variables that the interpreter, or a library while it loads, reads at its start.
_AT_START = ("PYTHON", "LC_", "LANG", "LD_", "TZ", "OMP_", "OPENBLAS_", "MKL_", "COVERAGE",
             "PYDANTIC", "MALLOC")  # fmt: skip
#: Looked at later than that, and set by Ray in the process that speaks with it.
_LATER = "PYTHONBREAKPOINT"
_PR_SET_CHILD_SUBREAPER = 36
_LIBC = ctypes.CDLL(None, use_errno=True)
#: What one message holds, and the descriptors that go with it.
MOST_BYTES, MOST_DESCRIPTORS = 100_000, 64


class Starter:
    """The process that forks, and what this one says to it."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self.environment = _at_start(os.environ)
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._turn = threading.Lock()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.starter", str(theirs.fileno())],
                pass_fds=[theirs.fileno()], cwd=ROOT,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            )  # fmt: skip

    def start(self, request: Mapping[str, Any], descriptors: Sequence[int]) -> int:
        """Start a process; gives its number."""
        with self._turn:
            # The new process's own parent ends at once: the kernel gives it to this one.
            _LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
            try:
                socket.send_fds(self._line, [json.dumps(request).encode()], list(descriptors))
                answer = self._line.recv(100)
            finally:
                _LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)
        assert answer, "the starter has ended"
        return int(answer)

    def stop(self) -> None:
        """End it, when nothing starts any more."""
        self._line.close()
        self._process.wait()


_starter: list[Starter] = []
_POPEN: Any = subprocess.Popen
_original = _POPEN._execute_child
_PARAMETERS = list(inspect.signature(_original).parameters)
_making = threading.Lock()


def install() -> None:
    """Have `subprocess.Popen` of this process start such programs at once."""
    if sys.platform == "linux" and not os.environ.get("HABEAS_TESTS_EXEC"):
        _POPEN._execute_child = _execute_child


def remove() -> None:
    """Have it start everything as ever, and end the starter."""
    _POPEN._execute_child = _original
    while _starter:
        _starter.pop().stop()


def _execute_child(popen: Any, *arguments: Any) -> None:
    asked = dict(zip(_PARAMETERS[1:], arguments, strict=True))
    request = _request(asked)
    if request is None:
        _original(popen, *arguments)
        return
    sys.audit("subprocess.Popen", asked["args"][0], asked["args"], asked["cwd"], asked["env"])
    with _making:
        if not _starter:
            _starter.append(Starter())
    streams = [asked["p2cread"], asked["c2pwrite"], asked["errwrite"]]
    descriptors = {place: each if each != -1 else place for place, each in enumerate(streams)}
    descriptors |= {int(each): int(each) for each in asked["pass_fds"]}
    request["descriptors"] = list(descriptors)
    popen.pid = _starter[0].start(request, list(descriptors.values()))
    popen._child_created = True
    popen._close_pipe_fds(
        *(asked[f"{a}{b}"] for a, b in (
            ("p2c", "read"), ("p2c", "write"), ("c2p", "read"), ("c2p", "write"),
            ("err", "read"), ("err", "write"),
        ))
    )  # fmt: skip


def _request(asked: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the starter is told; None where the process has to start as ever."""
    words = asked["args"]
    if not isinstance(words, (list, tuple)) or len(words) < 3 or asked["executable"] is not None:
        return None
    words = [os.fsdecode(each) for each in words]
    program, how, what, *rest = words
    ours = what in MODULES if how == "-m" else how == "-c" and "habeas.portal" in what
    environment = dict(os.environ if asked["env"] is None else asked["env"])
    before = _starter[0].environment if _starter else _at_start(os.environ)
    as_ever = (
        program != sys.executable or not ours or asked["shell"] or not asked["close_fds"]
        or not asked["restore_signals"] or asked["umask"] >= 0
        or any(asked[each] is not None for each in ("gid", "gids", "uid"))
        or _at_start(environment) != before or any(map(_measures, environment))
        or (_starter and _starter[0].owner != os.getpid())
        or len(asked["pass_fds"]) + 3 > MOST_DESCRIPTORS
    )  # fmt: skip
    if as_ever:
        return None
    folder = os.fsdecode(asked["cwd"]) if asked["cwd"] is not None else os.getcwd()  # noqa: PTH109
    first = _named(asked["preexec_fn"])
    if first is None or not os.access(folder, os.X_OK):
        return None
    request = {
        "how": how, "what": what, "rest": rest, "environment": environment, "folder": folder,
        "first": first, "session": bool(asked["start_new_session"]),
        "group": asked.get("process_group", -1), "mask": _mask(),
    }  # fmt: skip
    return request if len(json.dumps(request)) < MOST_BYTES else None


def _named(function: Callable[[], object] | None) -> str | None:
    """A function as another process finds it, by its name; None where it has none."""
    with suppress(AttributeError, pickle.PicklingError, TypeError):
        return pickle.dumps(function).hex()
    return None


def _mask() -> int:
    with open("/proc/self/status") as status:  # noqa: PTH123 - each start reads it
        return next(int(line.split()[1], 8) for line in status if line.startswith("Umask"))


def _at_start(environment: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value for name, value in environment.items()
        if name.startswith(_AT_START) and name != _LATER
    }  # fmt: skip


def _measures(name: str) -> bool:
    return name.startswith("COVERAGE_PROCESS")
