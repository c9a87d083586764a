"""Where a recorder is asked for live pictures: HTTP on a port of its own machine.

    POST /live/<camera>?after=<number>    a request (`habeas.cameras.grants`); a JPEG comes back

RECORDINGS/<camera>/live.json says the port. It stands open to whoever reaches it: what lets
pictures out is what the request proves.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self
from urllib.parse import parse_qs, urlsplit

from habeas.cameras.grants import MOST_BYTES, NoGrantError
from habeas.cameras.window import Picture, Window
from habeas.foundation import durable
from habeas.foundation.errors import HabeasError

FILE = "live.json"
#: Headers of an answer: which picture it is, and when it arrived from the camera.
NUMBER, AT = "X-Habeas-Number", "X-Habeas-At"
#: Seconds for a client to send its request.
_PATIENCE = 10


class LivePort:
    """Answers in threads of its own, while it is entered.

    Args:
        windows: by the camera's id.
        places: the cameras' folders, by id.

    Raises:
        HabeasError: no port can be had.
    """

    def __init__(self, windows: Mapping[str, Window], places: Mapping[str, Path]) -> None:
        self._places = places

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

        try:
            self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        except OSError as error:
            raise HabeasError(
                f"No port for live pictures can be had: {error.strerror}.", "Free one."
            ) from error
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        for place in self._places.values():
            durable.write(place / FILE, json.dumps({"port": self.port}).encode())
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for place in self._places.values():
            durable.remove(place / FILE)
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
