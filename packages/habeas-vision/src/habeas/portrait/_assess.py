"""The check itself: decode, find, measure, frame, advise. Runs inside the worker."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from habeas.faces import Points
from habeas.portrait import _decode
from habeas.portrait._find import Found, find
from habeas.portrait._framing import Framing, cut, frame
from habeas.portrait._geometry import outline, silhouette
from habeas.portrait._measuring import measure
from habeas.portrait._surroundings import Surroundings
from habeas.portrait.advise import advise
from habeas.portrait.assessment import Advice, Assessment, Crop, Keep
from habeas.portrait.errors import BrokenPhotoError, NoFaceError, stop


class _Clock:
    def __init__(self) -> None:
        self.ms: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.ms[name] = round((time.perf_counter() - start) * 1000, 2)


def assess(
    photo: bytes, profile: str = "default", *, child: bool = False, keep: Keep = "both"
) -> Assessment:
    """Check *photo*. See `habeas.portrait.check`."""
    clock = _Clock()
    with clock.stage("decode"):
        decoded = _decode.decode(photo)
    with clock.stage("find"):
        found = find(decoded.image)
    if found is None:
        raise stop(NoFaceError if decoded.whole else BrokenPhotoError)
    landmarks = found.landmarks
    with clock.stage("measure"):
        framing = frame(landmarks, found.image.size)
        around = Surroundings(found.image, landmarks)
        values = measure(decoded, found, framing, around)
        codes = advise(values, profile, child=child)
    if not decoded.whole and values["head_inside"].score < 50:
        raise stop(BrokenPhotoError)  # the end that is missing is the face's
    upright, cropped = b"", None
    if keep != "none":
        with clock.stage("encode"):
            upright, cropped = _pictures(found, framing, keep)
    pupils = _listed(landmarks.pupils, decoded.scale)
    size = decoded.size if found.turned in (0, 180) else decoded.size[::-1]
    return Assessment(
        verdict="advice" if codes else "good",
        measures=values,
        advice=tuple(Advice(code) for code in codes),
        notes=tuple(Advice(code) for code in _notes(decoded, found)),
        faces=1 + len(found.others),
        turned=found.turned,
        pupils=(pupils[0], pupils[1]),
        outline=_listed(outline(landmarks), decoded.scale),
        # Drawn around people where they are shown, not beside what is kept.
        silhouette=()
        if keep == "one"
        else _listed(silhouette(around.person, around.box), decoded.scale),
        crop=_scaled(framing.crop, decoded.scale),
        size=(size[0], size[1]),
        upright=upright,
        cropped=cropped,
        ms=clock.ms,
    )


def _notes(decoded: _decode.Decoded, found: Found) -> Iterator[str]:
    if found.turned:
        yield "turned-upright"
    if not decoded.whole:
        yield "end-missing"


def _pictures(found: Found, framing: Framing, keep: Keep) -> tuple[bytes, bytes | None]:
    cropped = None
    if framing.crop is not None:
        cropped = _decode.encode(cut(found.image, found.landmarks, framing.crop))
    whole = keep == "both" or cropped is None
    return _decode.encode(found.image) if whole else b"", cropped


def _listed(points: Points, scale: float) -> tuple[tuple[float, float], ...]:
    return tuple((round(float(x) * scale, 2), round(float(y) * scale, 2)) for x, y in points)


def _scaled(crop: Crop | None, scale: float) -> Crop | None:
    if crop is None:
        return None
    return Crop(crop.x * scale, crop.y * scale, crop.width * scale, crop.height * scale, crop.roll)
