"""An HTTP relay in front of a real object store: what it lets through, holds up, or cuts off."""

from __future__ import annotations

import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import urlsplit

#: What may happen to a request: passed on; never answered; refused; passed on without an answer
#: (it was done, and nobody hears of it); answered with half of the content; with other content.
WAYS = ("pass", "hang", "503", "lost", "half", "other")
_LEFT_OUT = {"connection", "transfer-encoding", "content-length"}


class Relay:
    """Stands before *target* until it is closed.

    Args:
        target: address of the real server.
        host: address to listen at.

    Attributes:
        way: what happens to every request from now on, one of `WAYS`.
        every: it happens to each so-manieth request; all others pass.
        only: it happens to this method alone; empty for all.
        failed: how many it has happened to.
    """

    def __init__(self, target: str, host: str = "127.0.0.1") -> None:
        self.way, self.every, self.only = "pass", 1, ""
        self.failed = self._count = 0
        self._lock = threading.Lock()
        self._target = urlsplit(target).netloc
        #: Set when it closes: whoever hangs is let go.
        self.ended = threading.Event()
        self._server = _Server((host, 0), type("Handler", (_Handler,), {"relay": self}))
        self.url = f"http://{host}:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let everybody go."""
        self.ended.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def choose(self, method: str) -> str:
        """What happens to this request."""
        with self._lock:
            if self.way == "pass" or self.only not in ("", method):
                return "pass"
            self._count += 1
            if self._count % self.every:
                return "pass"
            self.failed += 1
            return self.way

    def ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Any:
        """What the real server answers: status, headers, content."""
        connection = http.client.HTTPConnection(self._target, timeout=60)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()


class _Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True


class _Handler(BaseHTTPRequestHandler):
    relay: Relay
    protocol_version = "HTTP/1.1"

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except OSError:  # the client has gone
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _relay(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        way = self.relay.choose(self.command)
        if way == "503":
            self._answer(503, [], b"not now")
            return
        if way == "hang":
            self.relay.ended.wait()
            self.close_connection = True
            return
        try:
            answer = self.relay.ask(self.command, self.path, body, dict(self.headers))
        except OSError:
            way = "lost"  # the real server is away
        if way == "lost":
            self.close_connection = True
            return
        status, headers, content = answer
        self._answer(
            status, headers, bytes(len(content)) if way == "other" else content, cut=way == "half"
        )

    def _answer(
        self, status: int, headers: list[tuple[str, str]], content: bytes, *, cut: bool = False
    ) -> None:
        self.send_response_only(status)
        length = len(content)
        for name, value in headers:
            if self.command == "HEAD" and name.lower() == "content-length":
                length = int(value)
            elif name.lower() not in _LEFT_OUT:
                self.send_header(name, value)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content[: length // 2] if cut else content)
        self.close_connection = self.close_connection or cut

    do_GET = do_PUT = do_DELETE = do_HEAD = do_POST = _relay  # noqa: N815 - the library's names
