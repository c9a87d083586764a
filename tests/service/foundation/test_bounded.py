"""Who sends its answer a byte at a time is given up, however often a byte comes."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import socket
import threading

import httpx
import pytest

from habeas.foundation import bounded
from habeas.foundation.authorities import authorities
from habeas.foundation.forward import async_direct, direct

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
#: What comes first, and what comes then, again and again.
DRIPS = {
    "headers": (_HEAD, b"X-A: b\r\n"),
    "one header": (_HEAD + b"X-A: ", b"b"),
    "answers before the answer": (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    "the body": (_HEAD + b"\r\n", b"x"),
}


@contextlib.contextmanager
def dripping(first, then, stopped):
    """A server that sends *first*, and then *then* for as long as somebody reads; its address."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            with contextlib.suppress(OSError):
                connection, _ = server.accept()
                with connection:
                    connection.recv(65536)
                    for part in itertools.chain([first], itertools.repeat(then)):
                        connection.sendall(part)
                        if stopped.wait(0.02):  # how fast it drips; nothing is waited for
                            return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        stopped.set()
    thread.join()


_HOW = {"trust_env": False, "verify": authorities(), "timeout": 600}


@pytest.mark.parametrize("what", DRIPS)
def test_a_drip_ends(what):
    with (
        dripping(*DRIPS[what], threading.Event()) as url,
        httpx.Client(transport=direct(), **_HOW) as client,
        pytest.raises(httpx.ReadTimeout),
    ):
        client.get(url, extensions={bounded.WHOLE: 0.3})


@pytest.mark.parametrize("what", DRIPS)
def test_a_drip_ends_for_asyncio_too(what):
    async def ask(url):
        async with httpx.AsyncClient(transport=async_direct(), **_HOW) as client:
            await client.get(url, extensions={bounded.WHOLE: 0.3})

    with dripping(*DRIPS[what], threading.Event()) as url, pytest.raises(httpx.ReadTimeout):
        asyncio.run(ask(url))
