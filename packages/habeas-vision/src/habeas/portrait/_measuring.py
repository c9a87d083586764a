"""All measures of one portrait, from its pixels and landmarks."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from habeas.portrait import _framing, ofiq, own, texture
from habeas.portrait._decode import Decoded
from habeas.portrait._eyes import Eye, eyes
from habeas.portrait._find import Found
from habeas.portrait._framing import Framing
from habeas.portrait._geometry import (
    LIT,
    SIDES,
    SKIN,
    Aligned,
    align,
    cheek_zones,
    patches,
    pose,
)
from habeas.portrait._surroundings import Surroundings
from habeas.portrait.assessment import Measure
from habeas.portrait.ofiq import Plane
from habeas.portrait.tuning import TUNING


def measure(
    decoded: Decoded, found: Found, framing: Framing, around: Surroundings
) -> dict[str, Measure]:
    """Every measure by name."""
    aligned = align(found.image, found.landmarks)
    both, lit = eyes(found.image, found.landmarks), _lit(aligned, found)
    return {
        **_of_geometry(decoded, found),
        **_of_framing(found, framing, around),
        **_of_face(aligned, found),
        **_of_light(found, both, highlights=_highlights(aligned), lit=lit),
        **_of_eyes_and_mouth(found, both, lit),
        "plain_background": around.plain_background(),
        "blockiness": texture.blockiness(_grid(decoded), decoded.block, decoded.quality),
        **_of_surface(found),
    }


def _of_geometry(decoded: Decoded, found: Found) -> dict[str, Measure]:
    width, height = found.image.size
    landmarks = found.landmarks
    mesh, t, ied = landmarks.mesh, landmarks.height, landmarks.eye_distance
    turned, middle = pose(landmarks), landmarks.eye_midpoint
    outer = sorted((float(mesh[33, 0]), float(mesh[263, 0])))
    second = found.others[0].box.area if found.others else 0.0
    return {
        "single_face": ofiq.single_face(found.face.box.area, second),
        "inter_eye_distance": ofiq.inter_eye_distance(ied * decoded.scale, turned.yaw),
        "head_size": ofiq.head_size(t, height),
        "left_crop": ofiq.crop_margin(outer[0], ied),
        "right_crop": ofiq.crop_margin(width - outer[1], ied),
        "margin_above": ofiq.margin_above(float(middle[1]), t),
        "margin_below": ofiq.margin_below(height - float(middle[1]), t),
        "yaw": ofiq.angle(turned.yaw),
        "pitch": ofiq.angle(turned.pitch),
        "roll": ofiq.angle(turned.roll),
    }


def _of_framing(found: Found, framing: Framing, around: Surroundings) -> dict[str, Measure]:
    landmarks = found.landmarks

    def touching() -> float:
        return _framing.touching(landmarks, around.person, around.box)

    return {
        "head_inside": own.head_inside(_framing.inside(landmarks, found.image.size, touching)),
        "room": own.fit(framing.room),
        "room_above": own.fit(framing.above),
        "room_below": own.fit(framing.below),
        "room_aside": own.fit(framing.aside),
    }


def _of_eyes_and_mouth(
    found: Found, both: tuple[Eye, Eye], lit: Mapping[str, own.FacePart]
) -> dict[str, Measure]:
    landmarks = found.landmarks
    mesh, t = landmarks.mesh[:, :2], landmarks.height
    lips = float(np.linalg.norm(mesh[14] - mesh[13]))
    mouth = float(np.linalg.norm(mesh[61] - mesh[291]))
    return {
        "eyes_open": ofiq.eyes_open(min(each.gap for each in both), t),
        "eye_openness": own.eye_openness(
            [each.gap / each.width for each in both],
            [each.contrast for each in both],
            max(each.around + 1 for each in both) / (max(part.light for part in lit.values()) + 1),
        ),
        "mouth_closed": ofiq.mouth_closed(lips, t),
        "smile": own.smile(mouth / landmarks.eye_distance),
    }


def _within(aligned: Aligned, hull: NDArray[np.bool_]) -> Plane:
    """Luminance within *hull*; of all, where a face is too far outside to have one."""
    return aligned.luminance[hull] if hull.any() else aligned.luminance.ravel()


def _of_face(aligned: Aligned, found: Found) -> dict[str, Measure]:
    within = _within(aligned, aligned.ofiq_hull)
    zones = cheek_zones(aligned, found.landmarks)
    right, left = (ofiq.luminance(zone) for zone in zones)
    grey = np.asarray(aligned.image.convert("L"), np.float32)
    # A quarter of the size, so that the noise of compression is left out.
    parts = np.asarray(aligned.image.reduce(4).convert("YCbCr"), np.float32).reshape(-1, 3)
    return {
        "luminance_mean": ofiq.luminance_mean(within),
        "luminance_variance": ofiq.luminance_variance(within),
        "dynamic_range": ofiq.dynamic_range(within),
        "under_exposure": ofiq.under_exposure(within),
        "over_exposure": ofiq.over_exposure(within),
        "illumination_uniformity": ofiq.illumination_uniformity(left, right),
        "natural_colour": ofiq.natural_colour(
            np.concatenate([zone.reshape(-1, 3) for zone in zones])
        ),
        "hues": own.hues(parts[:, 1:], parts[:, 0]),
        "tint": own.tint(parts[:, 1:]),
        "skin_colour": own.skin_colour(
            [
                each.reshape(-1, 3)
                for each in patches(aligned.pixels, aligned, found.landmarks, SKIN)
            ]
        ),
        "detail": texture.detail(grey, aligned.hull),
    }


def _highlights(aligned: Aligned) -> float:
    """What two hundredths of the face exceed, share of white."""
    return ofiq.quantile(_within(aligned, aligned.hull), 0.98) / 255


def _of_light(
    found: Found, both: tuple[Eye, Eye], *, highlights: float, lit: Mapping[str, own.FacePart]
) -> dict[str, Measure]:
    white = max(each.white for each in both)
    right, left = ([lit[part] for part in side] for side in SIDES)
    picture = found.small.reduce(max(1, max(found.small.size) // TUNING.picture_side))
    brightest = ofiq.quantile(ofiq.luminance(np.asarray(picture)), 0.99) / 255
    return {
        "face_light": own.face_light(white, highlights),
        "backlight": own.backlight(max(white, highlights), brightest),
        "light_balance": own.light_balance(left, right),
        "shade": own.shade(list(lit.values())),
    }


def _lit(aligned: Aligned, found: Found) -> dict[str, own.FacePart]:
    """The light on each part of the face."""
    squares = patches(aligned.luminance, aligned, found.landmarks, LIT)
    light = squares.reshape(len(LIT), -1)
    uneven = light.std(axis=1) / (light.mean(axis=1) + 1)
    values = zip(LIT, np.median(light, axis=1), uneven, strict=True)
    return {name: own.FacePart(float(middle), float(spread)) for name, middle, spread in values}


def _of_surface(found: Found) -> dict[str, Measure]:
    """The middle of the face as it was decoded: what it is made of."""
    x, y = (int(each) for each in found.landmarks.mesh[4, :2])
    reach = int(min(TUNING.surface_side, 1.2 * found.landmarks.height)) // 2
    box = (max(0, x - reach), max(0, y - reach),
           min(found.image.width, x + reach), min(found.image.height, y + reach))  # fmt: skip
    if min(box[2] - box[0], box[3] - box[1]) < 32:
        return {"screen": ofiq.scored(0.0, 100), "drawing": ofiq.scored(0.0, 100)}
    grey = np.asarray(found.image.crop(box).convert("L"))
    return {
        "screen": texture.screen(grey.astype(np.float32)),
        "drawing": texture.drawing(grey, (grey > 8) & (grey < 247)),
    }


def _grid(decoded: Decoded) -> Plane | None:
    """The middle of the stored picture, cut on the grid of its blocks."""
    if decoded.stored is None:
        return None
    width, height = decoded.stored.size
    left = max(0, (width - TUNING.grid_side) // 2) // decoded.block * decoded.block
    top = max(0, (height - TUNING.grid_side) // 2) // decoded.block * decoded.block
    right, bottom = min(width, left + TUNING.grid_side), min(height, top + TUNING.grid_side)
    part = decoded.stored.crop((left, top, right, bottom))
    return np.asarray(part.convert("L"), np.float32)
