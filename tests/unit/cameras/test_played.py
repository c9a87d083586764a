"""A file in a camera's place has a camera's pace."""

from fractions import Fraction

import pytest

from habeas.cameras.played import Played, is_file


def test_a_packet_is_due_as_long_after_the_first_as_its_stamp_says():
    played = Played()
    assert played.wait(Fraction(7), 100.0) == 0.0
    assert played.wait(Fraction(71, 10), 100.0) == pytest.approx(0.1)
    assert played.wait(Fraction(72, 10), 100.15) == pytest.approx(0.05)


def test_who_is_late_waits_for_nothing_and_loses_no_pace():
    played = Played()
    played.wait(Fraction(0), 0.0)
    assert played.wait(Fraction(1), 1.5) == 0.0
    assert played.wait(Fraction(2), 1.5) == pytest.approx(0.5)


@pytest.mark.parametrize("jump", [-3600, 3600])
def test_stamps_that_jump_begin_anew(jump):
    played = Played()
    played.wait(Fraction(0), 0.0)
    assert played.wait(Fraction(jump), 0.0) == 0.0
    assert played.wait(jump + Fraction(1), 0.25) == pytest.approx(0.75)


def test_a_packet_without_a_stamp_comes_at_once():
    assert Played().wait(None, 5.0) == 0.0


@pytest.mark.parametrize("url", ["rtsp://10.0.0.7/1", "http://10.0.0.7/mjpg", "tcp://10.0.0.7:1"])
def test_what_has_an_address_is_no_file(url):
    assert not is_file(url)
    assert is_file("/srv/film.mp4")
