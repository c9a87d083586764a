"""Portraits: safe decoding, quality measures, advice in plain words, and a clean crop.

    from pathlib import Path
    from habeas import portrait
    assessment = portrait.check(Path("me.jpg").read_bytes())
    print(assessment.verdict, [advice.cause for advice in assessment.advice])

`check` decodes in a sandboxed worker process. Only a photo that cannot be read, or shows
no face, raises; everything else is advice.
"""

from __future__ import annotations

import atexit
import threading

from habeas.portrait._kinds import FORMATS
from habeas.portrait._limits import LIMITS
from habeas.portrait._pool import CheckPool, CheckUnavailableError, PoolBusyError
from habeas.portrait.advise import limits
from habeas.portrait.assessment import FOR_THE_OFFICER, Advice, Assessment, Crop, Keep, Measure
from habeas.portrait.errors import NoFaceError, PhotoError
from habeas.portrait.words import LANGUAGES, words

__all__ = [
    "FORMATS",
    "FOR_THE_OFFICER",
    "LANGUAGES",
    "MAX_BYTES",
    "Advice",
    "Assessment",
    "CheckPool",
    "CheckUnavailableError",
    "Crop",
    "Keep",
    "Measure",
    "NoFaceError",
    "PhotoError",
    "PoolBusyError",
    "check",
    "limits",
    "words",
]

#: Most bytes of a photo.
MAX_BYTES = LIMITS.bytes

_pool: CheckPool | None = None
_pool_lock = threading.Lock()


def _shared_pool() -> CheckPool:
    global _pool  # noqa: PLW0603 - one set of workers for the process, made when first needed
    with _pool_lock:
        if _pool is None:
            _pool = CheckPool()
            atexit.register(_pool.close)
        return _pool


def check(
    photo: bytes, profile: str = "default", *, child: bool = False, keep: Keep = "both"
) -> Assessment:
    """Check one photo.

    Args:
        photo: a JPEG, PNG, HEIC, WebP or AVIF file's bytes; at most 25 MB and 51 megapixels, or
            216 for a JPEG.
        profile: ``default`` or ``icao``; see `habeas.portrait.advise`.
        child: relax the rules that small children cannot keep.
        keep: which cleaned pictures are made: the ``one`` that is kept (the crop, or the whole
            where it cannot be had), ``both``, or ``none``; fewer are sooner there.

    Returns:
        Measures, at most three pieces of advice, and the cleaned picture.

    Raises:
        PhotoError: it cannot be read, or shows no face; cause and remedy say which.
    """
    return _shared_pool().check(photo, profile, child=child, keep=keep)
