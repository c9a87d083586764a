"""Targets for videos: small files of every container, covered in a process of their own.

Most runs are a fork that has everything loaded; now and then one goes the whole way, through
`cover.redact` and its sandbox. A zone is always to be covered: so it is known of every
frame that is written, whatever became of it on the way, what must be dark in it.
"""

from __future__ import annotations

import os
import signal
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image

from habeas import cover
from habeas.cover import _cover_file
from habeas.faces import assets
from habeas.foundation.errors import HabeasError

FORMATS = ("mp4", "mkv", "avi", "webm", "ts")
_SECONDS = 20
#: More than this for one small file is a finding, bytes.
_MEMORY = 4 * 1024**3
_WHOLE_WAY = 40
_CODECS = {"mp4": "libx264", "mkv": "libx264", "avi": "mpeg4", "webm": "libvpx", "ts": "mpeg2video"}
_OTHERS = {"mp4": "mpeg4", "mkv": "mjpeg", "avi": "mjpeg", "webm": "libvpx-vp9", "ts": "libx264"}
_ZONE = cover.Zone(0, 0, 0.5, 1)
#: With sound, so that its decoders are tried as well.
_SETTINGS = cover.Settings(
    detector="centerface", quality="balanced", shape="box", always=(_ZONE,), sound="keep"
)
_WORDS = {0: "covered", 1: "refused", 3: "!uncovered", 4: "!incomplete"}


def seeds(kind: str) -> list[bytes]:
    """Short videos with sound: with a face, small, turned, of another codec, in fragments."""
    face = Image.open(assets.path("astronaut.png")).convert("RGB").resize((96, 96))
    small = face.resize((64, 48))
    made = [
        _video(kind, face, 12),
        _video(kind, small, 5, turned=90),
        _video(kind, small, 9, codec=_OTHERS[kind]),
    ]
    if kind == "mp4":
        made.append(_video(kind, small, 9, movflags="frag_keyframe+empty_moov"))
    return made


def _video(
    kind: str, picture: Image.Image, frames: int, codec: str = "", turned: int = 0, **flags: str
) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"a.{kind}")
        form = {"mkv": "matroska", "ts": "mpegts"}.get(kind, kind)
        with av.open(str(path), "w", format=form, options=flags) as out:
            video: Any = out.add_stream(codec or _CODECS[kind], rate=25)
            video.width, video.height = picture.size
            video.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
            if turned:
                video.set_display_rotation(turned)
            sound: Any = out.add_stream(
                "libopus" if kind in ("webm", "mkv") else "mp2", rate=48_000
            )
            for number in range(frames):
                pixels = np.roll(np.asarray(picture), number, axis=1)
                frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(
                    format=video.pix_fmt
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
    """Each file is covered in a fork of this process.

    Attributes:
        memory: the most that a fork has held, bytes.
    """

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._folder = tempfile.TemporaryDirectory()
        self._count = 0
        self.memory = 0

    def __call__(self, content: bytes) -> str:
        """What became of it: ``covered``, ``refused``, or a word with ``!`` in front."""
        source = Path(self._folder.name, f"in.{self._kind}")
        # An AVI comes out as MP4.
        target = Path(self._folder.name, "out").with_suffix(cover.beside(source).suffix)
        source.write_bytes(content)
        target.unlink(missing_ok=True)
        self._count += 1
        work = _whole_way if self._count % _WHOLE_WAY == 0 else _cover
        child = os.fork()
        if child == 0:
            os._exit(_apart(work, source, target))
        _, status, used = os.wait4(child, 0)
        self.memory = max(self.memory, used.ru_maxrss * 1024)
        if os.WIFSIGNALED(status):
            name = signal.Signals(os.WTERMSIG(status)).name
            return "!late" if name == "SIGALRM" else f"!{name}"
        if used.ru_maxrss * 1024 > _MEMORY:
            return "!memory"
        return _WORDS.get(os.WEXITSTATUS(status), "!exception")

    def close(self) -> None:
        """Remove the files."""
        self._folder.cleanup()


def _apart(work: Any, source: Path, target: Path) -> int:
    # Whatever else this process does with the alarm: here it ends what hangs.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(_SECONDS)
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 2)
    try:
        return int(work(source, target))
    except BaseException:  # noqa: BLE001 - whatever it is, it is a finding
        return 2


def _cover(source: Path, target: Path) -> int:
    try:
        report = _cover_file.cover_file(source, target, _SETTINGS, ending=target.suffix)
    except HabeasError:
        return 1
    return looked_over(target, report.frames)


def _whole_way(source: Path, target: Path) -> int:
    try:
        report = cover.redact(source, target, _SETTINGS)
    except cover.CoveringDiedError:
        return 2
    except cover.FootageError:
        # Refused: then nothing may stand there, neither under the name nor half done.
        return 4 if len(list(target.parent.iterdir())) > 1 else 1
    return looked_over(target, report.frames)


def looked_over(target: Path, frames: int) -> int:
    """0, or why a covered video is not what it was said to be: 3 uncovered, 4 incomplete."""
    seen = 0
    with av.open(str(target)) as covered:
        stream = covered.streams.video[0]
        for frame in covered.decode(stream):
            seen += 1
            turns = round(frame.rotation / 90) % 4
            pixels = np.rot90(frame.to_ndarray(format="gray"), turns)
            # A margin for what the encoder blurs at the edge.
            part = pixels[:, : max(0, pixels.shape[1] // 2 - 4)]
            if part.size and float(np.percentile(part, 99)) > 60:
                return 3
    return 0 if seen == frames else 4
