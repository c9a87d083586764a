"""`/livez`, `/readyz` and `/metrics` of a recorder, judged by what it reported.

The report is the one that everybody reads (`habeas.cameras.health`): where its writer has died,
or the disk takes nothing, the report grows old, and the probe says so.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from habeas.cameras import health, storage
from habeas.foundation.errors import HabeasError
from habeas.foundation.health import Health, late
from habeas.foundation.metrics import MEDIA_TYPE, exposition

#: Seconds after which something counts as failing. Reports come every five; a camera that sends
#: nothing for a minute is no camera. House is kept, and the log told, every twenty.
LATE = {"report": health.STALE.total_seconds(), "picture": 60.0, "house": 120.0, "log": 120.0}
#: Of `habeas.cameras.health.CameraHealth`.
_FIGURES = ("frames", "lost", "whole", "rate", "looks", "behind", "one_of", "jumps")
#: Its `offset`, where the camera says what time it is.
_OFFSET = "clock_offset_seconds"
#: Of `habeas.cameras.storage.StorageHealth`: free, and in all.
_DISK = ("disk_free_bytes", "disk_bytes")
#: Cameras that a problem of several names.
_NAMED = 10
#: For a client to send its request.
_PATIENCE = 10


def judge(
    place: Path, now: datetime, kept: Mapping[str, float], halted: str
) -> tuple[Health, dict[str, float]]:
    """How the recorder of one camera fares, and its figures.

    Args:
        place: the camera's folder.
        now: the time, UTC.
        kept: seconds since hours were last closed and deleted without an error (``house``), and
            since the log was last owed nothing (``log``; absent where there is no log).
        halted: why nothing is deleted by date; empty where it is.
    """
    said = health.read(place, now)
    if said is None:
        return Health({"report": f"{place} has no report of a recorder."}, kept), {}
    ages = {"report": _since(said.at, now), "picture": _since(said.picture or said.since, now)}
    if said.state == "resting":
        del ages["picture"]  # none is due
    ages |= kept
    problems = {}
    if said.state == "lost":
        problems["lost"] = said.because
    if halted:
        problems["clock-jumped"] = halted
    disk = storage.read(place.parent)
    if disk.level == "full":
        problems["storage-full"] = disk.stuck or "The disk of the recordings is full."
    if disk.unpacked:
        problems["storage-unpacked"] = f"{disk.unpacked} hours wait for the object store."
    figures = {name: getattr(said, name) for name in _FIGURES}
    if said.offset is not None:
        figures[_OFFSET] = said.offset
    figures |= dict(zip(_DISK, (disk.free, disk.total), strict=True))
    return Health(problems | late(ages, LATE), ages), figures


@dataclass(frozen=True)
class Judged:
    """What a probe answers.

    Attributes:
        health: of the process.
        figures: of its one camera; none where it has several.
        cameras: of each camera where it has several: health and figures.
    """

    health: Health
    figures: Mapping[str, float] = field(default_factory=dict)
    cameras: Mapping[str, tuple[Health, Mapping[str, float]]] = field(default_factory=dict)

    def fields(self) -> dict[str, Any]:
        """Of `/readyz`."""
        each = {name: found.fields(**figures) for name, (found, figures) in self.cameras.items()}
        return self.health.fields(**self.figures, **({"cameras": each} if each else {}))

    def metrics(self) -> str:
        """Of `/metrics`."""
        each = {name: found.fields(**figures) for name, (found, figures) in self.cameras.items()}
        return exposition("recorder", self.health.fields(**self.figures), {"camera": each})


def judge_all(
    places: Mapping[str, Path], now: datetime, kept: Mapping[str, float], halted: str
) -> Judged:
    """How a process of several cameras fares, and each of them.

    Args:
        places: the cameras' folders, by id.
        now: the time, UTC.
        kept: as in `judge`; they are the process's, not one camera's.
        halted: likewise.
    """
    cameras = {name: judge(place, now, {}, "") for name, place in places.items()}
    away = [name for name, (found, _) in cameras.items() if not found.ok]
    problems = {"clock-jumped": halted} if halted else {}
    problems |= late(kept, LATE)
    if away:
        some = ", ".join(away[:_NAMED]) + (" and others" if len(away) > _NAMED else "")
        words = f"{len(away)} of {len(cameras)} cameras are not recorded as they should be: {some}"
        problems["cameras"] = words
    return Judged(Health(problems, kept), cameras=cameras)


def _since(moment: str, now: datetime) -> float:
    return (now - datetime.fromisoformat(moment)).total_seconds()


class Probes:
    """Answers them in a thread of its own, while it is entered.

    Args:
        port: of 127.0.0.1; 0 for any that is free.
        judged: asked each time.

    Attributes:
        port: on which it listens.

    Raises:
        HabeasError: the port is taken.
    """

    def __init__(self, port: int, judged: Callable[[], Judged]) -> None:
        class Handler(BaseHTTPRequestHandler):
            timeout = _PATIENCE

            def do_GET(self) -> None:
                if self.path == "/livez":
                    self._answer(200, "text/plain; charset=utf-8", b"ok\n")
                elif self.path == "/readyz":
                    found = judged()
                    content = json.dumps(found.fields()).encode()
                    self._answer(found.health.status, "application/json", content)
                elif self.path == "/metrics":
                    self._answer(200, MEDIA_TYPE, judged().metrics().encode())
                else:
                    self.send_error(404)

            def _answer(self, status: int, kind: str, content: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Probes come all the time."""

        try:
            self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        except OSError as error:
            raise HabeasError(
                f"The probes cannot listen on port {port}: {error.strerror}.",
                "Name another port: --health-port",
            ) from error
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
