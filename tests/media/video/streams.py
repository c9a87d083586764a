"""Cameras of plain TCP, whose every byte a test decides: a thread that sends films in real time."""

from __future__ import annotations

import io
import socket
import threading
import time

import av
from PIL import Image

from tests.media.video import films, small


class Camera:
    """Serves *films* over TCP, one for each connection, in real time; then the last one again.

    Args:
        films: content and seconds of each.
        scheme: of its address; what it answers to whoever asks stands in the content.
    """

    def __init__(self, *films, scheme="tcp"):
        self._films = films
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"{scheme}://127.0.0.1:{self._server.getsockname()[1]}"
        self.served = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._done.set()
        # The one that waits for a connection gets one.
        socket.create_connection(self._server.getsockname()).close()
        self._thread.join()
        self._server.close()

    def _serve(self):
        while not self._done.is_set():
            connection, _ = self._server.accept()
            content, seconds = self._films[min(self.served, len(self._films) - 1)]
            self.served += 1
            with connection:
                try:
                    self._send(connection, content, seconds)
                except OSError:
                    continue

    def _send(self, connection, content, seconds):
        began, sent, step = time.monotonic(), 0, 188 * 4  # noqa: TID251 - a camera has a pace
        while sent < len(content) and not self._done.is_set():
            wanted = int(len(content) * (time.monotonic() - began) / seconds)  # noqa: TID251 - the same
            if sent < wanted:
                connection.sendall(content[sent : sent + step])
                sent += step
            else:
                self._done.wait(0.005)


def walk(count, width, height, step=2):
    """A face that goes to and fro, from left to right first, and never leaves the picture."""
    there = list(films.pictures((width - 120) // step, width, height, step=step))
    to_and_fro = [*there, *there[::-1]]
    for number in range(count):
        yield to_and_fro[number % len(to_and_fro)]


def film(seconds=6, *, fps=15, form="mpegts", width=320, height=240, sound=False, pictures=True,
         start=0, face=True, aspect=None, options=None):  # fmt: skip
    """A film with a face that moves, as bytes; *start* is its first stamp, seconds."""
    out = io.BytesIO()
    with av.open(out, "w", format=form) as container:
        said = small.sound_stream(container, codec="mp2") if sound else None
        shown = None
        if pictures:
            shown = small.picture_stream(
                container, width, height, rate=fps,
                options=options or {"bf": "0", "g": str(fps), "preset": "ultrafast", "crf": "20"},
            )  # fmt: skip
            if aspect:
                shown.codec_context.sample_aspect_ratio = aspect
        count = seconds * fps
        frames = walk(count, width, height) if face else ()
        if shown is not None:
            shown.codec_context.time_base = shown.time_base = small.Fraction(1, 90_000)
            frames = frames or small.pictures(count, width, height)
            for number, pixels in enumerate(frames):
                frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(
                    format="yuv420p"
                )
                frame.pts = int(start * 90_000) + number * 90_000 // fps
                frame.time_base = small.Fraction(1, 90_000)
                container.mux(shown.encode(frame))
            container.mux(shown.encode(None))
        if said is not None:
            small.add_tone(container, said, seconds)
    return out.getvalue(), seconds


def mjpeg(seconds=6, *, fps=10, width=320, height=240):
    """The same over HTTP: one JPEG after another (multipart/x-mixed-replace), as bytes."""
    out = [b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=next\r\n\r\n"]
    for pixels in walk(seconds * fps, width, height):
        shown = io.BytesIO()
        Image.fromarray(pixels).save(shown, "JPEG", quality=85)
        head = f"--next\r\nContent-Type: image/jpeg\r\nContent-Length: {shown.tell()}\r\n\r\n"
        out += [head.encode(), shown.getvalue(), b"\r\n"]
    return b"".join(out), seconds
