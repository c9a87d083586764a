"""What a check says about one photo.

Nothing here loads what checks photos: who asks a worker need not wait for that twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from habeas.portrait.words import words

Verdict = Literal["good", "advice", "unusable"]

#: Which pictures are made: the one that is kept, both it and the whole, or none.
Keep = Literal["one", "both", "none"]

#: What no measure here can judge, named instead of guessed.
FOR_THE_OFFICER = ("head covering", "something in front of eyes, nose or mouth")


@dataclass(frozen=True)
class Measure:
    """A native value and its score, 0 (worst) to 100."""

    native: float
    score: int


@dataclass(frozen=True)
class Advice:
    """One thing that would make the photo better: what, and how. It never stops anybody."""

    code: str

    @property
    def cause(self) -> str:
        """What it looks like, in English."""
        return words(self.code)[0]

    @property
    def remedy(self) -> str:
        """What to do, in English."""
        return words(self.code)[1]

    def in_language(self, language: str) -> tuple[str, str]:
        """Cause and remedy in *language* (BCP 47; one of `habeas.portrait.LANGUAGES`)."""
        return words(self.code, language)


@dataclass(frozen=True)
class Crop:
    """The frame that was cut, in pixels of the upright original; turned by *roll* degrees."""

    x: float
    y: float
    width: float
    height: float
    roll: float


@dataclass(frozen=True)
class Assessment:
    """A photo that can be read and shows a face.

    Attributes:
        verdict: ``good``, or ``advice`` when something could be better.
        measures: by name.
        advice: at most three, the most useful first.
        notes: what was done to the photo, and to be said: it was turned, its end is missing.
        faces: how many were found.
        turned: quarter turn after the file's own orientation that made it upright, degrees
            counter-clockwise.
        pupils: x and y of the person's right and left pupil, pixels of the upright original.
        outline: of the face, x and y of points in order, pixels of the upright original.
        silhouette: of the person in front, around the face, likewise; empty where none was
            made out, or only the one picture was asked for.
        crop: the frame, or None where it does not fit into the picture.
        size: width and height of the upright original, pixels.
        upright: the whole picture as a JPEG without metadata, longest side 1,600 pixels;
            empty where it was not asked for.
        cropped: the frame as a JPEG without metadata, or None.
        ms: milliseconds by stage.
    """

    verdict: Verdict
    measures: dict[str, Measure]
    advice: tuple[Advice, ...]
    notes: tuple[Advice, ...]
    faces: int
    turned: int
    pupils: tuple[tuple[float, float], tuple[float, float]]
    outline: tuple[tuple[float, float], ...]
    silhouette: tuple[tuple[float, float], ...]
    crop: Crop | None
    size: tuple[int, int]
    upright: bytes = field(repr=False)
    cropped: bytes | None = field(repr=False)
    ms: dict[str, float]

    @property
    def kept(self) -> bytes:
        """What is kept unless the applicant chooses otherwise: the crop where there is one."""
        return self.cropped or self.upright
