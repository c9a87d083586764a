"""How a head moves: a Kalman filter and a Rauch–Tung–Striebel smoother for one coordinate.

The velocity is an Ornstein–Uhlenbeck process, and the place its integral: somebody keeps their
speed, and forgets its direction in a stated time (Uhlenbeck and Ornstein 1930; Johnson et al.
2008 for animals that are seen now and then). For times much shorter than that one it is the
constant-velocity model of tracking (Bar-Shalom, Li and Kirubarajan 2001, section 6.2). Filter and
smoother: Kalman 1960; Rauch, Tung and Striebel 1965. Pure functions over two by two Gaussians,
written out, as there are thousands a second.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Gaussian:
    """What is known of one coordinate of a head.

    Attributes:
        place: mean, pixels of the scene.
        speed: mean, pixels a second.
        place_variance: square pixels.
        covariance: of place and speed, square pixels a second.
        speed_variance: square pixels a square second.
    """

    place: float
    speed: float
    place_variance: float
    covariance: float
    speed_variance: float


@dataclass(frozen=True, slots=True)
class Step:
    """What happens to a coordinate in a time: ``x' = F x + w`` with ``w ~ N(0, Q)``.

    ``F = [[1, run], [0, kept]]``; Q is symmetric.

    Attributes:
        run: seconds that the present speed carries.
        kept: share of the present speed that is left.
        place_noise: Q's first diagonal element.
        shared_noise: Q's other element.
        speed_noise: Q's second diagonal element.
    """

    run: float
    kept: float
    place_noise: float
    shared_noise: float
    speed_noise: float


def step(seconds: float, speed_variance: float, persistence: float) -> Step:
    """The step of so many seconds; before now when they are negative, as the process is reversible.

    Args:
        seconds: how long.
        speed_variance: stationary variance of the speed, square pixels a square second.
        persistence: seconds in which the correlation of the velocity falls to 1/e.
    """
    share = abs(seconds) / persistence
    kept = math.exp(-share)
    lost = -math.expm1(-share)
    # 2s − 3 + 4e^−s − e^−2s loses all its digits where s is small; there it is 2s³/3.
    spread = 2 * share - 2 * lost - lost * lost if share > 1e-3 else share**3 * (2 / 3)
    sign = math.copysign(1.0, seconds)
    return Step(
        run=sign * persistence * lost,
        kept=kept,
        place_noise=speed_variance * persistence * persistence * max(spread, 0.0),
        shared_noise=sign * speed_variance * persistence * lost * lost,
        speed_noise=speed_variance * lost * (1 + kept),
    )


def predict(now: Gaussian, step: Step) -> Gaussian:
    """What is known after the step, if nothing is seen."""
    run, kept = step.run, step.kept
    covariance = now.covariance + run * now.speed_variance
    return Gaussian(
        now.place + run * now.speed,
        kept * now.speed,
        now.place_variance + run * (now.covariance + covariance) + step.place_noise,
        kept * covariance + step.shared_noise,
        kept * kept * now.speed_variance + step.speed_noise,
    )


def update(expected: Gaussian, seen: float, variance: float) -> Gaussian:
    """What is known once the place was seen with an error of *variance* (square pixels)."""
    total = expected.place_variance + variance
    gain, speed_gain = expected.place_variance / total, expected.covariance / total
    innovation = seen - expected.place
    return Gaussian(
        expected.place + gain * innovation,
        expected.speed + speed_gain * innovation,
        expected.place_variance * (variance / total),
        expected.covariance * (variance / total),
        max(0.0, expected.speed_variance - speed_gain * expected.covariance),
    )


def smooth(now: Gaussian, step: Step, later: Gaussian) -> Gaussian:
    """What is known now, in the light of all that was seen later (Rauch, Tung and Striebel).

    Args:
        now: filtered.
        step: from now to then.
        later: smoothed.
    """
    expected = predict(now, step)
    # The gain is C = P Fᵀ E⁻¹, of the filtered P and the expected E.
    a, b, d = expected.place_variance, expected.covariance, expected.speed_variance
    determinant = a * d - b * b
    if determinant <= 0:
        return now
    p, q, r = now.place_variance, now.covariance, now.speed_variance
    top_left, top_right = p + q * step.run, q * step.kept
    low_left, low_right = q + r * step.run, r * step.kept
    c11 = (top_left * d - top_right * b) / determinant
    c12 = (top_right * a - top_left * b) / determinant
    c21 = (low_left * d - low_right * b) / determinant
    c22 = (low_right * a - low_left * b) / determinant
    place, speed = later.place - expected.place, later.speed - expected.speed
    u = later.place_variance - a
    v = later.covariance - b
    w = later.speed_variance - d
    return Gaussian(
        now.place + c11 * place + c12 * speed,
        now.speed + c21 * place + c22 * speed,
        max(0.0, p + c11 * (c11 * u + c12 * v) + c12 * (c11 * v + c12 * w)),
        q + c21 * (c11 * u + c12 * v) + c22 * (c11 * v + c12 * w),
        max(0.0, r + c21 * (c21 * u + c22 * v) + c22 * (c21 * v + c22 * w)),
    )
