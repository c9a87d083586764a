"""Parts that were covered by many machines find the way up together."""

import pytest

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
