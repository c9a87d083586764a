"""The process from which `tests.starts` forks: `python -m tests.starter DESCRIPTOR`.

It loads what no setting changes, has one thread, and ends with the line to its parent. What it
forks goes on below as the program that was asked for, as far as `python -m` would have come when
that begins.
"""

from __future__ import annotations

import fcntl
import gc
import importlib
import json
import os
import pickle
import random
import runpy
import signal
import socket
import sys
import threading
import time
from typing import Any, NamedTuple

from tests.starts import MOST_BYTES, MOST_DESCRIPTORS

#: None of them needs settings, or starts threads.
LOADED = (
    "django.contrib.staticfiles.finders", "django.core.handlers.wsgi",
    "django.core.management.commands.migrate", "django.db.backends.sqlite3.base",
    "django.db.migrations.executor", "django.template.defaulttags", "django.template.loader",
    "django.templatetags.i18n", "django.utils.translation.trans_real",
    "django.views.generic", "gunicorn.app.wsgiapp", "gunicorn.workers.gthread",
    "habeas.cli", "habeas.cli.log", "habeas.cli.office", "habeas.cli.portal",
    "habeas.cli.trustee", "habeas.office.client", "habeas.office.serving",
    "habeas.protocol.client", "habeas.tlog.command", "habeas.tlog.server",
    "habeas.trustee.command", "habeas.trustee.web", "rich.console", "typer.rich_utils",
    "uvicorn.lifespan.on", "uvicorn.logging", "uvicorn.loops.auto",
    "uvicorn.protocols.http.auto",
)  # fmt: skip


class Program(NamedTuple):
    """What a forked process is to run."""

    how: str
    what: str
    folder: str


def _serve(line: socket.socket) -> Program | None:
    """Fork at each request; gives the program in the process that runs it, None at the end."""
    while True:
        asked, descriptors, _, _ = socket.recv_fds(line, MOST_BYTES, MOST_DESCRIPTORS)
        if not asked:
            return None
        request = json.loads(asked)
        go, told = os.pipe(), os.pipe()
        between = os.fork()
        if not between:
            if (forked := os.fork()):  # fmt: skip
                os.write(told[1], b"%d" % forked)
                os._exit(0)
            line.close()
            for each in (go[1], *told):
                os.close(each)
            return _become(request, descriptors, go[0])
        os.waitpid(between, 0)
        # From here on the process has the parent that it will have, whose end its own start may
        # wish to hear of.
        number = os.read(told[0], 20)
        os.write(go[1], b"!")
        for each in (*go, *told, *descriptors):
            os.close(each)
        line.send(number)


def _become(request: dict[str, Any], descriptors: list[int], go: int) -> Program:
    os.read(go, 1)
    os.close(go)
    places = request["descriptors"]
    # None may be overwritten before it has its place.
    above = max(places) + 1
    held = [fcntl.fcntl(each, fcntl.F_DUPFD_CLOEXEC, above) for each in descriptors]
    for each in descriptors:
        os.close(each)
    for each, place in zip(held, places, strict=True):
        os.dup2(each, place, inheritable=True)
        os.close(each)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    os.umask(request["mask"])
    if request["session"]:
        os.setsid()
    if request["group"] is not None and request["group"] >= 0:
        os.setpgid(0, request["group"])
    first = pickle.loads(bytes.fromhex(request["first"]))  # noqa: S301 - from our parent
    if first is not None:
        first()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    time.tzset()
    random.seed()
    gc.enable()
    how, what, rest = request["how"], request["what"], request["rest"]
    sys.argv = [how, *rest]
    sys.orig_argv = [sys.executable, how, what, *rest]
    sys.path[0] = "" if how == "-c" else request["folder"]
    return Program(how, what, request["folder"])


def _load() -> None:
    gc.disable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for each in LOADED:
        importlib.import_module(each)
    assert threading.active_count() == 1, threading.enumerate()
    assert len(os.listdir("/proc/self/task")) == 1, "a library has started threads"  # noqa: PTH208
    gc.freeze()


def _main() -> Program | None:
    with socket.socket(fileno=int(sys.argv[1])) as line:
        line.set_inheritable(False)
        _load()
        return _serve(line)


if __name__ == "__main__" and (_program := _main()) is not None:
    if _program.how == "-m":
        runpy.run_module(_program.what, run_name="__main__", alter_sys=True)
    else:
        exec(compile(_program.what, "<string>", "exec"), {"__name__": "__main__"})  # noqa: S102
