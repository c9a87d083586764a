"""An assessment or an error on its way out of the worker: JSON and bytes, never pickles.

The worker handles hostile files and may be taken over by one; what it answers is data.
"""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from habeas.portrait.assessment import Advice, Assessment, Crop
from habeas.portrait.errors import BY_CODE, PhotoError
from habeas.portrait.measures import Measure
from habeas.portrait.words import words

MAX_ANSWER = 32 * 1024 * 1024


def pack(result: Assessment | PhotoError) -> list[bytes]:
    """The frames of an answer."""
    if isinstance(result, PhotoError):
        return [json.dumps({"error": result.code}).encode()]
    fields = dataclasses.asdict(result)
    pictures = [fields.pop("upright"), fields.pop("cropped") or b""]
    return [json.dumps(fields).encode(), *pictures]


def unpack(frames: list[bytes]) -> Assessment:
    """The assessment; raises the error that the worker met.

    Raises:
        PhotoError: as met by the worker.
        ValueError: this is no answer.
    """
    fields: dict[str, Any] = json.loads(frames[0])
    if "error" in fields:
        kind = BY_CODE[fields["error"]]
        raise kind(*words(kind.code))
    upright, cropped = frames[1:]
    pupils = _points(fields["pupils"])
    return Assessment(
        verdict=fields["verdict"],
        measures={name: Measure(**value) for name, value in fields["measures"].items()},
        advice=tuple(Advice(each["code"]) for each in fields["advice"]),
        faces=int(fields["faces"]),
        pupils=(pupils[0], pupils[1]),
        outline=_points(fields["outline"]),
        silhouette=_points(fields["silhouette"]),
        crop=Crop(**fields["crop"]) if fields["crop"] else None,
        size=(int(fields["size"][0]), int(fields["size"][1])),
        upright=upright,
        cropped=cropped or None,
        ms=fields["ms"],
    )


def _points(listed: list[list[float]]) -> tuple[tuple[float, float], ...]:
    return tuple((float(x), float(y)) for x, y in listed)
