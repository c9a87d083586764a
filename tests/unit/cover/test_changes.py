"""What is looked at again when only a part of the picture has changed."""

import numpy as np
import pytest

from habeas.cover._changes import Changes, unchanged
from habeas.cover._tuning import TUNED
from habeas.faces import Box, Sighting

GROUND = np.random.default_rng(1).integers(60, 200, (135, 240)).astype(np.uint8)


def with_patch(x, y, size=10):
    picture = GROUND.copy()
    picture[y : y + size, x : x + size] = 255 - picture[y : y + size, x : x + size] // 2
    return picture


def holds(region, x, y):
    """Whether a point of the small picture lies in a region in shares."""
    return region.left * 240 <= x <= region.right * 240 and (
        region.top * 135 <= y <= region.bottom * 135
    )


def face(left, top, size=40.0):
    return Sighting(Box(left, top, left + size, top + size), 0.9)


def test_the_first_look_is_at_everything_and_the_next_at_nothing():
    changes = Changes()
    assert changes.regions(GROUND, 0.0) is None
    assert changes.regions(GROUND, 0.0) == ()


def test_noise_is_no_change():
    changes = Changes()
    changes.regions(GROUND, 0.0)
    noisy = GROUND + np.random.default_rng(2).integers(-3, 4, GROUND.shape)
    assert changes.regions(noisy.astype(np.uint8), 0.0) == ()


@pytest.mark.parametrize(("x", "y"), [(0, 0), (100, 60), (230, 125), (3, 120)])
def test_what_moved_is_looked_at_with_its_surroundings(x, y):
    changes = Changes()
    changes.regions(GROUND, 0.0)
    (region,) = changes.regions(with_patch(x, y), 0.0)
    assert holds(region, max(0, x - 8), max(0, y - 8))
    assert holds(region, min(240, x + 18), min(135, y + 18))
    assert region.area < 0.1


def test_no_more_than_a_change_and_its_surroundings_is_looked_at():
    changes = Changes()
    changes.regions(GROUND, 0.0)
    (region,) = changes.regions(with_patch(101, 61), 0.0)
    assert region.left * 240 > 101 - 12
    assert region.top * 135 > 61 - 12
    assert region.right * 240 < 111 + 12
    assert region.bottom * 135 < 71 + 12


def test_parts_are_looked_at_where_much_of_the_picture_stands():
    """Of half of it, too: who looks at all of it instead looks twice as long."""
    changes = Changes()
    changes.regions(GROUND, 0.0)
    half = GROUND.copy()
    half[:, :120] = 255 - half[:, :120] // 2
    (region,) = changes.regions(half, 0.0)
    assert 0.5 < region.area < 0.6
    half[:, :220] = half[:, :220] // 2
    assert changes.regions(half, 0.0) is None


def test_who_differs_little_from_the_ground_moves_too():
    """At night; what was taken for unchanged there left faces behind."""
    changes = Changes()
    night, later = (20 + picture // 20 for picture in (with_patch(90, 60), with_patch(94, 60)))
    changes.regions(night, 0.0)
    (region,) = changes.regions(later, 0.0)
    assert holds(region, 90, 60)
    assert holds(region, 104, 70)


def test_what_left_is_looked_at_too():
    changes = Changes()
    changes.regions(with_patch(20, 20), 0.0)
    regions = changes.regions(with_patch(180, 100), 0.0)
    assert len(regions) == 2
    assert any(holds(each, 25, 25) for each in regions)
    assert any(holds(each, 185, 105) for each in regions)


def test_what_changes_slowly_is_looked_at_once_it_has_changed_enough():
    changes = Changes()
    changes.regions(GROUND, 0.0)
    slow = GROUND.copy()
    slow[40:60, 40:60] += 4
    assert changes.regions(slow, 0.0) == ()
    slow[40:60, 40:60] += 4
    assert len(changes.regions(slow, 0.0)) == 1


def test_when_much_changed_everything_is_looked_at():
    changes = Changes()
    changes.regions(GROUND, 0.0)
    assert changes.regions(np.roll(GROUND, 5, axis=1), 0.0) is None


@pytest.mark.parametrize("fps", [60, 25, 10, 5, 2, 1])
def test_nothing_stays_unseen_for_longer_than_half_a_second(fps):
    """Or from one frame to the next."""
    changes = Changes()
    whole = [n / fps for n in range(60) if changes.regions(GROUND, n / fps) is None]
    gaps = np.diff([*whole, 60 / fps])
    assert max(gaps) < TUNED.refresh + 1 / fps
    assert min(gaps) >= min(TUNED.refresh, 1 / fps) - 1e-9


def test_after_forgetting_or_another_size_everything_is_looked_at():
    changes = Changes()
    changes.regions(GROUND, 0.0)
    changes.forget()
    assert changes.regions(GROUND, 0.0) is None
    assert changes.regions(GROUND[:100], 0.0) is None


def test_faces_outside_of_what_was_looked_at_still_stand():
    away, inside, cut, found = face(500, 500), face(20, 20), face(90, 20), face(92, 22)
    region = Box(0, 0, 120, 120)
    assert unchanged([away, inside], [], [region]) == [away]
    # Half in a region: it is still there, unless it was found again.
    assert unchanged([cut], [], [region]) == [cut]
    assert unchanged([cut], [found], [region]) == []
    assert unchanged([away, inside], [], []) == [away, inside]
