"""`python -m bench.portrait.vectors`: known answers of the portrait checks, for other programs.

Writes vectors/portrait. Pictures are made from NASA's portrait of an astronaut, in the public
domain. What is pure (advice from measures, ways up from detections, pictures out of their
files) is written apart from what models see, so that a port can be held to it exactly.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from bench.portrait import framed, light
from bench.portrait.clean import Clean, save
from bench.portrait.lids import gaping, shut
from habeas import faces
from habeas.faces import Box, Face, assets
from habeas.portrait import _assess, _container, _decode, _find, _framing
from habeas.portrait.advise import PROFILES, advise
from habeas.portrait.errors import PhotoError
from habeas.portrait.ofiq import Measure

FOLDER = Path(__file__).resolve().parents[2] / "vectors" / "portrait"
_SIDE = 640


def sample() -> Clean:
    """The sample portrait, small, on its own background."""
    whole = Image.open(assets.path("astronaut.png")).convert("RGB")
    image = whole.crop((60, 0, 400, 400)).resize((_SIDE * 340 // 400, _SIDE))
    found = _find.find(image)
    if found is None:
        raise SystemExit("no face is found in the sample portrait")
    return Clean("sample", image, found.landmarks, image, image)


def _exif(clean: Clean) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    out = io.BytesIO()
    clean.image.rotate(90, expand=True).save(out, "JPEG", quality=92, exif=exif)
    return out.getvalue()


def _rotated(degrees: int) -> Callable[[Clean], bytes]:
    return lambda clean: save(clean.image.rotate(degrees, expand=True))


PICTURES: dict[str, Callable[[Clean], bytes]] = {
    "plain": lambda clean: save(clean.image),
    "exif-6": _exif,
    "turned-90": _rotated(90),
    "turned-180": _rotated(180),
    "turned-270": _rotated(270),
    "leaning-20": lambda clean: framed.roll(clean, 20),
    "backlit-4-stops": lambda clean: light.backlight(clean, 4),
    "dark-4-stops": lambda clean: light.under(clean, 4),
    "side-light": lambda clean: light.side_light(clean, 0.1),
    "hat": lambda clean: light.brim(clean, 0.08),
    "grey": lambda clean: light.grey(clean, 1),
    "sepia": lambda clean: light.sepia(clean, 1),
    "eyes-shut": lambda clean: save(shut(clean.image, clean.landmarks, 0)),
    "mouth-open": lambda clean: save(gaping(clean.image, clean.landmarks, 0.3)),
    "cut-from-above": lambda clean: framed.above(clean, 0.6),
    "too-close": lambda clean: framed.large(clean, 0.7),
    "breaks-off": lambda clean: save(clean.image)[: len(save(clean.image)) * 9 // 10],
}


def answer(photo: bytes) -> dict[str, Any]:
    """What the checks find in *photo*: intermediate landmarks, measures, frame and advice."""
    try:
        found = _assess.assess(photo, keep="none")
    except PhotoError as error:
        return {"error": error.code}
    seen = _find.find(_decode.decode(photo).image)
    if seen is None:
        return {"error": "no-face"}
    framing = _framing.frame(seen.landmarks, seen.image.size)
    crop = framing.crop
    return {
        "size": found.size,
        "turned": found.turned,
        "faces": found.faces,
        "landmarks": {
            "mesh": _rounded(seen.landmarks.mesh),
            "pupils": _rounded(seen.landmarks.pupils),
            "lids": _rounded(seen.landmarks.lids),
            "iris_diameter": round(seen.landmarks.iris_diameter, 2),
            "fit": round(seen.landmarks.fit, 3),
        },
        "measures": {name: [each.native, each.score] for name, each in found.measures.items()},
        "crop": [round(v, 1) for v in (crop.x, crop.y, crop.width, crop.height, crop.roll)]
        if crop
        else None,
        "advice": {profile: advise(found.measures, profile) for profile in PROFILES},
        "notes": [each.code for each in found.notes],
    }  # fmt: skip


def _rounded(array: Any) -> Any:
    return np.round(np.asarray(array, np.float64), 2).tolist()


def pure() -> dict[str, Any]:
    """Known answers that need no model."""
    return {
        "advise": list(_advise()),
        "ways_up": list(_ways_up()),
        "containers": list(_containers()),
    }


def _advise() -> Iterator[dict[str, Any]]:
    names = {rule.measure for rules in PROFILES.values() for rule in rules}
    names |= {rule.also[0] for rules in PROFILES.values() for rule in rules if rule.also}
    rng = np.random.default_rng(24)
    for number in range(60):
        scores = dict.fromkeys(sorted(names), 100)
        for name in rng.choice(sorted(names), size=int(rng.integers(0, 5)), replace=False):
            scores[str(name)] = int(rng.integers(0, 101))
        profile, child = list(PROFILES)[number % 2], number % 5 == 0
        values = {name: Measure(0.0, score) for name, score in scores.items()}
        low = {name: score for name, score in scores.items() if score < 100}
        yield {"below_100": low, "profile": profile, "child": child,
               "advice": advise(values, profile, child=child)}  # fmt: skip


def _ways_up() -> Iterator[dict[str, Any]]:
    rng = np.random.default_rng(25)
    for _ in range(30):
        looks: dict[int, list[Face]] = {}
        told: dict[int, list[list[float]]] = {}
        for turn in faces.TURNS:
            rows = []
            for _ in range(int(rng.integers(0, 3))):
                left, top = rng.integers(0, 300, 2)
                side, score = rng.integers(20, 200), rng.uniform(0.5, 1)
                eyes = rng.uniform(-50, 50, 4)
                rows.append([round(float(v), 3) for v in (left, top, left + side, top + side,
                                                          score, *eyes)])  # fmt: skip
            told[turn] = rows
            looks[turn] = [
                Face(Box(*row[:4]), row[4],
                     np.concatenate([np.array(row[5:]).reshape(2, 2), np.zeros((4, 2))]).astype(
                         np.float32)) for row in rows
            ]  # fmt: skip
        yield {"looks": told, "ways_up": faces.ways_up(looks), "way_up": faces.way_up(looks)}


def _containers() -> Iterator[dict[str, Any]]:
    image = Image.linear_gradient("L").resize((16, 16)).convert("RGB")
    for kind in ("JPEG", "PNG", "WEBP"):
        for orientation in (1, 6):
            exif = Image.Exif()
            exif[0x0112] = orientation
            out = io.BytesIO()
            image.save(out, kind, exif=exif)
            content = out.getvalue()
            for end in (len(content), len(content) - 2):
                found = _container.bare(content[:end])
                yield {
                    "file": base64.b64encode(content[:end]).decode(),
                    "orientation": found.orientation,
                    "whole": found.whole,
                    "picture": hashlib.sha256(found.content).hexdigest(),
                }


def make(folder: Path = FOLDER) -> None:
    """Write everything."""
    folder.mkdir(parents=True, exist_ok=True)
    clean = sample()
    for name, made in PICTURES.items():
        photo = made(clean)
        (folder / f"{name}.jpg").write_bytes(photo)
        told = {"sha256": hashlib.sha256(photo).hexdigest(), **answer(photo)}
        (folder / f"{name}.json").write_text(json.dumps(told, separators=(",", ":")) + "\n")
    (folder / "pure.json").write_text(json.dumps(pure(), indent=1) + "\n")


if __name__ == "__main__":
    make()
