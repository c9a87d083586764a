"""Target for videos: small files of every container, covered in a process of their own."""

from __future__ import annotations

import os
import signal
import tempfile
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image

from habeas import assets
from habeas.errors import HabeasError
from habeas.footage import Settings, _cover_file

FORMATS = ("mp4", "mkv", "avi", "webm", "ts")
_SECONDS = 20
_CODECS = {"mp4": "libx264", "mkv": "libx264", "avi": "mpeg4", "webm": "libvpx", "ts": "mpeg2video"}
_SETTINGS = Settings(detector="centerface", quality="fast", preset="ultrafast")


def seeds(kind: str) -> list[bytes]:
    """Two short videos with sound, one of them with a face."""
    face = Image.open(assets.path("astronaut.png")).convert("RGB")
    return [_video(kind, face.resize((96, 96)), 12), _video(kind, face.resize((64, 48)), 5)]


def _video(kind: str, picture: Image.Image, frames: int) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"a.{kind}")
        with av.open(str(path), "w") as out:
            video = out.add_stream(_CODECS[kind], rate=25)
            video.width, video.height = picture.size
            video.pix_fmt = "yuv420p"
            sound = out.add_stream("libopus" if kind in ("webm", "mkv") else "mp2", rate=48_000)
            for number in range(frames):
                pixels = np.roll(np.asarray(picture), number, axis=1)
                frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(
                    format="yuv420p"
                )
                frame.pts, frame.time_base = number, Fraction(1, 25)
                out.mux(video.encode(frame))
            out.mux(video.encode(None))
            for number in range(frames * 2):
                noise = np.zeros((1, 2 * 960), np.int16)
                heard = av.AudioFrame.from_ndarray(noise, format="s16", layout="stereo")
                heard.rate, heard.pts = 48_000, number * 960
                out.mux(sound.encode(heard))
            out.mux(sound.encode(None))
        return path.read_bytes()


class Target:
    """Each file is covered in a fork of this process."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._folder = tempfile.TemporaryDirectory()

    def __call__(self, content: bytes) -> str:
        """What became of it: ``covered``, ``refused``, or a word with ``!`` in front."""
        source = Path(self._folder.name, f"in.{self._kind}")
        target = Path(self._folder.name, f"out.{self._kind}")
        source.write_bytes(content)
        target.unlink(missing_ok=True)
        child = os.fork()
        if child == 0:
            os._exit(_cover(source, target, f".{self._kind}"))
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            return f"!{signal.Signals(os.WTERMSIG(status)).name}"
        return {0: "covered", 1: "refused"}.get(os.WEXITSTATUS(status), "!exception")

    def close(self) -> None:
        """Remove the files."""
        self._folder.cleanup()


def _cover(source: Path, target: Path, ending: str) -> int:
    signal.alarm(_SECONDS)
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 2)
    try:
        _cover_file.cover_file(source, target, _SETTINGS, ending=ending)
    except HabeasError:
        return 1
    except BaseException:  # noqa: BLE001 - whatever it is, it is a finding
        return 2
    return 0
