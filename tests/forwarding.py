"""A forward proxy for tests: CONNECT of RFC 9110, section 9.3.6, with names of its own."""

from __future__ import annotations

import base64
import contextlib
import socket
import socketserver
import threading
from collections.abc import Iterator, Mapping


class ForwardProxy:
    """Carries TLS to machines of this test alone, and remembers who asked for whom.

    Args:
        names: the port of 127.0.0.1 that stands for each host name.
        user: name and password that it asks for, with a colon; empty for none.
    """

    def __init__(self, names: Mapping[str, int], user: str = "") -> None:
        self.asked: list[str] = []
        proxy = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                method, target, _ = self.rfile.readline().decode().split(" ", 2)
                headers = {}
                while line := self.rfile.readline().decode().strip():
                    name, _, value = line.partition(":")
                    headers[name.lower()] = value.strip()
                wanted = f"Basic {base64.b64encode(user.encode()).decode()}"
                host = target.rpartition(":")[0]
                if user and headers.get("proxy-authorization") != wanted:
                    self.wfile.write(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
                elif method != "CONNECT" or host not in names:
                    self.wfile.write(b"HTTP/1.1 403 Forbidden\r\n\r\n")
                else:
                    proxy.asked.append(host)
                    self._carry(names[host])

            def _carry(self, port: int) -> None:
                with socket.create_connection(("127.0.0.1", port)) as there:
                    self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
                    back = threading.Thread(target=_pour, args=(there, self.connection))
                    back.start()
                    _pour(self.connection, there)
                    back.join()

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"127.0.0.1:{self._server.server_address[1]}"

    @contextlib.contextmanager
    def running(self) -> Iterator[ForwardProxy]:
        """Serve until the block ends."""
        thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()


def _pour(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while content := source.recv(65536):
            target.sendall(content)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
