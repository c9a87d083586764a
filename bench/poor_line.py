"""`python -m bench poor_line`: how long a poor line makes people wait, in Chromium.

The whole city behind a listener that compresses as a proxy does (gzip), and a browser whose line
is 400 kbit/s, with 150 ms for each way there and back: the first page, and the photo step until
its first question can be answered and until all that seals is there.
"""

from __future__ import annotations

import asyncio
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import uvicorn
from rich.console import Console
from rich.table import Table
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.browser.conftest import launched
from tests.waiting import until
from tests.world.city import City

#: Bytes in a second; milliseconds there and back.
LINE, ROUND_TRIP = 400_000 // 8, 150
#: Of Linux's loopback (RFC 1122, 3.2.1.3), so that the origin stays the city's own.
_HOST = "127.0.0.2"
_HOP = {"content-encoding", "content-length", "transfer-encoding", "connection"}


@contextmanager
def _compressing(url: str) -> Iterator[None]:
    """Listens on the port of *url* at another address, and compresses what it answers."""
    port = urlsplit(url).port
    assert port is not None
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60) as client:

        async def passed_on(request: Request) -> Response:
            content = await request.body()
            answer = await asyncio.to_thread(
                client.request, request.method, str(request.url.path), content=content,
                params=request.url.query,
                headers={**request.headers, "accept-encoding": "identity"},
            )  # fmt: skip
            made = Response(answer.content, answer.status_code)
            made.raw_headers += [
                (name.lower().encode(), value.encode())
                for name, value in answer.headers.multi_items()
                if name.lower() not in _HOP
            ]
            return made

        route = Route("/{path:path}", passed_on, methods=["GET", "HEAD", "POST"])
        app = Starlette(routes=[route], middleware=[Middleware(GZipMiddleware, compresslevel=5)])
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        listener = socket.create_server((_HOST, port))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        until(lambda: server.started, "the listener")
        try:
            yield
        finally:
            server.should_exit = True
            thread.join()


def _visit(browser: Any, url: str, locale: str, usable: str) -> tuple[float, float, int]:
    """Seconds until *usable* is there, and until nothing more comes; bytes until then."""
    profile = browser.new_context(locale=locale, viewport={"width": 390, "height": 844})
    page = profile.new_page()
    line = profile.new_cdp_session(page)
    line.send("Network.enable")
    loaded = [0]
    line.on("Network.loadingFinished", lambda said: loaded.append(int(said["encodedDataLength"])))
    conditions = {"downloadThroughput": LINE, "uploadThroughput": LINE, "latency": ROUND_TRIP}
    line.send("Network.emulateNetworkConditions", {"offline": False, **conditions})
    start = time.perf_counter()
    page.goto(url, wait_until="commit")
    page.wait_for_selector(usable)
    seconds, size = time.perf_counter() - start, sum(loaded)
    page.wait_for_load_state("networkidle", timeout=600_000)
    rest = time.perf_counter() - start
    profile.close()
    return seconds, rest, size


def run() -> None:
    """Print a row for each page and language."""
    table = Table("page", "language", "usable after, s", "kB until then", "all there after, s")
    pages = {"/": "h1", "/apply/hunting-licence/seal/": "[name=full_name]"}
    with tempfile.TemporaryDirectory() as folder:
        city = City(Path(folder) / "city")
        try:
            city.until_released()
            with (
                _compressing(city.url),
                launched(f"--host-resolver-rules=MAP localhost {_HOST}") as browser,
            ):
                for path, usable in pages.items():
                    for locale in ("en", "ru"):
                        seconds, rest, size = _visit(browser, city.url + path, locale, usable)
                        kilobytes = f"{size / 1000:.0f}"
                        table.add_row(path, locale, f"{seconds:.1f}", kilobytes, f"{rest:.1f}")
        finally:
            city.close()
    Console(width=110).print(table)
