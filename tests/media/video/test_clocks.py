"""Clocks of files: joined, wrapped, paused, absent, far too fine; pictures keep their distance."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from habeas import cover
from habeas.cover import _parts
from tests.media.video import small
from tests.media.video.small import SETTINGS

KEPT = replace(SETTINGS, sound="keep")
BASE = Fraction(1, 90_000)
FRAME = 3600


def at(start, count):
    return [start + number * FRAME for number in range(count)]


def steps(path):
    return np.diff(small.stamps(path))


def test_recordings_that_were_joined_go_on(tmp_path):
    """Two transport streams, one after the other: the second counts from somewhere else."""
    one = small.write(tmp_path / "one.ts", 25, stamps=at(320_000_000, 25), base=BASE, sound="aac",
                      start=48_000 * 320_000_000 // 90_000)  # fmt: skip
    other = small.write(tmp_path / "other.ts", 25, stamps=at(1_000_000, 25), base=BASE, sound="aac",
                        start=48_000 * 1_000_000 // 90_000)  # fmt: skip
    source = tmp_path / "joined.ts"
    source.write_bytes(one.read_bytes() + other.read_bytes())
    out = tmp_path / "out.mp4"
    report = cover.redact(source, out, KEPT)
    assert report.frames == 50
    assert report.jumps == 1
    assert steps(out) == pytest.approx(0.04, abs=0.005)
    assert len(small.samples(out)) / 16_000 == pytest.approx(2.0, abs=0.25)
    sound, picture = small.stamps(out, "audio"), small.stamps(out)
    assert sound[0] == pytest.approx(picture[0], abs=0.15)
    assert sound[-1] == pytest.approx(picture[-1], abs=0.25)
    # Whoever would begin in the middle does not know what the clock did before.
    assert len(_parts.plan(source, 0.5)) == 1


def test_a_clock_that_wraps_at_33_bits_goes_on(tmp_path):
    source = small.write(tmp_path / "wrap.ts", 50, stamps=at(2**33 - 25 * FRAME, 50), base=BASE)
    out = tmp_path / "out.mp4"
    report = cover.redact(source, out, SETTINGS)
    assert report.frames == 50
    assert steps(out) == pytest.approx(0.04, abs=0.001)


@pytest.mark.parametrize("name", ["a.ts", "a.mkv", "a.mp4"])
def test_thirty_seconds_without_a_picture_stay_thirty_seconds(tmp_path, name):
    stamps = [*at(0, 5), *at(30 * 90_000, 5)]
    source = small.write(tmp_path / name, 10, stamps=stamps, base=BASE)
    report = cover.redact(source, tmp_path / f"out{source.suffix}", SETTINGS)
    assert report.jumps == 0
    assert max(steps(tmp_path / f"out{source.suffix}")) == pytest.approx(29.84, abs=0.01)


def test_raw_pictures_without_stamps_are_counted(tmp_path):
    source = small.write(tmp_path / "raw.h264", 20)
    report = cover.redact(source, None, SETTINGS)
    out = tmp_path / "raw.covered.mp4"
    assert report.frames == 20
    assert steps(out) == pytest.approx(0.04, abs=0.001)


def test_a_thousand_frames_a_second_are_what_the_stamps_say(tmp_path):
    """Browsers' recorders declare a rate of 1,000: the fineness of their stamps."""
    stamps = [number * 33 for number in range(30)]
    source = small.write(tmp_path / "browser.webm", 30, codec="libvpx", options={}, rate=1000,
                         stamps=stamps, base=Fraction(1, 1000))  # fmt: skip
    from habeas.cover._source import Source

    opened = Source(source, SETTINGS)
    assert opened.fps == pytest.approx(30.3, abs=0.5)
    opened.close()
    report = cover.redact(source, tmp_path / "out.webm", SETTINGS)
    assert report.frames == 30
    assert report.seconds == pytest.approx(0.99, abs=0.02)
    assert steps(tmp_path / "out.webm") == pytest.approx(0.033, abs=0.001)
