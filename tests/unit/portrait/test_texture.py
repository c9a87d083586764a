"""What surfaces show: detail, backgrounds, blocks, dots, and areas without grain."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.portrait import texture


def plane(value, shape=(64, 64)):
    return np.full(shape, value, np.float32)


def rng():
    return np.random.default_rng(7)


def drawing(blur=0.0, direction=None):
    """Noise of all sizes; blurred evenly, or along one axis only."""
    f = np.fft.rfft2(rng().normal(0, 1, (256, 256)))
    fy, fx = np.fft.fftfreq(256)[:, None], np.fft.rfftfreq(256)[None]
    size = np.hypot(fy, fx) + 1 / 256
    f = f / size
    along = {None: size, "x": np.abs(fx), "y": np.abs(fy)}[direction]
    f = f * np.exp(-2 * (math.pi * blur * along) ** 2)
    picture = np.fft.irfft2(f)
    return (120 + 40 * picture / picture.std()).astype(np.float32)


WHOLE = np.ones((256, 256), np.bool_)


@pytest.mark.parametrize("direction", [None, "x", "y"])
def test_detail_falls_with_blur_also_along_one_direction(direction):
    natives = [texture.detail(drawing(b, direction), WHOLE).native for b in (0, 1, 2, 4)]
    assert natives == sorted(natives, reverse=True)
    assert natives[3] < natives[0] / 10


@given(st.floats(0.3, 2), st.floats(-60, 60))
def test_detail_does_not_mind_contrast_and_brightness(contrast, brightness):
    grey = drawing()
    changed = ((grey - 120) * np.float32(contrast) + 120 + np.float32(brightness)).astype(
        np.float32
    )
    plain, other = (texture.detail(each, WHOLE).native for each in (grey, changed))
    assert other == pytest.approx(plain, rel=0.1)


def test_detail_looks_at_the_face_alone():
    grey = drawing(4)
    hull = np.zeros_like(WHOLE)
    hull[64:192, 64:192] = True
    before = texture.detail(grey, hull).native
    grey[:40] = drawing()[:40]
    assert texture.detail(grey, hull).native == pytest.approx(before)
    assert texture.detail(grey, np.zeros_like(WHOLE)).score >= 0  # no face: no crash


def test_an_even_background_scores_high_and_a_busy_one_low():
    everywhere = np.ones((200, 354), np.bool_)
    assert texture.plain_background(plane(180, (200, 354)), everywhere).score == 100
    stripes = np.where(np.arange(354) % 8 < 4, 40, 220).astype(np.float32)
    busy = np.repeat(stripes[None], 200, axis=0)
    assert texture.plain_background(busy, everywhere).score < 10
    # Of the same stripes hardly anything is in sight.
    little = np.zeros_like(everywhere)
    little[:, :8] = True
    natives = [texture.plain_background(busy, each).native for each in (little, everywhere)]
    assert natives[0] < natives[1] / 2
    nowhere = np.zeros_like(everywhere)
    assert texture.plain_background(busy, nowhere).score == 100


def test_the_person_is_no_background():
    picture = plane(180, (200, 354))
    picture[:, 100:250] = rng().integers(0, 255, (200, 150))
    background = np.ones(picture.shape, np.bool_)
    background[:, 98:252] = False
    assert texture.plain_background(picture, background).score == 100


def blocky(step, block=8):
    steps = np.arange(640) // block
    wave = np.where(steps % 2, step, 0).astype(np.float32)
    return 100 + wave[None] + wave[:, None] + rng().normal(0, 1, (640, 640)).astype(np.float32)


@pytest.mark.parametrize("block", [4, 8])
def test_blocks_are_seen(block):
    natives = [texture.blockiness(blocky(s, block), block, None).native for s in (0, 2, 4, 8)]
    assert natives == sorted(natives)
    assert texture.blockiness(blocky(8, block), block, None).score < 10
    assert texture.blockiness(blocky(0, block), block, None).score > 95


def test_coarse_tables_tell_where_no_block_shows():
    assert texture.blockiness(None, 8, 90).score == 100
    assert texture.blockiness(None, 8, 8).score < 10
    assert texture.blockiness(None, 1, None).score == 100


@pytest.mark.parametrize("pitch", [(0.22, 0.13), (0.3, 0.25)])
def test_dots_all_over_are_seen(pitch):
    y, x = np.mgrid[:256, :256]
    plain = drawing(0.5)
    dots = 12 * np.cos(2 * math.pi * (pitch[0] * x + pitch[1] * y))
    assert texture.screen(plain).score > 90
    moved = drawing(4, "x")  # blurred along one axis: a ridge, and no peak
    assert texture.screen(moved).score > 90
    assert texture.screen(plain + dots.astype(np.float32)).score < 10


def test_areas_of_one_value_are_drawn():
    grain = np.clip(drawing(), 0, 255).astype(np.uint8)
    drawn = (grain // 64 * 64).astype(np.uint8)
    drawn = np.repeat(np.repeat(drawn[::8, ::8], 8, 0), 8, 1)
    assert texture.drawing(grain, WHOLE).score == 100
    assert texture.drawing(drawn, WHOLE).score < 10
    assert texture.drawing(drawn, np.zeros_like(WHOLE)).score == 100
