"""Who appears in a shot, and where each is at any moment: they walk, run, approach and stand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from bench.footage.clips import RATE, Clip, Shot
from bench.footage.heads import Pose

#: Least and greatest height of a face, pixels.
_SMALLEST, _LARGEST = 13.0, 215.0

#: A head, or what stands for one.
H = TypeVar("H")


@dataclass(frozen=True)
class Person(Generic[H]):
    """One of them: a head, and how it moves; pixels and frames of `RATE`."""

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
        wave = 2 * math.pi * (self.pace * t / RATE + self.phase)
        height = min(_LARGEST, max(_SMALLEST, self.height * math.exp(self.growth * t)))
        return Pose(
            self.x + self.dx * t + 0.08 * height * math.sin(wave / 2) - camera[0],
            self.y + self.dy * t + 0.06 * height * math.sin(wave) - camera[1],
            height,
            self.tilt + self.sway * math.sin(wave / 2),
        )


def camera_at(shot: Shot, t: float) -> tuple[float, float]:
    """How far the camera is turned *t* frames into the shot, pixels to the right and down."""
    if not shot.pan:
        return 0.0, 0.0
    turn = shot.pan * math.cos(2 * math.pi * t / 200)
    # A hand is never still.
    return turn + 2.5 * math.sin(t / 3.1) + 1.5 * math.sin(t / 1.7), 2.5 * math.sin(t / 2.3 + 1)


def cast_people(
    clip: Clip, shot: Shot, first: int, rng: np.random.Generator, heads: Sequence[H]
) -> list[Person[H]]:
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
        camera = camera_at(shot, t)
        x = rng.uniform(0.08, 0.92) * clip.width + camera[0] - speed * t
        y = rng.uniform(0.15, 0.85) * clip.height + camera[1] - drift * t
        length = rng.uniform(6, 24)
        post = (t + rng.uniform(-40, 40), length) if rng.random() < 0.35 else None
        people.append(
            Person(
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
