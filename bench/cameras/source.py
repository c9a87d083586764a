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

#: Of a film, seconds; and of people in it, all of whom walk.
_LENGTH, _PEOPLE = 10, 8
_STEP = 188 * 7


def film(
    path: Path, width: int, height: int, fps: int, *, seconds: int = _LENGTH, form: str = "mpegts"
) -> Path:
    """A street without anybody in it: a rough ground, and heads of no face that pass before it."""
    random = np.random.default_rng(7)
    rough = random.integers(60, 160, (height // 8 + 1, width // 8 + 1, 3), np.uint8)
    ground = np.kron(rough, np.ones((8, 8, 1), np.uint8))[:height, :width]
    rows, columns = np.mgrid[0:height, 0:width]
    starts = random.uniform(0, width, _PEOPLE)
    lanes = random.uniform(0.3, 0.8, _PEOPLE) * height
    paces = random.choice([-1, 1], _PEOPLE) * random.uniform(0.05, 0.15, _PEOPLE) * width
    with av.open(str(path), "w", format=form) as out:
        options = {"preset": "veryfast", "bf": "0", "g": str(2 * fps), "crf": "23"}
        stream = out.add_stream("libx264", rate=fps, options=options)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(seconds * fps):
            picture = ground.copy()
            for start, lane, pace in zip(starts, lanes, paces, strict=True):
                x, size = (start + pace * number / fps) % width, height * 0.05
                head = ((columns - x) / size) ** 2 + ((rows - lane) / size / 1.3) ** 2 < 1
                picture[head] = (205, 160, 130)
                body = (abs(columns - x) < 1.4 * size) & (rows > lane + 1.3 * size)
                picture[body & (rows < lane + 7 * size)] = (40, 50, 70)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, fps)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def _send(server: socket.socket, content: bytes) -> None:
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
        threading.Thread(target=_send, args=(each, content), daemon=True).start()
    print(json.dumps([f"tcp://127.0.0.1:{each.getsockname()[1]}" for each in servers]), flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
