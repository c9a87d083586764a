"""Distorted sound: as long and about as loud as it was; pitch and timbre are gone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.cover._voice import Distortion, Vocoder

RATE = Vocoder.rate


def tone(hertz, seconds=2.0):
    at = np.arange(int(RATE * seconds)) / RATE
    return (0.3 * np.sin(2 * np.pi * hertz * at)).astype(np.float32)


def distorted(samples, piece=1000):
    work = Distortion()
    done = [work.add(samples[at : at + piece]) for at in range(0, len(samples), piece)]
    return np.concatenate([*done, work.flush()])


def spectrum(samples):
    return np.abs(np.fft.rfft(samples)), np.fft.rfftfreq(len(samples), 1 / RATE)


@given(st.lists(st.integers(0, 3000), max_size=8))
def test_as_many_samples_come_out_as_went_in(pieces):
    work = Distortion()
    out = sum(len(work.add(np.zeros(each, np.float32))) for each in pieces)
    assert out + len(work.flush()) == sum(pieces)


def test_how_it_is_cut_into_pieces_changes_nothing():
    sound = tone(200)
    assert np.array_equal(distorted(sound, 100), distorted(sound, 16_000))


@pytest.mark.parametrize(("low", "high"), [(110, 190), (140, 700)])
def test_voices_of_different_pitch_cannot_be_told_apart(low, high):
    """Two tones of one band give noise that is the same, but for how loud it is."""
    one, other = (distorted(tone(each)) for each in (low, high))
    shapes = []
    for each in (one, other):
        loud, hertz = spectrum(each)
        shapes.append(np.array([loud[(hertz >= at) & (hertz < at + 50)].mean()
                                for at in range(50, 4000, 50)]))  # fmt: skip
    a, b = (shape / np.linalg.norm(shape) for shape in shapes)
    assert a @ b > 0.99


def test_no_pitch_is_left():
    loud, hertz = spectrum(tone(200))
    assert loud[np.abs(hertz - 200) < 5].max() > 100 * np.median(loud[(hertz > 50) & (hertz < 800)])
    loud, hertz = spectrum(distorted(tone(200)))
    band = loud[(hertz > 60) & (hertz < 780)]
    assert band.max() < 6 * np.median(band)


def test_loud_stays_loud_and_silence_stays_silence():
    sound = np.concatenate([tone(300, 1), np.zeros(RATE, np.float32), tone(1800, 1)])
    made = distorted(sound)
    rms = [float(np.sqrt(np.mean(np.square(made[at + 2000 : at + RATE - 2000]))))
           for at in range(0, 3 * RATE, RATE)]  # fmt: skip
    assert rms[1] == 0
    for each in (rms[0], rms[2]):
        assert each == pytest.approx(0.3 / np.sqrt(2), rel=0.35)
