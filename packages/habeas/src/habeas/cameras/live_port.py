"""Where a recorder is asked for live pictures: HTTP over TLS 1.3 (RFC 8446), at its own address.

    POST /live/<camera>?after=<number>    a request (`habeas.cameras.grants`); a JPEG comes back

RECORDINGS/<camera>/live.txt says where, in the recorder's own word (`habeas.cameras.live_address`).
It stands open to whoever reaches it: what lets pictures out is what the request proves.
"""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import threading
from collections.abc import Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from habeas.cameras.grants import MOST_BYTES, NoGrantError
from habeas.cameras.live_address import FILE, HERE, LiveAddress, RecorderIdentity, told
from habeas.cameras.window import Picture, Window
from habeas.foundation import durable
from habeas.foundation.errors import HabeasError
from habeas.tlog import NoteSigner

#: Headers of an answer: which picture it is, and when it arrived from the camera.
NUMBER, AT = "X-Habeas-Number", "X-Habeas-At"
#: Seconds for a client to send its request.
_PATIENCE = 10
#: Connections at a time; who comes beyond them is sent away, and recording goes on.
_MOST = 64


class _Server(ThreadingHTTPServer):
    """Answers in threads, so many at a time; its sockets are bound before it is entered."""

    daemon_threads = True

    def __init__(
        self, where: LiveAddress, context: ssl.SSLContext, handler: type[BaseHTTPRequestHandler]
    ) -> None:
        family, *_, found = socket.getaddrinfo(where.host, where.port, type=socket.SOCK_STREAM)[0]
        self.address_family = family
        self._free = threading.BoundedSemaphore(_MOST)
        super().__init__((str(found[0]), int(found[1])), handler)
        # Hands are shaken in the connection's own thread, for as long as its patience lasts.
        self.socket = context.wrap_socket(
            self.socket, server_side=True, do_handshake_on_connect=False
        )

    def process_request(self, request: Any, client_address: Any) -> None:
        if self._free.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever speaks no TLS, or goes away, is none of the recorder's business."""


def _listening(
    where: Sequence[LiveAddress], context: ssl.SSLContext, handler: type[BaseHTTPRequestHandler]
) -> _Server:
    """A server at the first address that is free."""
    for each in where[:-1]:
        with contextlib.suppress(OSError):
            return _Server(each, context, handler)
    try:
        return _Server(where[-1], context, handler)
    except OSError as error:
        raise HabeasError(
            f"Live pictures cannot be had at {where[-1]}: {error.strerror}.",
            "Name an address of this machine, and a port that is free.",
        ) from error


class LivePort:
    """Answers in threads of its own, while it is entered. Made before the process is confined.

    Args:
        windows: by the camera's id.
        places: the cameras' folders, by id.
        signer: the recorder's key.
        where: its own address; of several, the first that is free. A port of this machine alone
            where none is said.
        leased: a camera's address is told once its lease is held here: until then another process
            has its pictures.

    Raises:
        HabeasError: it cannot listen there.
    """

    def __init__(
        self,
        windows: Mapping[str, Window],
        places: Mapping[str, Path],
        signer: NoteSigner,
        where: Sequence[LiveAddress] = (HERE,),
        *,
        leased: bool = False,
    ) -> None:
        self._places, self._signer, self._leased = places, signer, leased
        self._told: dict[str, bytes] = {}
        self._identity = RecorderIdentity.make(where[0].host)

        class Handler(BaseHTTPRequestHandler):
            timeout = _PATIENCE

            def do_POST(self) -> None:
                asked = urlsplit(self.path)
                _, _, camera = asked.path.rpartition("/live/")
                window = windows.get(camera)
                length = self.headers.get("Content-Length", "")
                if window is None or not length.isdecimal() or int(length) > MOST_BYTES:
                    self.send_error(404)
                    return
                after = parse_qs(asked.query).get("after", ["0"])[0]
                content = self.rfile.read(int(length))
                try:
                    found = window.picture(content, int(after[:15]) if after.isdecimal() else 0)
                except NoGrantError as error:
                    self._say(error)
                    return
                except HabeasError:
                    self.send_error(503)
                    return
                self._show(found)

            def _say(self, error: NoGrantError) -> None:
                said = {"code": error.code, "cause": error.cause, "remedy": error.remedy}
                content = json.dumps(said).encode()
                self.send_response(error.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def _show(self, found: Picture) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "image/jpeg")
                self.send_header("Content-Length", str(len(found.content)))
                self.send_header("Cache-Control", "no-store")
                self.send_header(NUMBER, str(found.number))
                self.send_header(AT, found.at.isoformat(timespec="milliseconds"))
                self.end_headers()
                self.wfile.write(found.content)

            def log_message(self, *_: object) -> None:
                """Pictures are asked for all the time; who watches stands on the log."""

        self._server = _listening(where, self._identity.context, Handler)
        self.address = LiveAddress(where[0].host, int(self._server.server_address[1]))
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def announce(self, camera: str) -> None:
        """Tell that the camera's pictures are here; nothing for one that nobody may watch."""
        if camera in self._places:
            note = told(camera, self.address, self._identity, self._signer)
            self._told[camera] = note
            durable.write(self._places[camera] / FILE, note)

    def __enter__(self) -> Self:
        if not self._leased:
            for camera in self._places:
                self.announce(camera)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for camera, note in self._told.items():
            # What another process has told since stays.
            with contextlib.suppress(FileNotFoundError):
                if (self._places[camera] / FILE).read_bytes() == note:
                    durable.remove(self._places[camera] / FILE)
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
