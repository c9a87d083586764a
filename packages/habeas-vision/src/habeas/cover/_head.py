"""One head's place over time: what the filter in `_kalman` is fed with, and what it knows.

Lengths are told in face heights (0.19 m, forehead to chin, in the mean of adults: Farkas 1994), so
that one set of numbers holds for faces near and far. Places are those of the scene: what the
camera's own movement adds is taken off before.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from habeas.cover._kalman import Gaussian, Step, predict, smooth, step, update


@dataclass(frozen=True)
class HeadMotion:
    """How people move, and how far detectors are off.

    Of errors in place, what is stated was compared to what is: docs/evaluation/footage-choices.md.

    Attributes:
        pace: root mean square speed of somebody of whom nothing is known yet, face heights a
            second. People walk at 1.34 m/s (Weidmann 1993), which is 7, and run at 3.5, which is
            19; that is within two of these.
        sway: the same of somebody who stands, face heights a second: 0.06 m/s.
        persistence: seconds after which the direction of a movement is forgotten.
        jitter: standard deviation of a sighting's place from one look to the next, face heights.
        off: the same of what stays as long as a face is turned as it is, face heights.
        off_pixels: the same for small faces, pixels of what the detector sees.
        blur: the same, pixels of the picture: to show it enlarged tells no more than there is.
        resize: standard deviation of a face's size after a second, natural logarithm.
        resized: standard deviation of a sighting's size, natural logarithm.
    """

    pace: float = 10.0
    sway: float = 0.3
    persistence: float = 3.0
    jitter: float = 0.05
    off: float = 0.02
    off_pixels: float = 1.8
    blur: float = 1.2
    resize: float = 0.25
    resized: float = 0.15


@dataclass(frozen=True, slots=True)
class Seen:
    """A sighting: middle and size of a face in the scene, pixels.

    Attributes:
        at: seconds.
        x: of the middle.
        y: of the middle.
        width: of the face.
        height: of the face.
        score: the detector's, 0 to 1.
        fresh: False where nobody looked, as nothing had changed there.
        plain: how plainly, from 0 for a score that only just counts to 1 for one from which a
            single look makes a face.
    """

    at: float
    x: float
    y: float
    width: float
    height: float
    score: float = 1.0
    fresh: bool = True
    plain: float = 1.0

    @property
    def size(self) -> float:
        """The longer side: a face's height, also of one that lies on its side."""
        return max(self.width, self.height)


@dataclass(frozen=True, slots=True)
class State:
    """Where a head is at a time.

    Attributes:
        at: seconds.
        x: across.
        y: down.
        size: of the face, pixels.
    """

    at: float
    x: Gaussian
    y: Gaussian
    size: float

    @property
    def deviation(self) -> tuple[float, float]:
        """Standard deviations of the place, pixels across and down."""
        return math.sqrt(self.x.place_variance), math.sqrt(self.y.place_variance)

    def moves(self, deviations: float) -> bool:
        """Whether it is known to move: by more than so many standard deviations of its speed."""
        variance = (self.x.speed_variance + self.y.speed_variance) / 2
        return self.x.speed**2 + self.y.speed**2 > deviations**2 * variance


@dataclass(frozen=True)
class Filter:
    """The filter for one kind of detector.

    Attributes:
        motion: the numbers.
        scale: pixels that the detector sees along one of the picture.
    """

    motion: HeadMotion
    scale: float = 1.0

    def error(self, size: float) -> float:
        """Variance of a sighting's place that is another one each time, square pixels."""
        return (self.motion.jitter * size) ** 2 + self._small / 16

    def bias(self, size: float) -> float:
        """Variance of a sighting's place that no further sighting makes less, square pixels."""
        return (self.motion.off * size) ** 2 + self._small

    @property
    def _small(self) -> float:
        """Variance of a small face's place, square pixels of the picture."""
        return (self.motion.off_pixels / self.scale) ** 2 + self.motion.blur**2

    def first(self, seen: Seen) -> State:
        """What one sighting tells."""
        error, speed = self.error(seen.size), (self.motion.pace * seen.size) ** 2 / 2
        return State(
            seen.at,
            Gaussian(seen.x, 0.0, error, 0.0, speed),
            Gaussian(seen.y, 0.0, error, 0.0, speed),
            seen.size,
        )

    def step(self, state: State, at: float) -> Step:
        """From the state to a time; it may lie before.

        Who moves keeps their speed and forgets its direction: the stationary variance is that of
        the speed as it is known now, and never less than that of somebody who stands.
        """
        x, y = state.x, state.y
        speeds = x.speed**2 + y.speed**2 + x.speed_variance + y.speed_variance
        stands = (self.motion.sway * state.size) ** 2
        return step(at - state.at, (speeds + stands) / 2, self.motion.persistence)

    def expect(self, state: State, at: float) -> State:
        """The state at another time, if nothing is seen on the way."""
        there = self.step(state, at)
        return State(at, predict(state.x, there), predict(state.y, there), state.size)

    def standing(self, state: State, at: float) -> State:
        """The state at a later time, if they stand: nothing else is known after one sighting."""
        speed = (self.motion.sway * state.size) ** 2 / 2
        x, y = (
            Gaussian(each.place, 0.0, each.place_variance, 0.0, speed)
            for each in (state.x, state.y)
        )
        return self.expect(State(state.at, x, y, state.size), at)

    def see(self, state: State, seen: Seen) -> State:
        """The state once the head was seen, at a later time."""
        expected = self.expect(state, seen.at)
        error = self.error(seen.size)
        return State(
            seen.at,
            update(expected.x, seen.x, error),
            update(expected.y, seen.y, error),
            seen.size,
        )

    def likelihood(self, expected: State, seen: Seen) -> float:
        """Logarithm of the density of a sighting's place, up to a constant."""
        error, total = self.error(seen.size), 0.0
        for place, each in ((seen.x, expected.x), (seen.y, expected.y)):
            variance = each.place_variance + error
            total -= ((place - each.place) ** 2 / variance + math.log(variance)) / 2
        return total

    def smooth(self, state: State, later: State) -> State:
        """The state, in the light of what is known of a later time."""
        there = self.step(state, later.at)
        return State(
            state.at, smooth(state.x, there, later.x), smooth(state.y, there, later.y), state.size
        )

    def between(self, before: State, at: float, later: State) -> State:
        """A time between two: *before* is filtered, *later* is smoothed."""
        return self.smooth(self.expect(before, at), later)
