"""Very small videos of anything: a bright bar that moves, a tone; no face, so looks are quick."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np

from habeas import cover

SETTINGS = cover.Settings(detector="centerface", quality="fast")


def pictures(count, width=160, height=120):
    """RGB pictures of a bar that moves to the right."""
    for number in range(count):
        picture = np.full((height, width, 3), 90, np.uint8)
        left = number * 5 % (width - 20)
        picture[20 : height - 20, left : left + 20] = 220
        yield picture


def picture_stream(
    out, width=160, height=120, *, codec="libx264", rate=25, base=Fraction(1, 25),
    pix_fmt="yuv420p", options=None, language=None,
):  # fmt: skip
    """A stream for pictures in an open container."""
    stream = out.add_stream(codec, rate=rate, options={"bf": "0"} if options is None else options)
    stream.width, stream.height, stream.pix_fmt = width, height, pix_fmt
    stream.time_base = stream.codec_context.time_base = base
    if language:
        stream.metadata["language"] = language
    return stream


def sound_stream(out, *, codec="aac", rate=48_000, layout="stereo", language=None):
    """A stream for a tone in an open container."""
    stream = out.add_stream(codec, rate=rate, layout=layout)
    if language:
        stream.metadata["language"] = language
    return stream


def add_pictures(out, stream, count, stamps=None):
    """*count* pictures of a moving bar; *stamps* are in the stream's time base."""
    base = stream.codec_context.time_base
    for number, pixels in enumerate(pictures(count, stream.width, stream.height)):
        frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format=stream.pix_fmt)
        frame.pts, frame.time_base = (stamps[number] if stamps else number), base
        out.mux(stream.encode(frame))
    out.mux(stream.encode(None))


def add_tone(out, stream, seconds, start=0):
    """A tone of 300 Hz that begins at sample *start*."""
    rate, layout = stream.codec_context.sample_rate, stream.codec_context.layout.name
    at = np.arange(int(seconds * rate))
    tone = (6000 * np.sin(2 * np.pi * 300 * at / rate)).astype(np.int16)
    channels = stream.codec_context.layout.nb_channels
    for begin in range(0, len(tone), 1024):
        piece = np.repeat(tone[begin : begin + 1024], channels)[None]
        frame = av.AudioFrame.from_ndarray(piece, format="s16", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = rate, start + begin, Fraction(1, rate)
        out.mux(stream.encode(frame))
    out.mux(stream.encode(None))


def write(path, count=12, *, sound=None, seconds=None, stamps=None, start=0, heard=None, **how):
    """A video of *count* frames, with a tone where *sound* names a codec."""
    with av.open(str(path), "w") as out:
        shown = picture_stream(out, **how)
        said = sound_stream(out, codec=sound, **(heard or {})) if sound else None
        add_pictures(out, shown, count, stamps)
        if said is not None:
            add_tone(out, said, seconds or count / 25, start)
    return path


def stamps(path, kind="video"):
    """Stamps of a kind of stream's packets, seconds, in order of display."""
    with av.open(str(path)) as container:
        (stream,) = (each for each in container.streams if each.type == kind)
        found = [
            float(each.pts * each.time_base)
            for each in container.demux(stream)
            if each.pts is not None
        ]
    return sorted(found)


def side_data(path):
    """Names of what frames carry beside their pictures."""
    with av.open(str(path)) as container:
        return {
            each.type.name: bytes(each)  # type: ignore[attr-defined]
            for frame in container.decode(video=0)
            for each in frame.side_data
        }


def samples(path):
    """The sound, one channel."""
    with av.open(str(path)) as container:
        mono = av.AudioResampler("flt", "mono", 16_000)
        frames = [each for frame in container.decode(audio=0) for each in mono.resample(frame)]
        return np.concatenate([each.to_ndarray().reshape(-1) for each in frames])
