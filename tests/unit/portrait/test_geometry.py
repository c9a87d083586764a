"""Pose, alignment and frame on meshes whose angles and places are known."""

import math

import numpy as np
import pytest
from PIL import Image

from habeas.faces import Landmarks
from habeas.portrait import _geometry


def rotation(yaw, pitch, roll):
    a, b, c = (math.radians(each) for each in (yaw, pitch, roll))
    ry = np.array([[math.cos(a), 0, -math.sin(a)], [0, 1, 0], [math.sin(a), 0, math.cos(a)]])
    rx = np.array([[1, 0, 0], [0, math.cos(b), -math.sin(b)], [0, math.sin(b), math.cos(b)]])
    rz = np.array([[math.cos(c), -math.sin(c), 0], [math.sin(c), math.cos(c), 0], [0, 0, 1]])
    return rz @ rx @ ry


def head(x=500.0, y=450.0, t=100.0, yaw=0.0, pitch=0.0, roll=0.0):
    """A flat head: eyes at (x, y), chin T below; every point of the mesh has its place."""
    mesh = np.zeros((468, 3))
    angles = np.linspace(0, 2 * math.pi, len(_geometry._OUTLINE), endpoint=False)
    for point, angle in zip(_geometry._OUTLINE, angles, strict=True):
        mesh[point] = (0.8 * t * math.sin(angle), -t * math.cos(angle), 0)
    mesh[454], mesh[234] = (0.8 * t, 0, 0), (-0.8 * t, 0, 0)
    mesh[10], mesh[152] = (0, -t, 0), (0, t, 0)
    pupils = np.array([(-0.4 * t, 0, 0), (0.4 * t, 0, 0)])
    turn = rotation(yaw, pitch, roll).T
    mesh, pupils = mesh @ turn + (x, y, 0), pupils @ turn + (x, y, 0)
    lids = np.zeros((2, 16, 2), np.float32)
    return Landmarks(
        mesh.astype(np.float32), pupils[:, :2].astype(np.float32), 10.0, lids, presence=1.0
    )


@pytest.mark.parametrize("angle", [-30, -8, 0, 8, 30])
def test_a_turned_mesh_tells_its_angle(angle):
    assert _geometry.pose(head(yaw=angle)).yaw == pytest.approx(
        angle * (1 + 0.011 * abs(angle)), abs=1e-3
    )
    assert _geometry.pose(head(pitch=angle)).pitch == pytest.approx(1.08 * angle, abs=1e-3)
    assert _geometry.pose(head(roll=angle)).roll == pytest.approx(angle, abs=1e-3)


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


def test_the_frame_stands_around_the_face():
    framing = _geometry.frame(head(x=500, y=450, t=100), (1000, 1000))
    crop = framing.crop
    assert crop.height == pytest.approx(300)
    assert crop.width / crop.height == pytest.approx(35 / 45)
    assert crop.x + crop.width / 2 == pytest.approx(500)
    assert crop.y + 0.45 * crop.height == pytest.approx(450)
    assert framing.room > 3


@pytest.mark.parametrize(
    ("place", "kept"),
    [((500, 136), True), ((500, 128), True), ((500, 115), False), ((112, 500), True),
     ((100, 500), False), ((500, 845), True), ((500, 900), False)],
)  # fmt: skip
def test_a_twelfth_of_the_frame_may_be_missing(place, kept):
    x, y = place
    framing = _geometry.frame(head(x=x, y=y, t=100), (1000, 1000))
    assert (framing.crop is not None) == kept
    if framing.crop:
        assert framing.crop.y >= -0.01
        assert framing.crop.y + framing.crop.height <= 1000.01
        assert framing.crop.x >= -0.01


def test_a_head_too_large_is_told_from_one_off_the_middle():
    large = _geometry.frame(head(x=500, y=450, t=400), (1000, 1000))
    assert large.room < _geometry.TIGHT
    assert large.inside / large.room > _geometry.TIGHT
    aside = _geometry.frame(head(x=80, y=450, t=100), (1000, 1000))
    assert aside.room > 1
    assert aside.inside < _geometry.TIGHT


def test_the_crop_is_upright_and_never_enlarged():
    landmarks = head(x=500, y=450, t=100, roll=20)
    image = Image.new("RGB", (1000, 1000), "red")
    crop = _geometry.frame(landmarks, image.size).crop
    assert _geometry.cut(image, landmarks, crop, 1157).height == 300
    assert _geometry.cut(image, landmarks, crop, 200).height == 200


def test_a_silhouette_goes_around_the_mask():
    mask = np.zeros((256, 256), np.uint8)
    mask[64:, 100:180] = 255
    around = _geometry.silhouette(mask, (512, 1024))
    assert around[:, 0].min() == 200
    assert around[:, 0].max() == 360
    assert around[:, 1].min() == 256
    assert _geometry.silhouette(np.zeros((256, 256), np.uint8), (9, 9)).shape == (0, 2)
