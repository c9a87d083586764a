"""The workers that check applicants' photos."""

from __future__ import annotations

import atexit
import threading
from functools import cache

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from habeas.portal.catalogue.declaration import PhotoRules
from habeas.portrait import MAX_BYTES, Assessment, CheckPool, Keep, words
from habeas.portrait.errors import TooLargeError

_lock = threading.Lock()


@cache
def _pool() -> CheckPool:
    pool = CheckPool(settings.SITE.check_workers)
    atexit.register(pool.close)
    return pool


def check(upload: UploadedFile[bytes], rules: PhotoRules, keep: Keep = "both") -> Assessment:
    """Check an uploaded photo against what its service asks of photos.

    Args:
        upload: the file.
        rules: of the service.
        keep: which cleaned pictures are made; see `habeas.portrait.check`.

    Raises:
        PhotoError: it cannot be used.
        PoolBusyError: all workers are busy, and too many wait for one.
    """
    if (upload.size or 0) > MAX_BYTES:
        raise TooLargeError(*words("too-large"))
    with _lock:
        pool = _pool()
    return pool.check(upload.read(), rules.profile, child=rules.child, keep=keep)
