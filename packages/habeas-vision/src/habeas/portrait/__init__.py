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

from habeas.portrait._pool import MAX_BYTES, CheckPool, PoolBusyError
from habeas.portrait.assessment import FOR_THE_OFFICER, Advice, Assessment, Crop
from habeas.portrait.errors import NoFaceError, PhotoError
from habeas.portrait.measures import Measure
from habeas.portrait.thresholds import limits
from habeas.portrait.words import LANGUAGES, words

__all__ = [
    "FOR_THE_OFFICER",
    "LANGUAGES",
    "MAX_BYTES",
    "Advice",
    "Assessment",
    "CheckPool",
    "Crop",
    "Measure",
    "NoFaceError",
    "PhotoError",
    "PoolBusyError",
    "check",
    "limits",
    "words",
]

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
    photo: bytes, profile: str = "default", *, child: bool = False, keep: bool = True
) -> Assessment:
    """Check one photo.

    Args:
        photo: a JPEG, PNG, HEIC, WebP or AVIF file's bytes; at most 10 MB and 50 megapixels.
        profile: ``default`` or ``icao``; see `habeas.portrait.thresholds`.
        child: relax the rules that small children cannot keep.
        keep: make the cleaned pictures too; without, the verdict alone is sooner there.

    Returns:
        Measures, at most three pieces of advice, and the cleaned picture.

    Raises:
        PhotoError: it cannot be read, or shows no face; cause and remedy say which.
    """
    return _shared_pool().check(photo, profile, child=child, keep=keep)
