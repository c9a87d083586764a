"""The check itself: decode, find, measure, frame, advise. Runs inside the worker."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from PIL import Image

from habeas import faces
from habeas.faces import Face, Landmarks
from habeas.portrait import _decode, measures
from habeas.portrait.assessment import Advice, Assessment, Crop
from habeas.portrait.errors import NoFaceError
from habeas.portrait.measures import Measure, Plane
from habeas.portrait.thresholds import PROFILES

#: The frame: 35 × 45 mm, T a third of its height, eyes at 45 % from above.
_ASPECT = 35 / 45
_HEIGHT_IN_T = 3.0
_EYES_FROM_TOP = 0.45
_MAX_CROP_HEIGHT = 1157
_MAX_FACES = 5
_MAX_ADVICE = 3
_ALIGNED = 256
#: Cheeks of the mesh: (right of the person, left of the person).
_CHEEKS = ((50, 101, 118, 123, 187, 205), (280, 330, 347, 352, 411, 425))


class _Clock:
    def __init__(self) -> None:
        self.ms: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.ms[name] = round((time.perf_counter() - start) * 1000, 2)


@dataclass(frozen=True)
class _Pose:
    yaw: float
    pitch: float
    roll: float


def assess(photo: bytes, profile: str = "default", *, child: bool = False) -> Assessment:
    """Check *photo*. See `habeas.portrait.check`."""
    clock = _Clock()
    with clock.stage("decode"):
        decoded = _decode.decode(photo)
    picture = np.asarray(decoded.image)
    with clock.stage("find"):
        found = _confirmed(picture)
    if not found:
        raise _decode.stop(NoFaceError)
    landmarks = found[0][1]
    with clock.stage("measure"):
        crop, fits = _frame(landmarks, decoded.image.size)
        values = _measure(picture, landmarks, [f for f, _ in found], decoded.scale)
        values["frame"] = Measure(round(fits, 4), round(100 * max(0.0, min(1.0, fits))))
        advice = _advise(values, profile, child=child)
    with clock.stage("encode"):
        upright = _decode.encode(decoded.image)
        cropped = _cut(decoded.image, landmarks, crop) if crop else None
    pupils = landmarks.pupils * decoded.scale
    scaled = None
    if crop is not None:
        s = decoded.scale
        scaled = Crop(crop.x * s, crop.y * s, crop.width * s, crop.height * s, crop.roll)
    return Assessment(
        verdict="advice" if advice else "good",
        measures=values,
        advice=advice,
        faces=len(found),
        pupils=(
            (float(pupils[0, 0]), float(pupils[0, 1])),
            (float(pupils[1, 0]), float(pupils[1, 1])),
        ),
        crop=scaled,
        size=(
            round(decoded.image.width * decoded.scale),
            round(decoded.image.height * decoded.scale),
        ),
        upright=upright,
        cropped=cropped,
        ms=clock.ms,
    )


def _confirmed(picture: faces.Pixels) -> list[tuple[Face, Landmarks]]:
    """Faces in which the mesh model sees a face too: a flower has fooled one, never both."""
    found = [
        (face, faces.find_landmarks(picture, face))
        for face in faces.find_faces(picture)[:_MAX_FACES]
    ]
    return [(face, landmarks) for face, landmarks in found if landmarks.presence >= 0.5]


def _pose(landmarks: Landmarks) -> _Pose:
    """Angles in degrees from the mesh: turned to the person's left, up, and clockwise, positive."""
    mesh = landmarks.mesh
    across = mesh[454] - mesh[234]  # temple to temple
    down = mesh[152] - mesh[10]  # forehead to chin
    eyes = landmarks.pupils[1] - landmarks.pupils[0]
    return _Pose(
        yaw=math.degrees(math.atan2(float(across[2]), float(np.hypot(across[0], across[1])))),
        pitch=math.degrees(math.atan2(float(down[2]), float(np.hypot(down[0], down[1])))),
        roll=math.degrees(math.atan2(float(eyes[1]), float(eyes[0]))),
    )


def _measure(
    picture: faces.Pixels, landmarks: Landmarks, found: list[Face], scale: float
) -> dict[str, Measure]:
    height, width = picture.shape[:2]
    mesh, t = landmarks.mesh, landmarks.height
    pose, middle, ied = _pose(landmarks), landmarks.eye_midpoint, landmarks.eye_distance
    outer_right, outer_left = float(mesh[33, 0]), float(mesh[263, 0])
    aligned = _aligned(picture, landmarks)
    y = measures.luminance(aligned)
    cheeks = [_cheek(y, landmarks, points) for points in _CHEEKS]
    second = found[1].box.area if len(found) > 1 else 0.0
    gaps = [_lid_gap(lids) for lids in landmarks.lids]
    grey = np.asarray(Image.fromarray(aligned).convert("L"), np.float32)
    small = Image.fromarray(picture)
    small.thumbnail((256, 256), Image.Resampling.BOX)
    return {
        "single_face": measures.single_face(found[0].box.area, second),
        "inter_eye_distance": measures.inter_eye_distance(ied * scale, pose.yaw),
        "head_size": measures.head_size(t, height),
        "left_crop": measures.crop_margin(min(outer_right, outer_left), ied),
        "right_crop": measures.crop_margin(width - max(outer_right, outer_left), ied),
        "margin_above": measures.margin_above(float(middle[1]), t),
        "margin_below": measures.margin_below(height - float(middle[1]), t),
        "yaw": measures.angle(round(pose.yaw, 2)),
        "pitch": measures.angle(round(pose.pitch, 2)),
        "roll": measures.angle(round(pose.roll, 2)),
        "eyes_open": measures.eyes_open(min(gaps), t),
        "mouth_closed": measures.mouth_closed(
            float(np.linalg.norm(mesh[14, :2] - mesh[13, :2])), t
        ),
        "luminance_mean": measures.luminance_mean(y),
        "luminance_variance": measures.luminance_variance(y),
        "dynamic_range": measures.dynamic_range(y),
        "under_exposure": measures.under_exposure(y),
        "over_exposure": measures.over_exposure(y),
        "illumination_uniformity": measures.illumination_uniformity(*cheeks),
        "light_balance": measures.light_balance(*cheeks),
        "black_share": measures.black_share(measures.luminance(np.asarray(small))),
        "sharpness": measures.sharpness(grey),
    }


