"""`python -m bench.footage.flow`: what motion vectors and optical flow tell of where faces go.

Between two looks a face is put where an encoder's motion vectors carry it, where optical flow does
(Lucas and Kanade 1981, of the face itself, coarse to fine as Bouguet 2000), and on the straight
line; which is nearest to where it is? Sightings are put where faces truly are, so that only the way
between is compared. Generated scenes and real people. Prints tables.
"""

from __future__ import annotations

import itertools
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.codec.context import Flags2
from av.sidedata.motionvectors import MotionVectors
from numpy.typing import NDArray

from bench.footage import BUILD, real
from bench.footage.clips import at_rate, conditions
from bench.footage.generate import make
from bench.footage.grounds import available
from bench.footage.metrics import COVERED, VISIBLE, covered_share
from habeas.cover._geometry import CoverSize
from habeas.cover._head import Seen
from habeas.cover._motion import MotionEstimator
from habeas.cover._planes import small, step
from habeas.faces import Box

#: The scene, and its frames a second; real people come as they were recorded, 10 to 30 a second.
SEED, RATE = 41, 10
#: Seconds between two looks: as looks are, and with two and with five of them in vain.
GAPS = (0.16, 0.48, 0.96)
WAYS = ("where it was", "straight line", "vectors", "flow", "vectors, to both", "flow, to both")
#: As cameras encode: each picture from the one before, so that vectors are from there too.
_CAMERA = {"preset": "veryfast", "crf": "23", "bf": "0", "refs": "1", "g": "50"}
#: Lucas and Kanade: least side of a face at the coarsest level, pixels; steps; a step that ends it.
_COARSEST, _STEPS, _ENOUGH = 10, 8, 0.03

Grey = NDArray[np.uint8]
Place = tuple[float, float]
Faces = list[dict[Any, Box]]


@dataclass(frozen=True)
class Film:
    """A video as a camera would send it, and the box of each face in each frame, by person."""

    kind: str
    video: Path
    fps: float
    faces: Faces


@dataclass(frozen=True)
class Picture:
    """One frame: its luma at full, half and quarter size; its vectors; how far the camera went."""

    levels: tuple[Grey, ...]
    vectors: NDArray[Any] | None
    origin: Place


def films() -> Iterator[Film]:
    """Generated scenes by day, by night and while the camera turns; real people."""
    for scene in conditions(SEED)[:3]:
        video, truth = make(at_rate(scene, RATE))
        faces = [{s.person: s.box for s in frame if s.visible >= VISIBLE} for frame in truth.frames]
        yield Film(scene.name, _sent(video), RATE, faces)
    for clip in real.clips(None):
        shown: Faces = [{} for _ in range(clip.labels["frames"])]
        for face in clip.labels["faces"]:
            x, y, w, h = face["box"]
            if not face.get("ignore") and h >= real.LEAST:
                shown[face["frame"]][face["track"]] = Box(x, y, x + w, y + h)
        yield Film("real people", _sent(clip.video), clip.labels["fps"], shown)


def _sent(video: Path) -> Path:
    sent = BUILD / "flow" / f"{video.stem}.mp4"
    sent.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(video)) as source, av.open(str(sent), "w") as out:
        origin = source.streams.video[0]
        stream = out.add_stream("libx264", rate=origin.average_rate, options=_CAMERA)
        stream.width, stream.height, stream.pix_fmt = origin.width, origin.height, "yuv420p"
        for number, shown in enumerate(source.decode(origin)):
            frame = shown.reformat(format="yuv420p")
            frame.pts, frame.time_base = number, 1 / stream.codec_context.framerate
            frame.pict_type = 0
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return sent


def decoded(video: Path, *, vectors: bool) -> Iterator[av.VideoFrame]:
    """The frames of a video, with the vectors that they were coded by where those are wanted."""
    with av.open(str(video)) as source:
        stream = source.streams.video[0]
        if vectors:
            stream.codec_context.flags2 |= Flags2.export_mvs
        yield from source.decode(stream)


def _pictures(video: Path) -> list[Picture]:
    estimator, origin = MotionEstimator(), (0.0, 0.0)
    found: list[Picture] = []
    for frame in decoded(video, vectors=True):
        side, motion = step(frame), estimator.next(small(frame))
        origin = origin[0] + motion.dx * side, origin[1] + motion.dy * side
        found.append(Picture(_levels(frame), _vectors(frame), origin))
    return found


