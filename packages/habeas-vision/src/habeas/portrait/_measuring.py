"""All measures of one portrait, from its pixels and landmarks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from habeas import faces
from habeas.faces import Face, Landmarks
from habeas.portrait import measures
from habeas.portrait._decode import Decoded
from habeas.portrait._geometry import CHEEKS, Framing, align, cheek, lid_gap, pose
from habeas.portrait.measures import Measure, Plane

Mask = NDArray[np.uint8]

#: Longest side of the picture in which background and light as a whole are judged, pixels.
_SMALL = 354
#: Side of the part of the picture in which blocks are looked for, pixels.
_PART = 640
#: Less sure than this to show the person, a pixel is background.
_PERSON = 0.1
#: Less than this share of the picture is no background to judge.
_LEAST = 0.05


def measure(
    decoded: Decoded,
    half: Image.Image,
    landmarks: Landmarks,
    found: list[Face],
    framing: Framing,
) -> tuple[dict[str, Measure], Mask]:
    """Every measure by name; the largest face leads *found*, and *landmarks* are its.

    *half* is the picture once more, smaller, for what needs no detail.

    Returns:
        The measures, and where the picture shows the person: 256 × 256, 0 to 255.
    """
    small = half.copy()
    small.thumbnail((_SMALL, _SMALL), Image.Resampling.BOX)
    person = (faces.find_person(np.asarray(small)) * 255).astype(np.uint8)
    values = {
        **_of_geometry(decoded, landmarks, found, framing),
        **_of_face(decoded, landmarks),
        **_of_picture(decoded, small, person),
    }
    return values, person


def _of_geometry(
    decoded: Decoded, landmarks: Landmarks, found: list[Face], framing: Framing
) -> dict[str, Measure]:
    width, height = decoded.image.size
    mesh, t, ied = landmarks.mesh, landmarks.height, landmarks.eye_distance
    turned, middle = pose(landmarks), landmarks.eye_midpoint
    outer = sorted((float(mesh[33, 0]), float(mesh[263, 0])))
    gaps = [lid_gap(lids) for lids in landmarks.lids]
    lips = float(np.linalg.norm(mesh[14, :2] - mesh[13, :2]))
    second = found[1].box.area if len(found) > 1 else 0.0
    return {
        "single_face": measures.single_face(found[0].box.area, second),
        "inter_eye_distance": measures.inter_eye_distance(ied * decoded.scale, turned.yaw),
        "head_size": measures.head_size(t, height),
        "left_crop": measures.crop_margin(outer[0], ied),
        "right_crop": measures.crop_margin(width - outer[1], ied),
        "margin_above": measures.margin_above(float(middle[1]), t),
        "margin_below": measures.margin_below(height - float(middle[1]), t),
        "room": measures.fit(framing.room),
        "centring": measures.fit(framing.inside / min(1.0, max(framing.room, 1e-6))),
        "yaw": measures.angle(turned.yaw),
        "pitch": measures.angle(turned.pitch),
        "roll": measures.angle(turned.roll),
        "eyes_open": measures.eyes_open(min(gaps), t),
        "mouth_closed": measures.mouth_closed(lips, t),
        "expression": measures.expression(_mouth_width(landmarks) / ied),
    }


def _mouth_width(landmarks: Landmarks) -> float:
    return float(np.linalg.norm(landmarks.mesh[61, :2] - landmarks.mesh[291, :2]))


def _of_face(decoded: Decoded, landmarks: Landmarks) -> dict[str, Measure]:
    aligned = align(decoded.image, landmarks)
    plane = measures.luminance(aligned.pixels)
    within = plane[aligned.hull] if aligned.hull.any() else plane.ravel()
    right, left = (cheek(plane, aligned, landmarks, points) for points in CHEEKS)
    colours = [cheek(aligned.pixels, aligned, landmarks, points) for points in CHEEKS]
    grey = np.asarray(Image.fromarray(aligned.pixels).convert("L"), np.float32)
    return {
        "luminance_mean": measures.luminance_mean(within),
        "luminance_variance": measures.luminance_variance(within),
        "dynamic_range": measures.dynamic_range(within),
        "under_exposure": measures.under_exposure(within),
        "over_exposure": measures.over_exposure(within),
        "illumination_uniformity": measures.illumination_uniformity(right, left),
        "light_balance": measures.light_balance(right, left),
        "natural_colour": measures.natural_colour(
            np.concatenate([each.reshape(-1, 3) for each in colours])
        ),
        "sharpness": measures.sharpness(grey, aligned.hull),
    }


def _of_picture(decoded: Decoded, small: Image.Image, person: Mask) -> dict[str, Measure]:
    pixels = np.asarray(small)
    plane = measures.luminance(pixels)
    return {
        "highlights": measures.highlights(plane),
        "background_uniformity": measures.background_uniformity(
            np.asarray(small.convert("L"), np.float32), _background(pixels, person)
        ),
        "compression": measures.compression(_grid(decoded), decoded.block, decoded.quality),
    }


def _background(pixels: Mask, person: Mask) -> NDArray[np.bool_]:
    """True where the picture surely does not show the person; nowhere if little is left."""
    mask = Image.fromarray(person)
    # Hair reaches a little further than the mask, and its edges are not the background's:
    # a blur of a mask that knows only 0 and 255 is above 0 wherever the person is near.
    mask = mask.point(lambda value: 255 * (value >= _PERSON * 255)).filter(ImageFilter.BoxBlur(4))
    mask = mask.resize((pixels.shape[1], pixels.shape[0]), Image.Resampling.NEAREST)
    background = np.asarray(mask) == 0
    return background if background.mean() > _LEAST else np.zeros_like(background)


def _grid(decoded: Decoded) -> Plane | None:
    """The middle of the stored picture, cut on the grid of its blocks."""
    if decoded.grey is None:
        return None
    width, height = decoded.grey.size
    left = max(0, (width - _PART) // 2) // decoded.block * decoded.block
    top = max(0, (height - _PART) // 2) // decoded.block * decoded.block
    part = decoded.grey.crop((left, top, min(width, left + _PART), min(height, top + _PART)))
    return np.asarray(part.convert("L"), np.float32)
