"""Filter and smoother, against the same written as matrices, and against all data at once."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.cover._kalman import Gaussian, predict, smooth, step, update

times = st.floats(1e-3, 20.0)
variances = st.floats(1e-4, 1e6)


def matrices(that):
    f = np.array([[1.0, that.run], [0.0, that.kept]])
    q = np.array([[that.place_noise, that.shared_noise], [that.shared_noise, that.speed_noise]])
    return f, q


def moments(known):
    covariance = [
        [known.place_variance, known.covariance],
        [known.covariance, known.speed_variance],
    ]
    return np.array([known.place, known.speed]), np.array(covariance)


@given(times, variances, st.floats(0.1, 20.0))
def test_two_steps_are_one(seconds, variance, persistence):
    """The noise is that of a process in continuous time: Chapman and Kolmogorov."""
    f, q = matrices(step(seconds, variance, persistence))
    (f1, q1), (f2, q2) = (
        matrices(step(part * seconds, variance, persistence)) for part in (0.3, 0.7)
    )
    assert f2 @ f1 == pytest.approx(f)
    assert f2 @ q1 @ f2.T + q2 == pytest.approx(q, rel=1e-4, abs=1e-9 * variance)


def test_for_short_times_it_is_constant_velocity():
    """With white noise of the density 2 V / persistence (Bar-Shalom et al., section 6.2.2)."""
    short, persistence, variance = 0.01, 5.0, 9.0
    that, density = step(short, variance, persistence), 2 * variance / persistence
    assert that.run == pytest.approx(short, rel=1e-2)
    assert that.place_noise == pytest.approx(density * short**3 / 3, rel=1e-2)
    assert that.shared_noise == pytest.approx(density * short**2 / 2, rel=1e-2)
    assert that.speed_noise == pytest.approx(density * short, rel=1e-2)


def test_for_long_times_it_is_a_random_walk():
    that = step(1000.0, 9.0, 2.0)
    assert that.kept == pytest.approx(0)
    assert that.speed_noise == pytest.approx(9.0)
    assert that.place_noise == pytest.approx(2 * 9.0 * 2.0 * 1000, rel=1e-2)


@given(times, st.floats(-1e3, 1e3), st.floats(-500, 500), variances, variances, st.floats(-1, 1))
def test_a_step_is_matrices(seconds, place, speed, a, d, correlation):
    now = Gaussian(place, speed, a, 0.9 * correlation * math.sqrt(a * d), d)
    that = step(seconds, 4.0, 3.0)
    (f, q), (mean, covariance) = matrices(that), moments(now)
    found_mean, found = moments(predict(now, that))
    assert found_mean == pytest.approx(f @ mean)
    assert found == pytest.approx(f @ covariance @ f.T + q, rel=1e-6, abs=1e-6)


def all_at_once(at, seen, errors, prior, persistence, variance):
    """Means and variances of places, by conditioning one large normal distribution."""
    fs = [matrices(step(b - a, variance, persistence)) for a, b in itertools.pairwise(at)]
    n = len(at)
    mean, covariance = moments(prior)
    means, blocks = [mean], {(0, 0): covariance}
    for k, (f, q) in enumerate(fs):
        means.append(f @ means[-1])
        for j in range(k + 1):
            blocks[j, k + 1] = blocks[j, k] @ f.T
        blocks[k + 1, k + 1] = f @ blocks[k, k] @ f.T + q
    joint = np.zeros((2 * n, 2 * n))
    for (i, j), block in blocks.items():
        joint[2 * i : 2 * i + 2, 2 * j : 2 * j + 2] = block
        joint[2 * j : 2 * j + 2, 2 * i : 2 * i + 2] = block.T
    told = [k for k in range(n) if seen[k] is not None]
    h = np.zeros((len(told), 2 * n))
    for row, k in enumerate(told):
        h[row, 2 * k] = 1
    s = h @ joint @ h.T + np.diag([errors[k] for k in told])
    gain = joint @ h.T @ np.linalg.inv(s)
    mean = np.concatenate(means)
    mean += gain @ (np.array([seen[k] for k in told]) - h @ mean)
    covariance = joint - gain @ h @ joint
    return mean[::2], np.diag(covariance)[::2]


def test_filter_and_smoother_are_what_all_sightings_at_once_tell():
    """Kalman, and Rauch, Tung and Striebel, for uneven times with gaps in them."""
    rng = np.random.default_rng(7)
    at = np.cumsum(rng.uniform(0.05, 0.8, 12))
    seen = [None if k in (3, 4, 8) else float(rng.normal(20 * t, 3)) for k, t in enumerate(at)]
    errors = rng.uniform(1, 9, 12)
    prior = Gaussian(10.0, 0.0, 400.0, 0.0, 900.0)
    persistence, variance = 2.0, 250.0
    states = []
    for k, t in enumerate(at):
        state = prior if k == 0 else predict(states[-1], step(t - at[k - 1], variance, persistence))
        states.append(state if seen[k] is None else update(state, seen[k], errors[k]))
    smoothed = [states[-1]]
    for k in range(len(at) - 2, -1, -1):
        there = step(at[k + 1] - at[k], variance, persistence)
        smoothed.insert(0, smooth(states[k], there, smoothed[0]))
    means, spreads = all_at_once(list(at), seen, errors, prior, persistence, variance)
    assert [each.place for each in smoothed] == pytest.approx(means)
    assert [each.place_variance for each in smoothed] == pytest.approx(spreads)
    assert states[-1].place == pytest.approx(means[-1])


@given(times, times, st.floats(-50, 50))
def test_the_longer_nobody_looks_the_less_is_known(one, other, speed):
    now = Gaussian(0.0, speed, 1.0, 0.0, 4.0)
    near, far = sorted((one, other))
    assert predict(now, step(near, 9.0, 3.0)).place_variance <= predict(
        now, step(far, 9.0, 3.0)
    ).place_variance * (1 + 1e-9)


@given(times, st.floats(-50, 50))
def test_before_is_as_after(seconds, speed):
    """The process looks the same in both directions of time."""
    after = predict(Gaussian(0.0, speed, 1.0, 0.0, 4.0), step(seconds, 9.0, 3.0))
    before = predict(Gaussian(0.0, -speed, 1.0, 0.0, 4.0), step(-seconds, 9.0, 3.0))
    assert after.place == pytest.approx(before.place)
    assert after.place_variance == pytest.approx(before.place_variance)
    assert after.covariance == pytest.approx(-before.covariance)


@given(st.lists(st.tuples(times, st.floats(-1e5, 1e5), variances), min_size=2, max_size=12))
def test_whatever_is_seen_variances_are_variances(sightings):
    states, steps = [Gaussian(0.0, 0.0, 1.0, 0.0, 100.0)], []
    for seconds, place, error in sightings:
        speeds = states[-1].speed ** 2 + states[-1].speed_variance
        steps.append(step(seconds, speeds, 3.0))
        states.append(update(predict(states[-1], steps[-1]), place, error))
    later = states[-1]
    for state, there in zip(states[-2::-1], steps[::-1], strict=True):
        later = smooth(state, there, later)
        for each in (state, later):
            values = (each.place, each.speed, each.place_variance, each.speed_variance)
            assert all(map(math.isfinite, values))
            assert each.place_variance >= 0
            assert each.speed_variance >= 0
