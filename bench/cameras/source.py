"""Synthetic cameras over TCP: `python -m bench.cameras.source FILE COUNT` prints their addresses.

Each sends the packets of FILE (MPEG-2 systems) in real time, over and over.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from habeas.faces import assets

#: Of a film, seconds; and of people in it, all of whom walk.
_LENGTH, _PEOPLE = 10, 8
_STEP = 188 * 7


def film(
    path: Path, width: int, height: int, fps: int, *, seconds: int = _LENGTH, form: str = "mpegts"
) -> Path:
    """A rough ground, and people who pass before it; half of them have a face."""
    random = np.random.default_rng(7)
    rough = random.integers(60, 160, (height // 8 + 1, width // 8 + 1, 3), np.uint8)
    ground = np.kron(rough, np.ones((8, 8, 1), np.uint8))[:height, :width]
    rows, columns = np.mgrid[0:height, 0:width]
    starts = random.uniform(0, width, _PEOPLE)
    lanes = random.uniform(0.3, 0.8, _PEOPLE) * height
    paces = random.choice([-1, 1], _PEOPLE) * random.uniform(0.05, 0.15, _PEOPLE) * width
    size = height * 0.05
    whole = Image.open(assets.path("astronaut.png")).convert("RGB").crop((150, 30, 290, 200))
    face = np.asarray(whole.resize((round(2 * size), round(2.6 * size))))
    with av.open(str(path), "w", format=form) as out:
        options = {"preset": "veryfast", "bf": "0", "g": str(2 * fps), "crf": "23"}
        stream = out.add_stream("libx264", rate=fps, options=options)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(seconds * fps):
            picture = ground.copy()
            for person, (start, lane, pace) in enumerate(zip(starts, lanes, paces, strict=True)):
                x = (start + pace * number / fps) % width
                head = ((columns - x) / size) ** 2 + ((rows - lane) / size / 1.3) ** 2 < 1
                picture[head] = (205, 160, 130)
                body = (abs(columns - x) < 1.4 * size) & (rows > lane + 1.3 * size)
                picture[body & (rows < lane + 7 * size)] = (40, 50, 70)
                if person % 2:
                    _paste(picture, face, x, lane)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, fps)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def _paste(picture: NDArray[np.uint8], face: NDArray[np.uint8], x: float, y: float) -> None:
    """Put *face* with its middle at (x, y), as much of it as is within *picture*."""
    high, wide = face.shape[:2]
    top, left = round(y - high / 2), round(x - wide / 2)
    within = picture[max(0, top) : top + high, max(0, left) : left + wide]
    down, across = max(0, -top), max(0, -left)
    within[:] = face[down : down + within.shape[0], across : across + within.shape[1]]


def send(server: socket.socket, content: bytes) -> None:
    """Send *content*, which lasts as long as a film, to whoever connects, over and over."""
    while True:
        connection, _ = server.accept()
        threading.Thread(target=_feed, args=(connection, content), daemon=True).start()


def _feed(connection: socket.socket, content: bytes) -> None:
    began, sent = time.monotonic(), 0
    try:
        with connection:
            while True:
                due = int(len(content) * (time.monotonic() - began) / _LENGTH)
                while sent < due:
                    at = sent % len(content)
                    connection.sendall(content[at : at + _STEP])
                    sent += min(_STEP, len(content) - at)
                time.sleep(0.02)
    except OSError:
        return


def main(file: str, count: str) -> None:
    """Serve, until somebody ends this process."""
    content = Path(file).read_bytes()
    servers = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(count))]
    for each in servers:
        threading.Thread(target=send, args=(each, content), daemon=True).start()
    print(json.dumps([f"tcp://127.0.0.1:{each.getsockname()[1]}" for each in servers]), flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
