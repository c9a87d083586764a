"""Small real videos, made for a test: a face that moves, with sound, tags and metadata."""

import contextlib
from fractions import Fraction

import av
import numpy as np
from PIL import Image

from habeas.cover import Settings
from habeas.cover._source import Source
from habeas.faces import assets


def face(size):
    """The sample portrait's head, on grey."""
    whole = Image.open(assets.path("astronaut.png")).convert("RGB")
    return whole.crop((150, 30, 290, 200)).resize((size, round(size * 170 / 140)))


def pictures(count, width=320, height=240, size=60, step=4, seed=1):
    """RGB pictures with one face moving to the right."""
    rng = np.random.default_rng(seed)
    ground = rng.integers(90, 130, (height // 8, width // 8, 3), dtype=np.uint8)
    still = Image.fromarray(ground).resize((width, height))
    head = face(size)
    for number in range(count):
        picture = still.copy()
        picture.paste(head, (20 + number * step, (height - head.height) // 2))
        yield np.asarray(picture)


def write(
    path,
    frames,
    *,
    codec="libx264",
    pix_fmt="yuv420p",
    times=None,
    base=Fraction(1, 25),
    sound=None,
    rotation=0,
    options=None,
    metadata=False,
    **tags,
):
    """Write RGB *frames* as a video; *times* are time stamps in *base*."""
    with av.open(str(path), "w") as out:
        if metadata:
            out.metadata.update(
                {"title": "SpyTitle", "location": "+51.5-000.1/", "creation_time": "2020-01-01"}
            )
        stream = None
        heard = out.add_stream(sound, rate=48_000) if sound else None
        last = 0
        for number, pixels in enumerate(frames):
            last = number
            if stream is None:
                stream = out.add_stream(codec, rate=25, options=options or {})
                stream.height, stream.width = pixels.shape[:2]
                stream.pix_fmt = pix_fmt
                stream.codec_context.time_base = base
                stream.time_base = base
                if rotation:
                    stream.set_display_rotation(rotation)
                if metadata:
                    stream.metadata["handler_name"] = "SpyHandler"
                for name, value in tags.items():
                    setattr(stream.codec_context, name, value)
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format=pix_fmt)
            frame.pts, frame.time_base = (times[number] if times else number), base
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
        if heard:
            length = heard.codec_context.frame_size or 1024
            tone = (3000 * np.sin(np.arange(length * 2) / 20)).astype(np.int16)[None]
            for number in range(48_000 * (last + 1) // 25 // length):
                part = av.AudioFrame.from_ndarray(tone, format="s16", layout="stereo")
                part.rate, part.pts = 48_000, number * length
                out.mux(heard.encode(part))
            out.mux(heard.encode(None))
    return path


def read(path):
    """All frames."""
    with av.open(str(path)) as container:
        return list(container.decode(video=0))


def checked(path):
    """All frames as they are covered: with a mark on each that nothing speaks against."""
    with contextlib.closing(Source(path, Settings())) as source:
        return list(source.frames())


def times(path):
    """Seconds of each frame from the first."""
    found = [frame.time for frame in read(path)]
    return [each - found[0] for each in found]


def dark(frame):
    """Where a frame is covered: the solid fill's luma and colour."""
    y, u, v = (plane.astype(int) for plane in planes(frame))
    colour = (abs(u - 128) < 12) & (abs(v - 128) < 12)
    colour = np.repeat(np.repeat(colour, 2, axis=0), 2, axis=1)
    return (y < 40) & colour[: y.shape[0], : y.shape[1]]


def planes(frame):
    """Y, U and V as arrays, eight bits."""
    frame = frame.reformat(format="yuv420p")
    for plane in frame.planes:
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
        yield rows[: plane.height, : plane.width]
