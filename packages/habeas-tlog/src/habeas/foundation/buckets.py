"""Object stores that speak S3 (Amazon S3, Ceph, MinIO, SeaweedFS), by obstore: opened in one way.

What lies there, and what a fault of the store means, is the matter of each room that has one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from habeas.foundation.errors import HabeasError

if TYPE_CHECKING:
    from obstore.store import ObjectStore


class BucketPlaceError(HabeasError):
    """A name of no bucket, or nothing by which one could be opened."""

    code = "bucket-place"
    remedy = "Name it s3://BUCKET/PREFIX, with AWS_ENDPOINT or AWS_REGION and the keys set."


@dataclass(frozen=True)
class BucketPatience:
    """How long a store is waited for, seconds.

    Attributes:
        request: for one request.
        repeated: for one request with its repetitions.
        repetitions: of one request, at most.
        connect: for a connection.
    """

    request: int
    repeated: int
    repetitions: int
    connect: int = 3


def open_bucket(
    url: str, holds: str, patience: BucketPatience, environment: Mapping[str, str] | None = None
) -> ObjectStore:
    """The bucket at ``s3://BUCKET/PREFIX``. Nothing is asked of it yet.

    Args:
        url: where.
        holds: what lies there, for people.
        patience: with each request.
        environment: ``AWS_ENDPOINT`` or ``AWS_REGION``, ``AWS_ACCESS_KEY_ID`` and
            ``AWS_SECRET_ACCESS_KEY``; what is absent is as in the process's own.

    Raises:
        BucketPlaceError: this names no bucket, or the library is not installed.
    """
    try:
        from obstore.exceptions import BaseError  # noqa: PLC0415 - only where it is wanted
        from obstore.store import from_url  # noqa: PLC0415
    except ImportError as error:
        raise BucketPlaceError(
            "The library for object stores is not installed.",
            "Install habeas[production], or habeas-tlog[s3] for a log alone.",
        ) from error
    options = {
        "timeout": f"{patience.request}s", "connect_timeout": f"{patience.connect}s",
        "allow_http": True,
    }  # fmt: skip
    retry = {
        "max_retries": patience.repetitions,
        "retry_timeout": timedelta(seconds=patience.repeated),
    }
    try:
        if not url.startswith("s3://"):
            raise ValueError("it does not begin with s3://")
        return from_url(  # type: ignore[call-overload, no-any-return]
            url, config=dict(environment or {}), client_options=options, retry_config=retry
        )
    except (BaseError, ValueError) as error:
        raise BucketPlaceError(f"{url} is no place for {holds}: {first_line(error)}.") from error


def first_line(error: Exception) -> str:
    """What a store said, short enough for a sentence and without its end."""
    lines = str(error).strip().splitlines()
    return lines[0][:200].rstrip(".") if lines else type(error).__name__
