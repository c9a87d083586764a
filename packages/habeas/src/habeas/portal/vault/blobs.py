"""Where this portal's ciphertexts lie: in its folder, or in the bucket of ``HABEAS_BLOBS``."""

from __future__ import annotations

from functools import cache

from django.conf import settings

from habeas.custody import FileBlobs
from habeas.custody.bucket import BucketBlobs
from habeas.custody.ports import Blobs

FOLDER = "blobs"


@cache
def _bucket(url: str) -> BucketBlobs:
    return BucketBlobs.open(url)


def blobs() -> Blobs:
    """The store.

    Raises:
        BlobStoreError: it cannot be used.
    """
    return _bucket(settings.BLOBS) if settings.BLOBS else FileBlobs(settings.DATA / FOLDER)
