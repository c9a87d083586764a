"""Real logs and witnesses on this machine, for tests over HTTP."""

import contextlib
import socket
import threading

import uvicorn

from habeas import tlog
from habeas.deploy.addresses import free_ports
from habeas.foundation.listening import KEPT_SECONDS
from habeas.tlog.server.witness_app import witness_app
from tests.waiting import until

__all__ = ["listening", "policy_of", "served", "witness_app"]


def listening(port=0):
    return socket.create_server(("127.0.0.1", port or free_ports(1)[0]))


@contextlib.contextmanager
def served(app, sock=None):
    """*app* behind a socket; gives its address once it answers."""
    sock = sock or listening()
    config = uvicorn.Config(app, log_level="critical", timeout_keep_alive=KEPT_SECONDS)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]})
    thread.start()
    try:
        until(lambda: server.started or not thread.is_alive(), "the service", pause=0.002)
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        sock.close()


def policy_of(folder):
    return tlog.Policy.parse((folder / "policy.txt").read_bytes())
