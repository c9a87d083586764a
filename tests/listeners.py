"""Who listens in this process: no module of tests leaves a port open behind itself.

One that is left is told of when Python finds it, in whatever test runs then. Python's audit events
(PEP 578) tell of every socket that gets an address, and so where it began.
"""

from __future__ import annotations

import gc
import os
import socket
import sys
import weakref

from tests.waiting import until

#: Each with the test that ran when it got its address. Other threads add to it meanwhile.
_bound: list[tuple[weakref.ref[socket.socket], str]] = []


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.bind" and isinstance(arguments[0], socket.socket):
        _bound.append((weakref.ref(arguments[0]), os.environ.get("PYTEST_CURRENT_TEST", "")))


# Hooks cannot be removed, so there is one for the whole process.
sys.addaudithook(_note)


def _listens(one: socket.socket) -> bool:
    try:
        return bool(one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
    except OSError:  # it was closed meanwhile
        return False


def left() -> list[str]:
    """The tests in which those began that listen still."""
    found = []
    for each in tuple(_bound):
        one = each[0]()
        if one is None or one.fileno() < 0:
            _bound.remove(each)
        elif _listens(one):
            found.append(each[1])
    return found


def verify_none_left() -> None:
    """Raise unless nobody listens any more; whoever is about to close may do so."""
    if left():
        gc.collect()  # what nobody holds is told of here, and not in another test
        until(lambda: not left(), f"the end of what listens since {left()}")
