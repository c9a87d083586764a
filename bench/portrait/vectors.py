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
import struct
import zlib
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from bench.portrait import sampling
from bench.portrait.examples import PICTURES, sample
from habeas import faces
from habeas.faces import Box, Face
from habeas.portrait import _assess, _container, _decode, _find, _framing
from habeas.portrait._surroundings import Surroundings
from habeas.portrait.advise import PROFILES, advise
from habeas.portrait.assessment import Measure
from habeas.portrait.errors import PhotoError
from habeas.portrait.tuning import TUNING
from habeas.portrait.words import ADVICE, LANGUAGES, NOTES, STOPS

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "vectors" / "portrait"
#: The words of the checks, for those that run on an applicant's device.
WORDS = ROOT / "web" / "portrait" / "words"


def answer(photo: bytes) -> dict[str, Any]:
    """What the checks find in *photo*: intermediate landmarks, measures, frame and advice."""
    try:
        found = _assess.assess(photo, keep="none")
    except PhotoError as error:
        return {"error": error.code}
    seen = _find.find(_decode.decode(photo).image)
    if seen is None:
        return {"error": "no-face"}
    around = Surroundings(seen.image, seen.landmarks)
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
        "face": _box(seen.face),
        "others": [_box(each) for each in seen.others],
        "around": around.box,
        "person": round(float(around.person.mean()) / 255, 3),
        "measures": {name: [each.native, each.score] for name, each in found.measures.items()},
        "crop": [round(v, 1) for v in (crop.x, crop.y, crop.width, crop.height, crop.roll)]
        if crop
        else None,
        "advice": {profile: advise(found.measures, profile) for profile in PROFILES},
        "notes": [each.code for each in found.notes],
    }  # fmt: skip


def _box(face: Face) -> list[float]:
    """Left, top, right, bottom, and the score."""
    box = face.box
    return [
        *(round(v, 1) for v in (box.left, box.top, box.right, box.bottom)),
        round(face.score, 3),
    ]


def _rounded(array: Any) -> Any:
    return np.round(np.asarray(array, np.float64), 2).tolist()


def pure() -> dict[str, Any]:
    """Known answers that need no model."""
    return {
        "advise": list(_advise()),
        "ways_up": list(_ways_up()),
        "containers": list(_containers()),
        "stops": list(_stops()),
        "sampling": list(sampling.answers()),
        "tuning": {"faces": asdict(faces.TUNING), "portrait": asdict(TUNING)},
        "rules": {name: [asdict(rule) for rule in rules] for name, rules in PROFILES.items()},
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


def _stops() -> Iterator[dict[str, str]]:
    """Files that no face is looked for in, and the refusal's code."""
    image = Image.linear_gradient("L").resize((16, 16)).convert("RGB")

    def saved(kind: str, **options: Any) -> bytes:
        out = io.BytesIO()
        image.save(out, kind, **options)
        return out.getvalue()

    jpeg = saved("JPEG")
    frames = {"save_all": True, "append_images": [image.rotate(90)]}
    header = b"IHDR" + struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    small = saved("PNG")
    wide = small[:12] + header + struct.pack(">I", zlib.crc32(header)) + small[33:]
    for content in (
        b"", b"no picture", b"%PDF-1.7", b"GIF89a", b"II*\0" + bytes(40), b"\0\0\0\x0cJXL ",
        jpeg.replace(b"\xff\xc0", b"\xff\xc9", 1), saved("PNG", **frames),
        saved("WEBP", **frames), jpeg[:100], saved("WEBP")[:30], wide,
    ):  # fmt: skip
        try:
            _decode.decode(content)
        except PhotoError as error:
            yield {"file": base64.b64encode(content).decode(), "code": error.code}
        else:
            raise SystemExit(f"taken, and should not be: {content[:20]!r}")


def words(language: str) -> str:
    """Cause and remedy of every code."""
    texts = {code: said[language] for code, said in {**STOPS, **NOTES, **ADVICE}.items()}
    return json.dumps(texts, ensure_ascii=False, indent=2) + "\n"


def make(folder: Path = FOLDER) -> None:
    """Write everything."""
    for language in LANGUAGES:
        (WORDS / f"{language}.json").write_text(words(language))
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
