"""Faces that come close, turn away and are seen from the side: covered from forehead to chin."""

from fractions import Fraction

import numpy as np
import pytest
from PIL import Image

from bench.footage import real
from habeas import cover
from tests.media.video import films

FPS, SECONDS = 10, 3
WIDTH, HEIGHT = 640, 480
#: Widths of the head, pixels: from far away to as high as the picture.
FAR, CLOSE = 50, 330


def size(number):
    """Width of the head in a frame: as of somebody who walks up to the camera."""
    share = number / (FPS * SECONDS - 1)
    return round(1 / ((1 - share) / FAR + share / CLOSE))


def corner(number):
    """Left and top of the head's picture, whose face stays in the middle."""
    return round(WIDTH / 2 - size(number) * 0.5), round(HEIGHT / 2 - size(number) * 0.6)


def approach(path):
    rng = np.random.default_rng(2)
    ground = rng.integers(90, 130, (HEIGHT // 8, WIDTH // 8, 3), dtype=np.uint8)
    still = Image.fromarray(ground).resize((WIDTH, HEIGHT))

    def pictures():
        for number in range(FPS * SECONDS):
            picture = still.copy()
            picture.paste(films.face(size(number)), corner(number))
            yield np.asarray(picture)

    return films.write(path, pictures(), times=range(FPS * SECONDS), base=Fraction(1, FPS))


def hidden(boxes, number):
    """The share that is covered of the face, from forehead to chin and from ear to ear."""
    down, across = np.mgrid[-0.98:1:0.05, -0.98:1:0.05]
    face = down**2 + across**2 <= 1
    x = WIDTH / 2 + across * 0.36 * size(number)
    y = HEIGHT / 2 + down * 0.45 * size(number)
    under = np.zeros_like(face)
    for box in boxes:
        under |= (
            (2 * x - box.left - box.right) ** 2 / box.width**2
            + (2 * y - box.top - box.bottom) ** 2 / box.height**2
        ) <= 1
    return under[face].mean()


def test_who_comes_close_is_covered_from_forehead_to_chin(tmp_path, detector):
    source = approach(tmp_path / "approach.mp4")
    settings = cover.Settings(detector=detector.name)
    covers = list(cover.boxes(source, settings, detector))
    assert len(covers) == FPS * SECONDS
    tight = {n: share for n, boxes in enumerate(covers) if (share := hidden(boxes, n)) < 0.98}
    assert tight == {}


@pytest.mark.parametrize("name", ["a06_turning", "a07_store"])
def test_real_people_who_turn_away_are_covered(detector, name):
    """Half profiles of 90 pixels, and profiles of 20 below hats."""
    if not real.CLIPS.is_dir():
        pytest.skip("real recordings are not beside this checkout (../shared)")
    (clip,) = (each for each in real.clips(None) if each.name == name)
    settings = cover.Settings(detector=detector.name)
    shown, _ = real.score(clip, list(cover.boxes(clip.video, settings, detector)))
    assert {each.pose for each in shown} & {"half", "profile"}
    assert [each for each in shown if each.share < real.COVERED] == []
