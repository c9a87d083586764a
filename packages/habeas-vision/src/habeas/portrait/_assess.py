"""The check itself: decode, find, measure, frame, advise. Runs inside the worker."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from PIL import Image

from habeas import faces
from habeas.faces import Box, Face, Landmarks, Points
from habeas.portrait import _decode
from habeas.portrait._geometry import cut, frame, outline, silhouette
from habeas.portrait._measuring import measure
from habeas.portrait.assessment import Advice, Assessment, Crop
from habeas.portrait.errors import NoFaceError
from habeas.portrait.measures import Measure
from habeas.portrait.thresholds import PROFILES

_MAX_CROP_HEIGHT = 1157
_MAX_FACES = 5
_MAX_ADVICE = 3
#: Least longest side of the picture in which faces are found, pixels: the models see less.
_FIND_SIDE = 480


class _Clock:
    def __init__(self) -> None:
        self.ms: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.ms[name] = round((time.perf_counter() - start) * 1000, 2)


def assess(
    photo: bytes, profile: str = "default", *, child: bool = False, keep: bool = True
) -> Assessment:
    """Check *photo*. See `habeas.portrait.check`."""
    clock = _Clock()
    with clock.stage("decode"):
        decoded = _decode.decode(photo)
    with clock.stage("find"):
        small = decoded.image.reduce(max(1, max(decoded.image.size) // _FIND_SIDE))
        found = _confirmed(decoded.image, small)
    if not found:
        raise _decode.stop(NoFaceError)
    landmarks = found[0][1]
    with clock.stage("measure"):
        framing = frame(landmarks, decoded.image.size)
        values, person = measure(decoded, small, landmarks, [face for face, _ in found], framing)
        advice = _advise(values, profile, child=child)
    upright, cropped = b"", None
    if keep:
        with clock.stage("encode"):
            upright = _decode.encode(decoded.image)
            if framing.crop is not None:
                picture = cut(decoded.image, landmarks, framing.crop, _MAX_CROP_HEIGHT)
                cropped = _decode.encode(picture)
    pupils = _listed(landmarks.pupils, decoded.scale)
    return Assessment(
        verdict="advice" if advice else "good",
        measures=values,
        advice=advice,
        faces=len(found),
        pupils=(pupils[0], pupils[1]),
        outline=_listed(outline(landmarks), decoded.scale),
        silhouette=_listed(silhouette(person, decoded.image.size), decoded.scale),
        crop=_scaled(framing.crop, decoded.scale),
        size=decoded.size,
        upright=upright,
        cropped=cropped,
        ms=clock.ms,
    )


def _listed(points: Points, scale: float) -> tuple[tuple[float, float], ...]:
    return tuple((round(float(x) * scale, 2), round(float(y) * scale, 2)) for x, y in points)


def _scaled(crop: Crop | None, scale: float) -> Crop | None:
    if crop is None:
        return None
    return Crop(crop.x * scale, crop.y * scale, crop.width * scale, crop.height * scale, crop.roll)


def _confirmed(image: Image.Image, small: Image.Image) -> list[tuple[Face, Landmarks]]:
    """Faces in which the mesh model sees a face too: a flower has fooled one, never both."""
    scale = image.width / small.width
    picture = np.asarray(image)
    faces_found = [_larger(face, scale) for face in faces.find_faces(np.asarray(small))]
    found = [(face, faces.find_landmarks(picture, face)) for face in faces_found[:_MAX_FACES]]
    return [(face, landmarks) for face, landmarks in found if landmarks.presence >= 0.5]


def _larger(face: Face, scale: float) -> Face:
    box = face.box
    edges = Box(box.left * scale, box.top * scale, box.right * scale, box.bottom * scale)
    return Face(edges, face.score, face.points * np.float32(scale))


def _advise(values: dict[str, Measure], profile: str, *, child: bool) -> tuple[Advice, ...]:
    broken = [
        rule
        for rule in PROFILES[profile]
        if values[rule.measure].score < rule.limit and (rule.child or not child)
    ]
    codes = dict.fromkeys(rule.code for rule in sorted(broken, key=lambda rule: rule.rank))
    return tuple(Advice(code) for code in list(codes)[:_MAX_ADVICE])
