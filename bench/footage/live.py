"""How late a camera's live pictures are: from their arrival at the recorder until they are had.

A generated street plays in real time over a connection of its own, as a camera's stream does; the
recorder covers it as it always does, and somebody asks for one picture after another. What a
network between them adds is its own. Medians of one run; nothing else may run beside it.
"""

from __future__ import annotations

import contextlib
import itertools
import socket
import statistics
import tempfile
import threading
import time
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path

import av

from bench.footage.generate import clips, make
from bench.footage.grounds import available
from habeas.cameras.declaration import Camera
from habeas.cameras.grants import Granted, NoGrantError
from habeas.cameras.recorder import Recorder
from habeas.cameras.recordings import Recordings
from habeas.cameras.window import Window
from habeas.protocol.footage import PublicCamera
from habeas.tlog import NoteSigner

#: Seconds that are watched, after as many that are not.
_SECONDS = 30.0
_CAMERA = """
id = "north-gate"
name = { en = "North gate", ru = "Северные ворота" }
where = { en = "Park Road 1", ru = "Парковая, 1" }
latitude = 55.75
longitude = 37.61
why = { en = "Safety", ru = "Безопасность" }
viewers = []
keep_days = 1
since = 2026-11-01
"""


class _Open(Window):
    """A window without a log: what proves a look is verified once, and costs a picture nothing."""

    def _granted(self, _: bytes) -> Granted:
        far = datetime.max.replace(tzinfo=UTC)
        return Granted(0, "bench", "00000000", datetime.min.replace(tzinfo=UTC), far)


def run() -> None:
    """Print the lateness of 720p at 10 and 1080p at 5 frames a second."""
    if not available():
        print("Skipped: portraits and recordings are not beside this checkout.")
        return
    for width, height, rate in ((1280, 720, 10), (1920, 1080, 5)):
        with tempfile.TemporaryDirectory() as folder:
            late = _watch(Path(folder), width, height, rate)
        if not late:
            print(f"{height}p, {rate} frames a second: no picture came")
            continue
        ordered = sorted(late)
        tail = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
        print(
            f"{height}p, {rate} frames a second: median {statistics.median(late):.2f} s late, "
            f"95th percentile {tail:.2f} s, {len(late)} pictures in {_SECONDS:.0f} s"
        )


def _watch(folder: Path, width: int, height: int, rate: int) -> list[float]:
    film = _film(folder / "film.h264", width, height, rate)
    served = socket.create_server(("127.0.0.1", 0))
    # A plain stream of H.264: what comes first tells what it is.
    url = f"tcp://127.0.0.1:{served.getsockname()[1]}"
    (folder / "camera.toml").write_text(f'{_CAMERA}url = "{url}"\n')
    camera = Camera.load(folder / "camera.toml")
    place = Recordings(folder / "recordings")
    signer = NoteSigner.generate("bench.test/recorder")
    place.write_camera(camera.public(), date(2026, 11, 1), signer)

    def entry() -> PublicCamera:
        return place.camera(camera.id)

    window = _Open(entry, None)
    recorder = Recorder(camera, place, print, window=window)
    threading.Thread(target=_play, args=(film, rate, served), daemon=True).start()
    recording = threading.Thread(target=recorder.run)
    recording.start()
    late, after, begin = list[float](), 0, None
    give_up = time.monotonic() + 6 * _SECONDS
    while time.monotonic() < give_up:
        with contextlib.suppress(NoGrantError):
            found = window.picture(b"", after)
            after, now = found.number, time.monotonic()
            begin = begin or now
            if now - begin > _SECONDS:
                late.append((datetime.now(UTC) - found.at).total_seconds())
            if now - begin > 2 * _SECONDS:
                break
    recorder.stop()
    recording.join()
    served.close()
    return late


def _film(path: Path, width: int, height: int, rate: int) -> Path:
    """Ten seconds of a generated street, as a camera that sends each picture at once encodes it."""
    source, _ = make(next(clip for clip in clips() if clip.name == "static-1080p"))
    with av.open(str(source)) as film, av.open(str(path), "w", format="h264") as out:
        options = {"preset": "veryfast", "tune": "zerolatency", "g": str(rate)}
        stream = out.add_stream("libx264", rate=rate, options=options)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number, frame in enumerate(film.decode(video=0)):
            if number == 10 * rate:
                break
            small = frame.reformat(width=width, height=height, format="yuv420p")
            small.pts, small.time_base = number, Fraction(1, rate)
            out.mux(stream.encode(small))
        out.mux(stream.encode())
    return path


def _play(film: Path, rate: int, served: socket.socket) -> None:
    """Send the film over and over, picture by picture, at its own rate."""
    with av.open(str(film)) as source:
        stream = source.streams.video[0]
        pictures = [bytes(each) for each in source.demux(stream) if each.size]
    accepted, _ = served.accept()
    with contextlib.suppress(OSError), accepted:
        begin = time.monotonic()
        for number, picture in enumerate(itertools.cycle(pictures)):
            time.sleep(max(0.0, begin + number / rate - time.monotonic()))
            accepted.sendall(picture)
