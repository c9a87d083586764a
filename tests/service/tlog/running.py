"""Real logs and witnesses on this machine, for tests over HTTP."""

import contextlib
import socket
import threading
import time

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from habeas import tlog
from tests.waiting import until


def listening(port=0):
    return socket.create_server(("127.0.0.1", port))


@contextlib.contextmanager
def served(app, sock=None):
    """*app* behind a socket; gives its address once it answers."""
    sock = sock or listening()
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]})
    thread.start()
    try:
        until(lambda: server.started or not thread.is_alive(), "the service", pause=0.002)
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        sock.close()


def witness_app(witness):
    async def add(request: Request) -> Response:
        answer = witness.add_checkpoint(await request.body(), int(time.time()))
        return Response(answer.body, answer.status, {"content-type": answer.media_type})

    return Starlette(routes=[Route("/add-checkpoint", add, methods=["POST"])])


def policy_of(folder):
    return tlog.Policy.parse((folder / "policy.txt").read_text())