def _align(landmarks: Landmarks) -> tuple[float, float, float, float, float, float]:
    """Affine map from the aligned square to the picture: eyes level, T half of the side."""
    middle, t = landmarks.eye_midpoint, landmarks.height
    roll = math.radians(_pose(landmarks).roll)
    step = 2 * t / _ALIGNED
    cos, sin = math.cos(roll) * step, math.sin(roll) * step
    cx, cy = _ALIGNED / 2, _ALIGNED * 0.4
    x, y = float(middle[0]), float(middle[1])
    return (cos, -sin, x - cos * cx + sin * cy, sin, cos, y - sin * cx - cos * cy)


def _aligned(picture: faces.Pixels, landmarks: Landmarks) -> faces.Pixels:
    """The face, upright, `_ALIGNED` pixels a side."""
    image = Image.fromarray(picture)
    # Shrink first: sampling a large face at a few points would see noise, not sharpness.
    shrink = max(1, int(landmarks.height / _ALIGNED))
    a, b, c, d, e, f = (value / shrink for value in _align(landmarks))
    if shrink > 1:
        image = image.reduce(shrink)
    cut = image.transform(
        (_ALIGNED, _ALIGNED), Image.Transform.AFFINE, (a, b, c, d, e, f), Image.Resampling.BICUBIC
    )
    return np.asarray(cut)


def _cheek(y: Plane, landmarks: Landmarks, points: tuple[int, ...]) -> Plane:
    a, b, c, d, e, f = _align(landmarks)
    matrix = np.array([[a, b], [d, e]])
    at = np.linalg.solve(matrix, (landmarks.mesh[list(points), :2] - (c, f)).T).T
    low = np.clip(at.min(axis=0), 0, _ALIGNED - 2).astype(int)
    high = np.clip(at.max(axis=0), low + 1, _ALIGNED).astype(int)
    return y[low[1] : high[1] + 1, low[0] : high[0] + 1]


def _lid_gap(lids: faces.Points) -> float:
    """The largest distance between upper and lower lid: the model's 9 lower, then 7 upper."""
    lower, upper = lids[1:8], lids[9:16]
    return float(np.linalg.norm(upper - lower, axis=1).max())


def _frame(landmarks: Landmarks, size: tuple[int, int]) -> tuple[Crop | None, float]:
    """The frame in pixels, and how well it fits: 1 whole inside, 0.5 just so, 0 not at all."""
    height = landmarks.height * _HEIGHT_IN_T
    width = height * _ASPECT
    x, y = (float(value) for value in landmarks.eye_midpoint)
    left, top = x - width / 2, y - height * _EYES_FROM_TOP
    room = min(
        x / (width / 2),
        (size[0] - x) / (width / 2),
        y / (height * _EYES_FROM_TOP),
        (size[1] - y) / (height * (1 - _EYES_FROM_TOP)),
    )
    crop = Crop(left, top, width, height, _pose(landmarks).roll)
    # Up to a twelfth may be missing; the frame is then drawn that much tighter.
    if room < 11 / 12:
        return None, 0.5 * room / (11 / 12)
    if room < 1:
        width, height = width * room, height * room
        crop = Crop(x - width / 2, y - height * _EYES_FROM_TOP, width, height, crop.roll)
    return crop, min(1.0, 0.5 + 0.5 * (room - 11 / 12) * 12)


def _cut(image: Image.Image, landmarks: Landmarks, crop: Crop) -> bytes:
    """The frame as a JPEG: turned upright, never enlarged."""
    height = min(_MAX_CROP_HEIGHT, round(crop.height))
    width = round(height * _ASPECT)
    step = crop.height / height
    roll = math.radians(crop.roll) if abs(crop.roll) > 0.5 else 0.0
    cos, sin = math.cos(roll) * step, math.sin(roll) * step
    x, y = (float(value) for value in landmarks.eye_midpoint)
    cx, cy = width / 2, height * _EYES_FROM_TOP
    matrix = (cos, -sin, x - cos * cx + sin * cy, sin, cos, y - sin * cx - cos * cy)
    cut = image.transform(
        (width, height), Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC,
        fillcolor=(255, 255, 255),
    )  # fmt: skip
    return _decode.encode(cut)


def _advise(values: dict[str, Measure], profile: str, *, child: bool) -> tuple[Advice, ...]:
    broken = [
        rule
        for rule in PROFILES[profile]
        if values[rule.measure].score < rule.limit and (rule.child or not child)
    ]
    codes = dict.fromkeys(rule.code for rule in sorted(broken, key=lambda rule: rule.rank))
    return tuple(Advice(code) for code in list(codes)[:_MAX_ADVICE])
