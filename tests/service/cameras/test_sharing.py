"""Threads of many videos at one detector: whoever waits has a turn, whatever the others want."""

import threading

import numpy as np

from habeas.cover.sharing import Shared
from tests.waiting import until

PICTURE = np.zeros((3, 4, 4), np.uint8)


class Eye:
    """A detector that looks when it is told to, and counts who looks at once."""

    name, gpu, parallel = "eye", False, 2

    def __init__(self):
        self.open = threading.Semaphore(0)
        self.order, self.at_once, self.most = [], 0, 0
        self._counting = threading.Lock()

    def find(self, _picture, threshold):
        with self._counting:
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        self.open.acquire()
        with self._counting:
            self.at_once -= 1
            self.order.append(threshold)
        if threshold < 0:
            raise ValueError
        return []


def test_a_busy_video_keeps_no_other_waiting_for_more_than_a_look():
    eye = Eye()
    eye.parallel = 1
    shared = Shared(eye)
    busy, quiet = shared.of("busy"), shared.of("quiet")
    line = shared._turns._waiting
    threads = []

    def ask(detector, mark, waiting):
        threads.append(threading.Thread(target=detector.find, args=(PICTURE, mark)))
        threads[-1].start()
        until(lambda: len(line) == waiting and eye.at_once, "a look that waits")

    for number in range(4):
        ask(busy, number, number)
    ask(quiet, 100, 4)
    eye.open.release(5)
    for each in threads:
        each.join()
    # The first was being looked at, the second was the first to wait.
    assert eye.order == [0, 1, 100, 2, 3]


def test_of_two_looks_one_is_for_the_camera_that_somebody_watches():
    """It comes before all others that wait, and none of them is kept out."""
    eye = Eye()
    eye.parallel = 1
    shared, turns = Shared(eye), []
    watched = shared.of("watched", lambda: True)
    others = [shared.of(f"camera-{number}") for number in range(4)]

    def ask(detector, mark):
        waiting = len(turns)
        turns.append(threading.Thread(target=detector.find, args=(PICTURE, mark)))
        turns[-1].start()
        lines = shared._turns._waiting, shared._turns._hurried
        until(lambda: sum(map(len, lines)) == waiting and eye.at_once, "a look that waits")

    for number, other in enumerate(others):
        ask(other, number)
    for number in (100, 101, 102):
        ask(watched, number)
    eye.open.release(7)
    for each in turns:
        each.join()
    assert eye.order == [0, 100, 1, 101, 2, 102, 3]


def test_who_is_in_a_hurry_is_asked_before_each_look():
    eye, hurried = Eye(), [True, False]
    eye.parallel = 1
    shared = Shared(eye)
    view = shared.of("a", lambda: hurried.pop(0))
    eye.open.release(2)
    view.find(PICTURE, 1)
    view.find(PICTURE, 2)
    assert hurried == []
    assert shared._turns._free == 1


def test_as_many_look_at_once_as_the_detector_has_use_for_and_a_fault_gives_its_place_back():
    eye = Eye()
    shared = Shared(eye)
    failed = []

    def look(mark):
        try:
            shared.of(f"camera-{mark % 3}").find(PICTURE, mark)
        except ValueError:
            failed.append(mark)

    threads = [threading.Thread(target=look, args=(each,)) for each in range(-6, 6)]
    for each in threads:
        each.start()
    until(lambda: len(shared._turns._waiting) == 10, "all others that wait")
    eye.open.release(12)
    for each in threads:
        each.join()
    assert eye.most == 2
    assert len(failed) == 6
    assert shared._turns._free == 2


def test_a_view_says_what_its_detector_is():
    view = Shared(Eye()).of("a")
    assert (view.name, view.parallel) == ("eye", 2)
