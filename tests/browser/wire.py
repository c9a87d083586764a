"""A listener on the line: what a browser sends passes through and is written down, whole."""

from __future__ import annotations

import contextlib
import socket
import threading

#: Of Linux's loopback (RFC 1122, 3.2.1.3), and not the one that servers of tests listen on.
_HOST = "127.0.0.2"


class Wire:
    """Forwards connections to a server on this machine.

    Args:
        port: of the server.

    It listens on the same port of another loopback address, so that a browser which takes that for
    the server's host has the same origin as ever: the app runs where its release is served.

    Attributes:
        host: where it listens, on the server's port.
        rule: for a browser's `--host-resolver-rules`.
        sent: all bytes that came from browsers, headers and bodies.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._listener = socket.create_server((_HOST, port))
        self.host = _HOST
        self.rule = f"MAP localhost {_HOST}"
        self.sent = bytearray()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                browser, _ = self._listener.accept()
                threading.Thread(target=self._connect, args=(browser,), daemon=True).start()

    def _connect(self, browser: socket.socket) -> None:
        with browser, socket.create_connection(("127.0.0.1", self._port)) as server:
            back = threading.Thread(target=self._pass_on, args=(server, browser, False))
            back.start()
            self._pass_on(browser, server, heard=True)
            back.join()

    def close(self) -> None:
        """Take no more connections."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # ends the wait for the next one
        self._listener.close()

    def _pass_on(self, source: socket.socket, target: socket.socket, heard: bool) -> None:
        with contextlib.suppress(OSError):
            while content := source.recv(65536):
                if heard:
                    self.sent += content
                target.sendall(content)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)
