"""An assessment on its way out of the worker, as JSON and bytes."""

from __future__ import annotations

from typing import Any

from habeas.confined import Answer
from habeas.portrait.assessment import Advice, Assessment, Crop, Measure


def pack(found: Assessment) -> Answer:
    """The answer that says what was found."""
    # `dataclasses.asdict` copies all the way down, which takes as long as sending it.
    fields = vars(found) | {
        "measures": {name: vars(each) for name, each in found.measures.items()},
        "advice": [vars(each) for each in found.advice],
        "notes": [vars(each) for each in found.notes],
        "crop": vars(found.crop) if found.crop else None,
    }
    pictures = [fields.pop("upright"), fields.pop("cropped") or b""]
    return Answer(fields, pictures)


def unpack(answer: Answer) -> Assessment:
    """The assessment.

    Raises:
        ValueError, KeyError, IndexError, TypeError: this is no answer.
    """
    fields: dict[str, Any] = answer.value
    upright, cropped = answer.blobs
    pupils = _points(fields["pupils"])
    return Assessment(
        verdict=fields["verdict"],
        measures={name: Measure(**value) for name, value in fields["measures"].items()},
        advice=tuple(Advice(each["code"]) for each in fields["advice"]),
        notes=tuple(Advice(each["code"]) for each in fields["notes"]),
        faces=int(fields["faces"]),
        turned=int(fields["turned"]),
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
