"""Parts that were covered by many machines find the way up together."""

import pytest

from habeas.cover import _ray, cluster
from habeas.cover.cluster import _turn


@pytest.mark.parametrize(
    ("parts", "turn"),
    [
        ([], 0),
        ([(180, 3), (0, 0), (180, 1)], 180),
        # One part with many faces tells more than several with few.
        ([(0, 1), (0, 1), (90, 5)], 90),
        # Parts in which nobody is seen are upright as far as they know, and say nothing.
        ([(0, 0), (0, 0), (270, 1)], 270),
    ],
)
def test_the_way_up_is_what_most_faces_told(parts, turn):
    assert _turn([{"turn": way, "faces": faces} for way, faces in parts]) == turn


class SlowRay:
    """Ray on a machine that is busy: its node does not start within Ray's own half minute."""

    def __init__(
        self, times, words="The current node timed out during startup. This could be.",
        kind=Exception,
    ):  # fmt: skip
        self.times, self.words, self.kind = times, words, kind
        self.begun = self.ended = 0

    def is_initialized(self):
        return False

    def init(self, **_):
        self.begun += 1
        if self.begun <= self.times:
            raise self.kind(self.words)

    def shutdown(self):
        self.ended += 1


def test_a_node_that_is_slow_to_start_is_waited_for_and_said(monkeypatch, caplog):
    ray = SlowRay(2)
    monkeypatch.setattr(_ray, "load", lambda: ray)
    assert cluster.connect("local") is ray
    assert (ray.begun, ray.ended) == (3, 2)
    assert caplog.text.count("slow to start at local") == 2


def test_a_server_whose_part_for_this_client_is_slow_to_start_is_asked_again(monkeypatch):
    ray = SlowRay(2, "Initialization failure from server:\n", ConnectionAbortedError)
    monkeypatch.setattr(_ray, "load", lambda: ray)
    assert cluster.connect("ray://a:1") is ray
    assert (ray.begun, ray.ended) == (3, 2)


@pytest.mark.parametrize(
    ("address", "ray", "begun", "words"),
    [
        ("local", SlowRay(99), 4, "did not start on this machine"),
        ("auto", SlowRay(99), 1, "cannot be reached"),
        ("ray://a:1", SlowRay(99, "no\nroom", ConnectionAbortedError), 4, "nothing .*: no room"),
        ("ray://a:1", SlowRay(99, "refused", ConnectionError), 1, "cannot be reached: refused"),
        ("local", SlowRay(99, "No module named x"), 1, "cannot be reached: No module named x"),
    ],
)
def test_what_waiting_does_not_mend_is_told(monkeypatch, address, ray, begun, words):
    monkeypatch.setattr(_ray, "load", lambda: ray)
    with pytest.raises(cluster.ClusterError, match=words):
        cluster.connect(address)
    assert ray.begun == begun
