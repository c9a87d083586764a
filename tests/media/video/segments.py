"""Small recordings, generated: a moving bar, fragmented MP4 as the recorder writes it."""

from __future__ import annotations

import functools
import io
from fractions import Fraction

import av
import numpy as np

from habeas.tlog import NoteSigner

#: Signs what cameras owe the log.
RECORDER = NoteSigner.generate("camera-house.test/recorder")

CAMERA = """
id = "north-gate"
name = { en = "North gate", ru = "Северные ворота" }
where = { en = "Park Road 1, towards the park", ru = "Парковая, 1, в сторону парка" }
latitude = 55.7512
longitude = 37.6184
why = { en = "Safety at the crossing", ru = "Безопасность на переходе" }
url = "rtsp://user:secret@10.0.0.7/stream"
viewers = ["parks-department"]
keep_days = 14
since = 2026-11-01
[cover]
quality = "thorough"
detector = "centerface"
always = ["0,50,30,50"]
[measured]
share = 0.0123
source = { en = "400 counted faces", ru = "400 сосчитанных лиц" }
"""


def write_segment(path, seconds=2, width=320, height=180, shade=90):
    """A video of *seconds* at 10 frames a second."""
    path.write_bytes(_encoded(seconds, width, height, shade))
    return path


@functools.cache
def _encoded(seconds, width, height, shade):
    """Its bytes, encoded once: tests record the same again and again."""
    options = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
    file = io.BytesIO()
    with av.open(file, "w", format="mp4", options=options) as container:
        stream = container.add_stream("libx264", rate=10, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.time_base = Fraction(1, 10)
        for number in range(seconds * 10):
            picture = np.full((height, width, 3), shade, np.uint8)
            left = number * (width - 40) // (seconds * 10)
            picture[40:140, left : left + 40] = 240
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 10)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return file.getvalue()


def add_segment(recordings, camera, start, counted=None, **how):
    """A generated segment, put where the recorder would put it."""
    part = write_segment(recordings.new_part(camera), **how)
    return recordings.add(camera, start, part, counted)
