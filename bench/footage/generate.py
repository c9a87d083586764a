"""`python -m bench.footage.generate`: video with exact boxes of every face in every frame.

Heads of real portraits walk, run, approach and stand before real streets; they are scaled,
tilted, blurred along their movement, pass behind posts and each other and leave the frame.
The same seed makes the same clip. Written to build/footage/clips.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Generic, TypeVar

import av
import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from bench.footage import BUILD, DATA
from bench.footage.grounds import CORNER, HALL, STREET, Place, available, moving, still
from bench.footage.heads import Head, Pose, draw, face_box, load_heads
from bench.footage.truth import Shown, Truth
from habeas.faces import Box

CLIPS = BUILD / "clips"
_RATE = 25
#: Share of a frame's time for which the shutter is open.
_SHUTTER = 0.4
_SMALLEST, _LARGEST = 13.0, 215.0
_BASE = Fraction(1, 1000)
#: Share of the light by night, and times the noise by day: about 6 grey levels.
_NIGHT_LIGHT, _NIGHT_NOISE = 0.25, 4

#: A head, or what stands for one.
H = TypeVar("H")
Frame = NDArray[np.uint8]
Mask = NDArray[np.float32]


@dataclass(frozen=True)
class Shot:
    """A stretch between two cuts.

    Attributes:
        place: the background.
        frames: at 25 a second.
        people: who appear.
        low: least height of a face, pixels, where people begin.
        high: greatest, likewise.
        pan: pixels that the camera turns to either side; 0 for a camera on a pole.
    """

    place: Place
    frames: int
    people: int
    low: float = 18
    high: float = 150
    pan: float = 0


@dataclass(frozen=True)
class Clip:
    """A clip to make. At any rate of frames the same people do the same.

    Attributes:
        name: of the clip.
        width: of a frame as it is drawn, pixels.
        height: likewise.
        shots: one after another.
        seed: chooses the people and what they do.
        uneven: drops and delays frames, as phones and cameras do.
        fps: frames a second.
        night: there is little light, and the sensor is noisy and grey.
        sideways: the camera hangs on its side, and its file does not say so.
    """

    name: str
    width: int
    height: int
    shots: tuple[Shot, ...]
    seed: int
    uneven: bool = False
    fps: int = _RATE
    night: bool = False
    sideways: bool = False

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of its file's pictures, pixels."""
        return (self.height, self.width) if self.sideways else (self.width, self.height)

    @property
    def frames(self) -> list[int]:
        """How many of each shot."""
        return [shot.frames * self.fps // _RATE for shot in self.shots]


def at_rate(clip: Clip, fps: int) -> Clip:
    """The same scene at so many frames a second."""
    return replace(clip, name=f"{clip.name}@{fps}", fps=fps)


def clips(seed: int = 1) -> list[Clip]:
    """The clips of the evaluation."""
    full, half = (1920, 1080), (1280, 720)
    cuts = tuple(
        Shot(place, 60, 8, pan=pan)
        for place, pan in ((STREET, 0), (HALL, 0), (CORNER, 300), (HALL, 200))
    )
    return [
        Clip("static-1080p", *full, (Shot(STREET, 200, 12),), seed),
        Clip("crowd-1080p", *full, (Shot(CORNER, 200, 24, 16, 44),), seed + 100),
        Clip("pan-1080p", *full, (Shot(STREET, 200, 14, pan=420),), seed + 200),
        Clip("cuts-1080p", *full, cuts, seed + 300),
        Clip("static-720p", *half, (Shot(HALL, 200, 10, 17, 120),), seed + 400),
        Clip("pan-720p", *half, (Shot(HALL, 200, 10, 17, 120, pan=280),), seed + 500),
        Clip("uneven-720p", *half, (Shot(STREET, 200, 10, 17, 120),), seed + 600, uneven=True),
    ]


def conditions(seed: int) -> list[Clip]:
    """One scene as cameras see it in the day, at night, while they turn and hung sideways."""
    width, height = 1280, 720
    shot, turning = (Shot(STREET, 150, 8, 20, 120, pan=pan) for pan in (0, 280))
    still = Clip("day", width, height, (shot,), seed)
    return [
        still,
        replace(still, name="night", night=True),
        replace(still, name="turning", shots=(turning,)),
        replace(still, name="sideways", sideways=True),
    ]


@dataclass(frozen=True)
class _Person(Generic[H]):
    number: int
    head: H
    light: float
    x: float
    y: float
    dx: float
    dy: float
    height: float
    growth: float
    tilt: float
    sway: float
    pace: float
    phase: float
    #: First frame and number of frames of a post that passes before the face.
    post: tuple[float, float] | None

    def pose(self, t: float, camera: tuple[float, float]) -> Pose:
        """Where they are *t* frames into the shot, seen by a camera that is turned so far."""
        wave = 2 * math.pi * (self.pace * t / _RATE + self.phase)
        height = min(_LARGEST, max(_SMALLEST, self.height * math.exp(self.growth * t)))
        return Pose(
            self.x + self.dx * t + 0.08 * height * math.sin(wave / 2) - camera[0],
            self.y + self.dy * t + 0.06 * height * math.sin(wave) - camera[1],
            height,
            self.tilt + self.sway * math.sin(wave / 2),
        )


@cache
def _heads() -> list[Head]:
    return load_heads(DATA / "portraits")


def _camera(shot: Shot, t: float) -> tuple[float, float]:
    if not shot.pan:
        return 0.0, 0.0
    turn = shot.pan * math.cos(2 * math.pi * t / 200)
    # A hand is never still.
    return turn + 2.5 * math.sin(t / 3.1) + 1.5 * math.sin(t / 1.7), 2.5 * math.sin(t / 2.3 + 1)


def _cast(
    clip: Clip, shot: Shot, first: int, rng: np.random.Generator, heads: Sequence[H]
) -> list[_Person[H]]:
    """The people of a shot, farthest first."""
    people = []
    for number in range(first, first + shot.people):
        kind = rng.choice(["walk", "run", "approach", "stand"], p=[0.45, 0.15, 0.2, 0.2])
        height = float(np.exp(rng.uniform(math.log(shot.low), math.log(shot.high))))
        # Heights of a face per frame: 1.4 m/s is about 0.25, 4 m/s about 0.7.
        low, high = {"walk": (0.1, 0.28), "run": (0.4, 0.7)}.get(str(kind), (0.0, 0.04))
        speed = height * rng.uniform(low, high) * rng.choice([-1, 1])
        growth = rng.uniform(0.002, 0.007) * rng.choice([-1, 1]) if kind == "approach" else 0.0
        drift = rng.uniform(-0.1, 0.1) * speed
        # Everyone is inside the frame at some moment.
        t = rng.uniform(0.1, 0.9) * shot.frames
        camera = _camera(shot, t)
        x = rng.uniform(0.08, 0.92) * clip.width + camera[0] - speed * t
        y = rng.uniform(0.15, 0.85) * clip.height + camera[1] - drift * t
        length = rng.uniform(6, 24)
        post = (t + rng.uniform(-40, 40), length) if rng.random() < 0.35 else None
        people.append(
            _Person(
                number=number,
                head=heads[int(rng.integers(len(heads)))],
                light=rng.uniform(0.55, 1.1),
                x=x, y=y, dx=speed, dy=drift,
                height=height * math.exp(-growth * t), growth=growth,
                tilt=rng.uniform(-0.2, 0.2), sway=rng.uniform(0.02, 0.25),
                pace=rng.uniform(0.8, 2.0), phase=rng.random(), post=post,
            )
        )  # fmt: skip
    return sorted(people, key=lambda each: each.height)


def _paint(frame: Frame, left: int, top: int, colour: Mask, opacity: Mask) -> None:
    """Draw a patch, whatever part of it lies in the frame."""
    (rows, columns) = opacity.shape
    y0, y1 = max(0, top), min(frame.shape[0], top + rows)
    x0, x1 = max(0, left), min(frame.shape[1], left + columns)
    if y1 <= y0 or x1 <= x0:
        return
    inner = np.s_[y0 - top : y1 - top, x0 - left : x1 - left]
    below = frame[y0:y1, x0:x1]
    drawn = below * (1 - opacity[inner][..., None]) + colour[inner]
    frame[y0:y1, x0:x1] = np.minimum(drawn, 255)


@dataclass(eq=False)
class _Left:
    """What is left to be seen of a face while nearer things are drawn over it."""

    person: int
    box: Box
    left: int
    top: int
    mask: Mask
    whole: float

    def hide(self, left: int, top: int, opacity: Mask) -> None:
        y0, y1 = max(self.top, top), min(self.top + len(self.mask), top + len(opacity))
        x0 = max(self.left, left)
        x1 = min(self.left + self.mask.shape[1], left + opacity.shape[1])
        if y1 > y0 and x1 > x0:
            part = opacity[y0 - top : y1 - top, x0 - left : x1 - left]
            self.mask[y0 - self.top : y1 - self.top, x0 - self.left : x1 - self.left] *= 1 - part

    def shown(self, width: int, height: int) -> Shown:
        y0, x0 = max(0, -self.top), max(0, -self.left)
        inside = self.mask[y0 : max(y0, height - self.top), x0 : max(x0, width - self.left)]
        return Shown(self.person, self.box, float(inside.sum()) / self.whole)


def _draw_people(
    frame: Frame, people: Sequence[_Person[Head]], shot: Shot, t: float
) -> tuple[Shown, ...]:
    height, width = frame.shape[:2]
    seen: list[_Left] = []

    def over(left: int, top: int, colour: Mask, opacity: Mask) -> None:
        for each in seen:
            each.hide(left, top, opacity)
        _paint(frame, left, top, colour, opacity)

    for person in people:
        before = person.pose(t - _SHUTTER / 2, _camera(shot, t - _SHUTTER / 2))
        after = person.pose(t + _SHUTTER / 2, _camera(shot, t + _SHUTTER / 2))
        now = person.pose(t, _camera(shot, t))
        reach = 2 * now.height
        if not (-reach < now.x < width + reach and -reach < now.y < height + reach):
            continue
        now = Pose(now.x, now.y, now.height, now.tilt, after.x - before.x, after.y - before.y)
        patch = draw(person.head, now)
        over(patch.left, patch.top, patch.colour * np.float32(person.light), patch.opacity)
        whole = float(patch.mask.sum())
        seen.append(
            _Left(person.number, face_box(person.head, now), patch.left, patch.top,
                  patch.mask.copy(), whole)
        )  # fmt: skip
        if person.post is not None and 0 <= (t - person.post[0]) / person.post[1] <= 1:
            over(*_post(now, (t - person.post[0]) / person.post[1]))
    return tuple(
        shown
        for shown in (each.shown(width, height) for each in seen)
        if shown.box.right > 0 and shown.box.bottom > 0
        and shown.box.left < width and shown.box.top < height
    )  # fmt: skip


def _post(pose: Pose, share: float) -> tuple[int, int, Mask, Mask]:
    """A post, grey and rounded, that comes from the left and goes to the right."""
    wide, tall = round(1.3 * pose.height), round(4 * pose.height)
    middle = pose.x + (4 * share - 2) * pose.height
    shade = 70 + 60 * np.cos(np.linspace(-1.4, 1.2, wide, dtype=np.float32))
    colour = np.broadcast_to(shade[None, :, None], (tall, wide, 3))
    return (
        round(middle - wide / 2),
        round(pose.y - tall / 2),
        np.asarray(colour, np.float32),
        np.ones((tall, wide), np.float32),
    )


def _times(clip: Clip, rng: np.random.Generator) -> list[float]:
    """Seconds of each frame."""
    count = sum(clip.frames)
    if not clip.uneven:
        return [number / clip.fps for number in range(count)]
    # Most frames a little early or late, some held up for two to four times as long.
    steps = rng.choice([33, 40, 47, 80, 160], size=count, p=[0.25, 0.4, 0.25, 0.07, 0.03])
    return [float(at) / 1000 for at in np.concatenate([[0], np.cumsum(steps)[:-1]])]


def render(clip: Clip) -> Iterator[tuple[Frame, float, tuple[Shown, ...]]]:
    """The frames of a clip: pixels, seconds, faces."""
    rng = np.random.default_rng(clip.seed)
    times = _times(clip, rng)
    grain = rng.normal(0, 1.5, (clip.height, clip.width, 1)).astype(np.int16)
    number = people = 0
    for shot, frames in zip(clip.shots, clip.frames, strict=True):
        cast = _cast(clip, shot, people, rng, _heads())
        people += shot.people
        ground = (moving if shot.pan else still)(shot.place, clip.width, clip.height)
        start = times[number]
        for _ in range(frames):
            at = times[number] - start
            frame = ground(at, _camera(shot, at * _RATE))
            shown = _draw_people(frame, cast, shot, at * _RATE)
            noise = np.roll(grain, tuple(rng.integers(0, 500, 2)), axis=(0, 1))
            lit = _at_night(frame) + _NIGHT_NOISE * noise if clip.night else frame + noise
            pixels = np.clip(lit, 0, 255).astype(np.uint8)
            if clip.sideways:
                pixels, shown = np.rot90(pixels), _turned(shown, clip.width)
            yield pixels, times[number], shown
            number += 1


def cast_of(clip: Clip, heads: Sequence[H]) -> dict[int, H]:
    """Whose head each person of a clip has: `render`'s draws, and nothing drawn.

    Args:
        clip: the clip.
        heads: what stands for the heads, in their order.
    """
    rng = np.random.default_rng(clip.seed)
    _times(clip, rng)
    rng.normal(0, 1.5, (clip.height, clip.width, 1))
    found: dict[int, H] = {}
    for shot, frames in zip(clip.shots, clip.frames, strict=True):
        cast = _cast(clip, shot, len(found), rng, heads)
        found |= {person.number: person.head for person in cast}
        for _ in range(frames):
            rng.integers(0, 500, 2)
    return found


def _at_night(frame: Frame) -> NDArray[np.int16]:
    """A quarter of the light, and hardly any colour."""
    grey = frame.mean(axis=2, keepdims=True)
    return np.asarray(_NIGHT_LIGHT * (0.8 * grey + 0.2 * frame), np.int16)


def _turned(shown: Sequence[Shown], width: int) -> tuple[Shown, ...]:
    """Faces of a picture of that width once it is turned anticlockwise by a quarter."""
    return tuple(
        replace(
            each,
            box=Box(each.box.top, width - each.box.right, each.box.bottom, width - each.box.left),
        )
        for each in shown
    )


def paths(clip: Clip) -> tuple[Path, Path]:
    """Where a clip and its truth are."""
    video = CLIPS / f"{clip.name}-{clip.seed}.mp4"
    return video, video.with_suffix(".json")


def make(clip: Clip) -> tuple[Path, Truth]:
    """Make a clip, or take it where it was made before."""
    video, answers = paths(clip)
    if video.is_file() and answers.is_file():
        return video, Truth.load(answers)
    CLIPS.mkdir(parents=True, exist_ok=True)
    times, frames = [], []
    meanwhile = video.with_suffix(".part")
    with av.open(str(meanwhile), "w", format="mp4") as out:
        stream = out.add_stream(
            "libx264", rate=clip.fps, options={"preset": "veryfast", "crf": "20"}
        )
        width, height = clip.size
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.time_base = stream.time_base = _BASE
        total = sum(clip.frames)
        for pixels, at, shown in track(render(clip), f"Making {clip.name}", total=total):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format="yuv420p")
            frame.pts, frame.time_base = round(at / _BASE), _BASE
            out.mux(stream.encode(frame))
            times.append(at)
            frames.append(shown)
        out.mux(stream.encode(None))
    truth = Truth(width, height, tuple(times), tuple(frames))
    truth.save(answers)
    meanwhile.replace(video)
    return video, Truth.load(answers)


def main() -> None:
    """Make all clips."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    if not available():
        raise SystemExit("Skipped: portraits and recordings are not beside this checkout.")
    for clip in clips(parser.parse_args().seed):
        video, truth = make(clip)
        print(video.name, len(truth.frames), "frames,", sum(map(len, truth.frames)), "faces")


if __name__ == "__main__":
    main()
