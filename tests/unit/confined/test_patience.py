"""A worker is judged by its work: a busy machine is waited for, loops and deadlocks are not."""

import os

from habeas.confined.patience import Patience, Pulse, pulse


def waited(patience, beats, passed=1.0):
    """After how many looks it is given up; None for never."""
    return next((n for n, beat in enumerate(beats) if patience.over(beat, passed)), None)


def test_a_worker_that_gets_no_processor_is_waited_for():
    starved = [Pulse(3.0 + number / 1000, asleep=False) for number in range(50_000)]
    assert waited(Patience(60), starved) is None


def test_work_without_a_result_is_ended():
    looping = [Pulse(3.0 + number, asleep=False) for number in range(100)]
    assert waited(Patience(60), looping) == 60


def test_rest_without_a_reason_is_ended():
    assert waited(Patience(60), [Pulse(3.0, asleep=True)] * 100) == 59


def naps(looks):
    return [Pulse(3.0 + n // 50 / 10, asleep=n % 50 != 0) for n in range(looks)]


def test_rest_between_work_is_none():
    assert waited(Patience(60), naps(600)) is None


def test_a_worker_that_was_taken_over_does_not_doze_for_ever():
    assert 600 <= waited(Patience(60), naps(2000)) < 700


def test_what_cannot_be_felt_is_rest():
    assert waited(Patience(60), [None] * 100) == 59
    assert waited(Patience(60), [Pulse(3.0, asleep=False), *[None] * 100]) == 60


def test_each_result_begins_the_count_anew():
    patience = Patience(60)
    for number in range(500):
        assert not patience.over(Pulse(float(number), asleep=False), 1.0)
        if number % 50 == 0:
            patience.result()


def test_the_pulse_of_a_process():
    before = pulse(os.getpid())
    assert not before.asleep, "whoever asks is awake"
    sum(number * number for number in range(3_000_000))
    assert pulse(os.getpid()).used > before.used
    assert pulse(4_194_999) is None
