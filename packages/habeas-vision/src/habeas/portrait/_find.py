"""The faces of a picture, after it was turned the right way up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from habeas import faces
from habeas.faces import Box, Face, Landmarks
from habeas.portrait.tuning import TUNING

_TRANSPOSES = {
    90: Image.Transpose.ROTATE_90,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_270,
}


@dataclass(frozen=True, eq=False)
class Found:
    """What a picture shows.

    Attributes:
        image: upright.
        small: the same, smaller: for what needs no detail.
        turned: quarter turn that was needed, degrees counter-clockwise.
        face: the largest face that landmarks fit.
        landmarks: of `face`.
        others: further faces, largest first.
    """

    image: Image.Image
    small: Image.Image
    turned: int
    face: Face
    landmarks: Landmarks
    others: tuple[Face, ...]


def find(image: Image.Image) -> Found | None:
    """Look for faces; None where there is none.

    The mesh model has to see a face too, where the detector saw it: a flower has fooled one
    of them, never both. Landmarks that do not fit a face are not used for anything.
    """
    small = image.reduce(max(1, max(image.size) // TUNING.find_side))
    gain = _gain(small)
    lit = _lighter(image, gain)
    looks = _looks(_lighter(small, gain))
    for turn in faces.ways_up(looks):
        turned = _turned(lit, turn)
        scale = turned.width / _turned(small, turn).width
        located = sorted((_larger(each, scale) for each in looks[turn]), key=_by_size)
        if (first := _first(turned, located)) is not None:
            break
    else:
        # Seen from nearer, small faces are found, and their points are better.
        turn, turned = 0, lit
        located = _with_smaller(lit, [])
        first = _first(lit, located)
    if first is None:
        return None
    face, landmarks = first
    others = [each for each in located if each is not face]
    if face.box.width < TUNING.group_face * max(image.size):
        others = _with_smaller(turned, [face, *others])[1:]
    return Found(
        image=_turned(image, turn),
        small=_turned(small, turn),
        turned=turn,
        face=face,
        landmarks=landmarks,
        others=_confirmed(turned, face, others),
    )


def _by_size(face: Face) -> float:
    return -face.box.area


def _turned(image: Image.Image, turn: int) -> Image.Image:
    return image.transpose(_TRANSPOSES[turn]) if turn else image


def _first(image: Image.Image, located: list[Face]) -> tuple[Face, Landmarks] | None:
    """The largest face that landmarks fit."""
    for face in located[: TUNING.faces]:
        landmarks = faces.find_landmarks(image, face)
        if landmarks.fits:
            return face, landmarks
    return None


def _gain(small: Image.Image) -> float:
    """How much lighter a dark picture has to be made for the models to see faces in it."""
    counts = np.cumsum(small.convert("L").histogram())
    bright = float(np.searchsorted(counts, 0.99 * counts[-1]))
    return max(1.0, min(TUNING.most_gain, TUNING.bright / max(1.0, bright)))


def _lighter(image: Image.Image, gain: float) -> Image.Image:
    if gain == 1.0:
        return image
    table = [min(255, round(value * gain)) for value in range(256)]
    return image.point(table * 3)


def _looks(small: Image.Image) -> dict[int, list[Face]]:
    """The faces in a picture as it is and, unless they are surely upright, after each turn."""
    seen = faces.SHORT_RANGE.find(small)
    if faces.is_sure(seen):
        largest = max(face.box.width for face in seen)
        if largest >= TUNING.alone_face * max(small.size):
            # Other faces that would matter are large enough for this model, too.
            return {0: seen}
        return {0: faces.find_faces(small, seen)}
    turned = {turn: faces.find_faces(_turned(small, turn)) for turn in faces.TURNS if turn}
    return {0: faces.find_faces(small, seen), **turned}


def _larger(face: Face, scale: float, left: float = 0.0, top: float = 0.0) -> Face:
    box = face.box
    edges = Box(
        box.left * scale + left, box.top * scale + top,
        box.right * scale + left, box.bottom * scale + top,
    )  # fmt: skip
    return Face(
        edges, face.score, face.points * np.float32(scale) + np.array([left, top], np.float32)
    )


def _with_smaller(image: Image.Image, known: list[Face]) -> list[Face]:
    """The faces *known*, and further ones behind them, largest first, as of a group.

    They are looked for in parts of the picture, at twice the size and more.
    """
    times = max(1, max(image.size) // (2 * TUNING.find_side))
    closer = image.reduce(times)
    side = TUNING.find_side
    found: list[Face] = []
    for top in _steps(closer.height, side):
        for left in _steps(closer.width, side):
            part = closer.crop((left, top, left + side, top + side))
            for each in faces.find_faces(part):
                placed = _larger(each, float(times), left * times, top * times)
                if all(placed.box.overlap(one.box) < TUNING.same_face for one in known + found):
                    found.append(placed)
    return known + sorted(found, key=_by_size)


def _steps(length: int, side: int) -> list[int]:
    """Where parts of *side* begin that cover *length* and overlap by a third at least."""
    if length <= side:
        return [0]
    count = -(-(length - side) // (side * 2 // 3)) + 1
    return [round((length - side) * step / (count - 1)) for step in range(count)]


def _confirmed(image: Image.Image, face: Face, others: list[Face]) -> tuple[Face, ...]:
    """Those of *others* that are surely faces; small ones are too small for the mesh."""
    kept = []
    for number, other in enumerate(others):
        # What the detector sees twice in one face is no further face.
        if other.box.overlap(face.box) > 0:
            continue
        sure = other.score >= TUNING.sure_other
        if sure or (number < TUNING.faces and faces.find_landmarks(image, other).fits):
            kept.append(other)
    return tuple(kept)