def _vectors(frame: av.VideoFrame) -> NDArray[Any] | None:
    told: list[Any] = list(frame.side_data)
    found = [np.array(each.to_ndarray()) for each in told if isinstance(each, MotionVectors)]
    return found[0] if found else None


def _levels(frame: av.VideoFrame) -> tuple[Grey, ...]:
    levels = [np.asarray(frame.to_ndarray(format="gray"), np.uint8)]
    for _ in range(2):
        height, width = (side // 2 for side in levels[-1].shape)
        squares = levels[-1][: 2 * height, : 2 * width].reshape(height, 2, width, 2)
        levels.append(squares.mean(axis=(1, 3)).astype(np.uint8))
    return tuple(levels)


def by_vectors(now: Picture, at: Place, size: Place) -> Place:
    """Where a face is that was at a place one frame ago: the median vector of its blocks."""
    told = now.vectors
    if told is None:
        return at
    near = (told["source"] < 0) & (np.abs(told["dst_x"] - at[0]) <= size[0] / 2)
    blocks = told[near & (np.abs(told["dst_y"] - at[1]) <= size[1] / 2)]
    if not len(blocks):
        return at
    each = np.repeat(blocks, blocks["w"].astype(int) * blocks["h"] // 16)
    x, y = (-np.median(each[f"motion_{axis}"] / each["motion_scale"]) for axis in "xy")
    return at[0] + float(x), at[1] + float(y)


def by_flow(last: Picture, now: Picture, at: Place, size: Place) -> Place:
    """The same by the face's own pixels, which are laid over the next frame (Lucas and Kanade)."""
    x = y = 0.0
    for level in (2, 1, 0):
        scale = 0.5**level
        if level and min(size) * scale < _COARSEST:
            continue
        columns, rows = (
            np.arange(-side * scale / 2, side * scale / 2 + 1) + place * scale - 0.5
            for place, side in zip(at, size, strict=True)
        )
        shown = _sampled(last.levels[level], rows, columns)
        down, across = np.gradient(shown)
        a, b, d = (
            float((p * q).sum()) for p, q in ((across, across), (across, down), (down, down))
        )
        if a * d - b * b < 1e-3 * (a + d) ** 2:
            continue
        x, y = x * scale, y * scale
        for _ in range(_STEPS):
            apart = _sampled(now.levels[level], rows + y, columns + x) - shown
            p, q = float((across * apart).sum()), float((down * apart).sum())
            dx, dy = (b * q - d * p) / (a * d - b * b), (b * p - a * q) / (a * d - b * b)
            x, y = x + dx, y + dy
            if max(abs(dx), abs(dy)) < _ENOUGH:
                break
        x, y = x / scale, y / scale
    return (at[0] + x, at[1] + y) if max(abs(x), abs(y)) < max(size) else at


def _sampled(picture: Grey, rows: NDArray[Any], columns: NDArray[Any]) -> NDArray[np.float32]:
    """The picture between its pixels; beyond its edges it goes on as it ends."""
    height, width = picture.shape
    rows, columns = np.clip(rows, 0, height - 1.001), np.clip(columns, 0, width - 1.001)
    top, left = rows.astype(int), columns.astype(int)
    down, across = (rows - top)[:, None], (columns - left)[None]
    part = picture[top[:, None], left] * (1 - across) + picture[top[:, None], left + 1] * across
    low = picture[top[:, None] + 1, left] * (1 - across)
    low += picture[top[:, None] + 1, left + 1] * across
    return np.asarray(part * (1 - down) + low * down, np.float32)


class _Measured:
    """How far off each way was, face heights; how many faces it left bare; what flow took."""

    def __init__(self) -> None:
        self.off: dict[tuple[str, float], dict[str, list[float]]] = defaultdict(
            lambda: defaultdict(list)
        )
        self.bare: dict[tuple[str, float], dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self.seconds: dict[str, float] = defaultdict(float)
        self.steps = 0

    def follow(self, film: Film, pictures: Sequence[Picture], gap: float) -> None:
        """All faces that are seen in all frames from one look to the next."""
        count = max(2, round(gap * film.fps))
        for first in range(0, len(film.faces) - count, count):
            shown = film.faces[first : first + count + 1]
            for person in shown[0]:
                if all(person in each for each in shown):
                    way = [each[person] for each in shown]
                    self._face(film, gap, way, pictures[first : first + count + 1])

    def _face(
        self, film: Film, gap: float, way: Sequence[Box], pictures: Sequence[Picture]
    ) -> None:
        begin, end = _middle(way[0]), _middle(way[-1])
        size = max(way[0].width, way[-1].width), max(way[0].height, way[-1].height)
        carried = {"vectors": [begin], "flow": [begin]}
        for last, now in itertools.pairwise(pictures):
            began = time.perf_counter()
            carried["vectors"].append(by_vectors(now, carried["vectors"][-1], size))
            between = time.perf_counter()
            carried["flow"].append(by_flow(last, now, carried["flow"][-1], size))
            self.seconds["vectors"] += between - began
            self.seconds["flow"] += time.perf_counter() - between
            self.steps += 1
        height, width = pictures[0].levels[0].shape
        for number in range(1, len(way) - 1):
            share = number / (len(way) - 1)
            line = _line(begin, end, share, pictures, number)
            found = {"where it was": begin, "straight line": line}
            for name, places in carried.items():
                (x, y), (left, top) = places[number], places[-1]
                found[name] = x, y
                found[f"{name}, to both"] = (
                    x + share * (end[0] - left), y + share * (end[1] - top)
                )  # fmt: skip
            true = _middle(way[number])
            for name, (x, y) in found.items():
                off = float(np.hypot(x - true[0], y - true[1])) / way[number].height
                cover = CoverSize().sighting(Seen(0.0, x, y, *size))
                hidden = covered_share(way[number], [cover], "ellipse", width, height)
                self.off[film.kind, gap][name].append(off)
                self.bare[film.kind, gap][name] += hidden < COVERED


def _line(
    begin: Place, end: Place, share: float, pictures: Sequence[Picture], number: int
) -> Place:
    """On the straight way in the scene: what the camera's own movement adds is taken off."""
    first, this, last = (pictures[at].origin for at in (0, number, -1))
    x, y = (
        a + share * ((b - gone) - (a - before)) - before + now
        for a, b, before, now, gone in zip(begin, end, first, this, last, strict=True)
    )
    return x, y


def _middle(box: Box) -> Place:
    return (box.left + box.right) / 2, (box.top + box.bottom) / 2


def _decoding(video: Path) -> tuple[float, float]:
    """Seconds to decode a video without and with its vectors: the better of two each."""
    spent: dict[bool, list[float]] = {False: [], True: []}
    for vectors in (False, True) * 2:
        began = time.perf_counter()
        for frame in decoded(video, vectors=vectors):
            _vectors(frame)
        spent[vectors].append(time.perf_counter() - began)
    return min(spent[False]), min(spent[True])


def run() -> None:
    """Measure, and print."""
    if not available():
        raise SystemExit("Skipped: portraits and recordings are not beside this checkout.")
    measured = _Measured()
    times: list[tuple[float, float, int]] = []
    for film in films():
        pictures = _pictures(film.video)
        times.append((*_decoding(film.video), len(pictures)))
        for gap in GAPS:
            measured.follow(film, pictures, gap)
    print("Off in the middle / in 95 % of faces, face heights; bare faces.\n")
    print("| | faces | " + " | ".join(WAYS) + " |")
    print("|---" + "|---:" * (len(WAYS) + 1) + "|")
    for (kind, gap), ways in sorted(measured.off.items()):
        cells = [
            f"{statistics.median(ways[way]):.2f} / {np.quantile(ways[way], 0.95):.2f}; "
            f"{measured.bare[kind, gap][way]}"
            for way in WAYS
        ]
        print(f"| {kind}, {gap} s | {len(ways[WAYS[0]])} | " + " | ".join(cells) + " |")
    plain, told, frames = (sum(column) for column in zip(*times, strict=True))
    print(
        f"\nDecoding {1000 * plain / frames:.2f} ms a frame, with vectors {told / plain:.2f} times "
        f"that; for each face and frame vectors take {_each(measured, 'vectors', plain, frames)} "
        f"of a decoded frame, and flow {_each(measured, 'flow', plain, frames)}."
    )


def _each(measured: _Measured, way: str, plain: float, frames: int) -> str:
    return f"{measured.seconds[way] / measured.steps / (plain / frames):.2f}"


if __name__ == "__main__":
    run()
