"""How late a camera's live pictures are: from the camera's lens to whoever has the picture.

A generated street plays in real time over a connection of its own, as a camera's stream does: each
picture is encoded when it is due, with the time burnt into its pixels, and below it the same with
black for white: where a cover lies on it, both are black, and nothing is read. The recorder covers
it as it always does, somebody asks for one picture after another, and the time is read from the
JPEG that they get. What networks and a browser add is their own. Medians of one run, which ends
within three minutes; nothing else may run beside it. A machine that cannot carry the camera leaves
pictures out, and is later by as much as they may wait: that is said, too.
"""

from __future__ import annotations

import contextlib
import io
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
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bench.footage.clips import clips
from bench.footage.generate import make
from bench.footage.grounds import available
from habeas.cameras.declaration import Camera
from habeas.cameras.grants import Granted, NoGrantError
from habeas.cameras.recorder import Recorder
from habeas.cameras.recordings import Recordings
from habeas.cameras.window import Window
from habeas.protocol.footage import PublicCamera
from habeas.tlog import NoteSigner

#: Seconds that are watched, after as many that are not; until a first picture is given up; and by
#: which pictures may be late.
_SECONDS, _PATIENCE, _GOAL = 15.0, 30.0, 4.0
#: Of the time that is burnt in, milliseconds: it begins anew each 65 seconds.
_BITS = 16
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
            late, hidden, lost = _watch(Path(folder), width, height, rate)
        if not late:
            print(f"{height}p, {rate} frames a second: no picture came")
            continue
        ordered = sorted(late)
        tail = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
        print(
            f"{height}p, {rate} frames a second: median {statistics.median(late):.2f} s late, "
            f"95th percentile {tail:.2f} s, goal {_GOAL:.0f} s; {len(late)} pictures in "
            f"{_SECONDS:.0f} s, {hidden} with a cover on their time, {lost} left out in all"
        )


def _watch(folder: Path, width: int, height: int, rate: int) -> tuple[list[float], int, int]:
    """How late each picture was, seconds; those that do not tell; those that were left out."""
    pictures = _pictures(width, height, rate)
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
    threading.Thread(target=_play, args=(pictures, rate, served), daemon=True).start()
    recording = threading.Thread(target=recorder.run)
    recording.start()
    late, hidden, after, begin = list[float](), 0, 0, None
    give_up = time.monotonic() + _PATIENCE + 2 * _SECONDS
    while time.monotonic() < give_up:
        with contextlib.suppress(NoGrantError):
            found = window.picture(b"", after)
            after, now = found.number, time.monotonic()
            begin = begin or now
            if now - begin > _SECONDS:
                told = _late(found.content)
                hidden += told is None
                late += [] if told is None else [told]
            if now - begin > 2 * _SECONDS:
                break
    recorder.stop()
    recording.join()
    served.close()
    return late, hidden, recorder.lost


def _pictures(width: int, height: int, rate: int) -> list[NDArray[np.uint8]]:
    """Ten seconds of a generated street, RGB."""
    source, _ = make(next(clip for clip in clips() if clip.name == "static-1080p"))
    with av.open(str(source)) as film:
        frames = itertools.islice(film.decode(video=0), 10 * rate)
        return [
            np.asarray(
                frame.reformat(width=width, height=height, format="rgb24").to_ndarray(), np.uint8
            )
            for frame in frames
        ]


def _burn(picture: NDArray[np.uint8], moment: float) -> None:
    """Draw milliseconds of *moment* (seconds) along the upper edge, bit by bit, and their negative.

    A bit that is one is white above and black below.
    """
    told = round(moment * 1000) % 2**_BITS
    side = picture.shape[1] // _BITS
    for bit in range(_BITS):
        white = 255 * (told >> bit & 1)
        picture[: side // 2, bit * side : (bit + 1) * side] = white
        picture[side // 2 : side, bit * side : (bit + 1) * side] = 255 - white


def _read(content: bytes) -> float | None:
    """The seconds that `_burn` drew, from a picture of any size; None where they are covered."""
    grey = np.asarray(Image.open(io.BytesIO(content)).convert("L"))
    side = grey.shape[1] / _BITS
    middles = [round((bit + 0.5) * side) for bit in range(_BITS)]
    above, below = (grey[round(row * side)][middles] > 127 for row in (0.25, 0.75))
    if (above == below).any():
        return None
    told: int = sum(int(white) << bit for bit, white in enumerate(above))
    return told / 1000


def _late(content: bytes) -> float | None:
    """Seconds since the picture was taken; None where it does not tell."""
    period, told = 2**_BITS / 1000, _read(content)
    return None if told is None else (time.time() - told) % period


def _play(pictures: list[NDArray[np.uint8]], rate: int, served: socket.socket) -> None:
    """Encode and send the street over and over, picture by picture, at its own rate."""
    accepted, _ = served.accept()
    height, width, _ = pictures[0].shape
    encoder = av.CodecContext.create("libx264", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, rate), Fraction(rate)
    encoder.options = {"preset": "superfast", "tune": "zerolatency", "g": str(rate)}
    with contextlib.suppress(OSError), accepted:
        begin = time.monotonic()
        for number, picture in enumerate(itertools.cycle(pictures)):
            time.sleep(max(0.0, begin + number / rate - time.monotonic()))
            shown = picture.copy()
            _burn(shown, time.time())
            frame = av.VideoFrame.from_ndarray(shown, format="rgb24").reformat(format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, rate)
            for packet in encoder.encode(frame):
                accepted.sendall(bytes(packet))
