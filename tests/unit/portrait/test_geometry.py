"""Pose and alignment on meshes whose angles and places are known."""

import numpy as np
import pytest
from PIL import Image

from habeas.portrait import _geometry
from tests.unit.portrait.heads import head


@pytest.mark.parametrize("angle", [-30, -8, 0, 8, 30])
def test_a_turned_mesh_tells_its_angle(angle):
    assert _geometry.pose(head(yaw=angle)).yaw == pytest.approx(
        angle * (1 + 0.011 * abs(angle)), abs=1e-3
    )
    assert _geometry.pose(head(pitch=angle)).pitch == pytest.approx(1.08 * angle, abs=1e-3)
    assert _geometry.pose(head(roll=angle)).roll == pytest.approx(-angle, abs=1e-3)


@pytest.mark.parametrize("roll", [0, 25, -40])
@pytest.mark.parametrize("t", [60, 100, 700])
def test_the_aligned_face_is_upright_and_of_one_size(roll, t):
    landmarks = head(x=900, y=1000, t=t, roll=roll)
    aligned = _geometry.align(Image.new("RGB", (2000, 2000)), landmarks)
    right, left = aligned.place(landmarks.pupils)
    assert right[1] == pytest.approx(left[1], abs=0.1)
    chin = aligned.place(landmarks.mesh[152:153, :2])[0]
    assert chin[1] - right[1] == pytest.approx(_geometry.ALIGNED / 2, abs=0.5)
    assert aligned.pixels.shape == (_geometry.ALIGNED, _geometry.ALIGNED, 3)
    assert 0.2 < aligned.hull.mean() < 0.6


def test_the_aligned_face_shows_the_face():
    """A mark on a cheek lands on that cheek, however large and turned the face is."""
    for t, roll in ((60, 0), (300, 20), (700, -35)):
        landmarks = head(x=900, y=1000, t=t, roll=roll)
        image = Image.new("RGB", (2000, 2000))
        place = landmarks.pupils[0] + (landmarks.mesh[152, :2] - landmarks.eye_midpoint) * 0.5
        mark = round(t / 6)
        image.paste((255, 255, 255), tuple(int(v - mark / 2) for v in place) + tuple(
            int(v + mark / 2) for v in place))  # fmt: skip
        aligned = _geometry.align(image, landmarks)
        bright = np.argwhere(aligned.pixels[..., 0] > 128)[:, ::-1].mean(axis=0)
        assert bright == pytest.approx(aligned.place(place[None].astype(np.float32))[0], abs=2)


def test_a_silhouette_goes_around_the_mask():
    mask = np.zeros((256, 256), np.uint8)
    mask[64:, 100:180] = 255
    around = _geometry.silhouette(mask, (10, 20, 522, 1044))
    assert around[:, 0].min() == 210
    assert around[:, 0].max() == 370
    assert around[:, 1].min() == 276
    assert _geometry.silhouette(np.zeros((256, 256), np.uint8), (0, 0, 9, 9)).shape == (0, 2)
