"""One walk at every rate of frames, found by a real detector: nobody is bare between two looks."""

import functools
import hashlib
import random
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from PIL import Image

from habeas import cover
from tests.media.video import films

RATES = (60, 25, 10, 5, 2, 1)
SECONDS = 4
WIDTH, HEIGHT, SIZE = 640, 360, 60
#: Pixels a second: somebody who walks by, 2.5 heights of the face.
SPEED = 120
#: Share of the light by night, and grey levels of a sensor's noise.
NIGHT, NOISE = 0.12, 3


def place(at):
    """Left and top of the head at a time."""
    return round(20 + SPEED * at), 120


#: Seconds: from when to when the head is bowed, and how long going down takes.
BOWED, BOWING = (1.2, 2.8), 0.4


def bow(at):
    """By how much the head is bowed at a time, radians; at most 50 degrees."""
    since = min(at - BOWED[0], BOWED[1] - at) / BOWING
    return np.deg2rad(50) * float(np.clip(since, 0, 1))


def bowed(head, angle):
    """The head's picture, its plane turned about the face's middle: crown near, chin away."""
    if not angle:
        return head
    middle, away = SIZE * 0.6, 4.0 * SIZE

    def seen(x, y):
        near = away / (away + (y - middle) * np.sin(angle))
        return SIZE / 2 + (x - SIZE / 2) * near, middle + (y - middle) * np.cos(angle) * near

    rows, values = [], []
    for x, y in ((0, 0), (SIZE, 0), (SIZE, SIZE), (0, SIZE)):
        u, v = seen(x, y)
        rows += [[u, v, 1, 0, 0, 0, -u * x, -v * x], [0, 0, 0, u, v, 1, -u * y, -v * y]]
        values += [x, y]
    turned = np.linalg.solve(np.array(rows), np.array(values))
    return head.transform(
        head.size, Image.Transform.PERSPECTIVE, tuple(turned), Image.Resampling.BICUBIC
    )


def film(path, fps, bow=lambda _: 0.0, light=1.0):
    """The walk; by night there is less light, and as much noise as by day."""
    rng = np.random.default_rng(1)
    ground = rng.integers(90, 130, (HEIGHT // 8, WIDTH // 8, 3), dtype=np.uint8)
    still = Image.fromarray(ground).resize((WIDTH, HEIGHT))
    head = films.face(SIZE)

    def pictures():
        for number in range(SECONDS * fps):
            picture = still.copy()
            turned = bowed(head.convert("RGBA"), bow(number / fps))
            picture.paste(turned, place(number / fps), turned)
            shown = np.asarray(picture)
            if light < 1:
                noise = rng.normal(0, NOISE, (*shown.shape[:2], 1))
                shown = np.clip(shown * light + noise, 0, 255).astype(np.uint8)
            yield shown

    return films.write(path, pictures(), times=range(SECONDS * fps), base=Fraction(1, fps))


def bare(covers, fps, bow=lambda _: 0.0):
    """Times at which less than seven tenths of the face are covered."""
    found = []
    for number, boxes in enumerate(covers):
        left, top = place(number / fps)
        # The face in the head's picture; an ellipse, as covers are.
        x, y = left + SIZE * 0.5, top + SIZE * 0.6
        down, across = np.mgrid[-0.95:1:0.1, -0.95:1:0.1] * SIZE
        down, across = down * 0.4 * np.cos(bow(number / fps)), across * 0.3
        face = (down / 0.4 / np.cos(bow(number / fps))) ** 2 + (across / 0.3) ** 2 <= SIZE**2
        hidden = np.zeros_like(face)
        for box in boxes:
            middle = (box.left + box.right) / 2, (box.top + box.bottom) / 2
            hidden |= (
                (x + across - middle[0]) ** 2 / (box.width / 2) ** 2
                + (y + down - middle[1]) ** 2 / (box.height / 2) ** 2
            ) <= 1
        if hidden[face].mean() < 0.7:
            found.append(number / fps)
    return found


@pytest.fixture(scope="module")
def walked(detector, tmp_path_factory):
    """Covers of the walk at a rate, looked for once: two tests ask for the same."""
    folder = tmp_path_factory.mktemp("walks")

    @functools.cache
    def covers(fps, live=False):
        source = film(folder / f"{fps}-{live}.mp4", fps)
        return list(
            cover.boxes(source, cover.Settings(detector=detector.name), detector, live=live)
        )

    return covers


@pytest.mark.parametrize("live", [False, True], ids=["file", "camera"])
@pytest.mark.parametrize("fps", RATES)
def test_who_walks_by_is_covered_in_every_frame(walked, fps, live):
    covers = walked(fps, live)
    assert len(covers) == SECONDS * fps
    assert bare(covers, fps) == []


@pytest.mark.parametrize("live", [False, True], ids=["file", "camera"])
@pytest.mark.parametrize("fps", [25, 5])
def test_who_bows_while_walking_is_covered_in_every_frame(tmp_path, detector, fps, live):
    source = film(tmp_path / "bow.mp4", fps, bow)
    settings = cover.Settings(detector=detector.name)
    covers = list(cover.boxes(source, settings, detector, live=live))
    assert len(covers) == SECONDS * fps
    assert bare(covers, fps, bow) == []


@pytest.mark.parametrize("fps", [10, 5])
def test_who_walks_by_at_night_is_covered_in_every_frame(tmp_path, detector, fps):
    source = film(tmp_path / "night.mp4", fps, light=NIGHT)
    covers = list(cover.boxes(source, cover.Settings(detector=detector.name), detector))
    assert bare(covers, fps) == []


def apart(box, other):
    """Pixels between the middles of two boxes."""
    return (
        np.hypot(
            box.left + box.right - other.left - other.right,
            box.top + box.bottom - other.top - other.bottom,
        )
        / 2
    )


@pytest.mark.parametrize("fps", [5, 2])
def test_dropped_frames_change_nothing_of_those_that_are_left(walked, fps):
    """Of the same walk: at whole seconds every rate has a frame.

    Where looks are rare, it may be covered twice: as one person, and as two.
    """
    found = {rate: [walked(rate)[second * rate] for second in range(SECONDS)] for rate in (10, fps)}
    for one, other in zip(found[10], found[fps], strict=True):
        (only,) = one
        nearest = max(other, key=only.overlap)
        assert only.overlap(nearest) > 0.5
        assert all(apart(each, nearest) < SIZE for each in other), "nothing is covered elsewhere"


class Disturbed:
    """The same detector, whose looks take now so long and now so long."""

    parallel = 3

    gpu = False

    def __init__(self, detector, seed):
        self.name, self._detector = detector.name, detector
        self._waits, self._most = random.Random(seed), 1 + 200 * seed
        self.shown = Counter()

    def find(self, picture, threshold):
        for _ in range(self._waits.randrange(self._most)):
            hashlib.sha256(bytes(100_000))
        self.shown[hashlib.sha256(picture.tobytes()).hexdigest()] += 1
        return self._detector.find(picture, threshold)


def test_what_is_covered_does_not_depend_on_how_long_looks_take(tmp_path, detector):
    source = film(tmp_path / "walk.mp4", 25)
    settings = cover.Settings(detector=detector.name)
    found = []
    for seed in range(3):
        some = Disturbed(detector, seed)
        found.append((list(cover.boxes(source, settings, some)), some.shown))
    assert any(found[0][0])
    assert found[1:] == [found[0]] * 2
