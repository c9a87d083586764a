"""The guard of this folder would notice."""

import contextlib
import os
import socket
import subprocess
import threading
import time

import pytest

from tests.unit.conftest import NotAUnitTestError, _watch


def _connect():
    with socket.socket() as one:
        one.connect(("127.0.0.1", 9))


def _listen():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))


FORBIDDEN = {
    "connecting": _connect,
    "listening": _listen,
    "looking up a name": lambda: socket.getaddrinfo("localhost", 80),
    "a process": lambda: subprocess.run(["true"], check=True),
    "a fork": os.fork,
    "a shell": lambda: os.system("true"),  # noqa: S605
    "sleeping": lambda: time.sleep(0),  # noqa: TID251 - what is forbidden
}


@pytest.mark.parametrize("act", FORBIDDEN)
def test_what_leaves_the_process_or_waits_is_stopped(act):
    with pytest.raises(NotAUnitTestError):
        FORBIDDEN[act]()
    assert _watch.seen
    _watch.seen.clear()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_it_is_noticed_in_another_thread_too():
    def other():
        with contextlib.suppress(Exception):
            _connect()

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    assert _watch.seen == ["socket.connect"]
    _watch.seen.clear()
