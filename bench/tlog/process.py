"""A log in a process of its own, on a port that nobody else can take meanwhile."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import uvicorn

from bench.tlog.common import WRITER
from habeas.tlog.admission import AdmitSigned, InWorkers
from habeas.tlog.server import make_app

_CHILD = """
import sys
from pathlib import Path
from bench.tlog.process import serve
serve(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), checked=sys.argv[4] == "1")
"""


@contextlib.contextmanager
def log_process(
    folder: Path, interval: float, *, checked: bool = False
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Start it; gives the process and its port, and ends it.

    Args:
        folder: the log's.
        interval: seconds between batches.
        checked: whether each entry's signature is checked.
    """
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listening:
        port: int = listening.getsockname()[1]
        handle = listening.fileno()
        arguments = [str(folder), str(handle), str(interval), str(int(checked))]
        process = subprocess.Popen([sys.executable, "-c", _CHILD, *arguments], pass_fds=[handle])
    try:
        yield process, port
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def serve(folder: Path, handle: int, interval: float, *, checked: bool) -> None:
    """Serve the log in *folder* at a socket that was inherited."""
    # uvicorn sends itself the signal once more when it is done: the pool must end before that.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with contextlib.ExitStack() as stack:
        takes = None
        if checked:
            pool = stack.enter_context(ProcessPoolExecutor())
            takes = InWorkers(AdmitSigned([WRITER.verifier]), pool)
        app = make_app(folder, takes, interval=interval)
        config = uvicorn.Config(
            app, log_level="error", access_log=False, timeout_graceful_shutdown=3
        )
        uvicorn.Server(config).run(sockets=[socket.socket(fileno=handle)])
