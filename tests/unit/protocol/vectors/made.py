"""All vector files, made anew."""

from __future__ import annotations

from typing import Any

from tests.unit.protocol.vectors import acts, basics, circles, offices, photos
from tests.unit.protocol.world import Case


def made() -> dict[str, Any]:
    """The content of each file, by its name."""
    photo = Case()
    makers = (
        basics.canonical, basics.keys, basics.streams, basics.shares, basics.photo,
        circles.circle, circles.checkpoints,
        photos.promise, photos.deposits, photos.releases, photos.opening,
        photos.receipt, acts.entries, acts.statements, offices.credentials, offices.assertions,
        offices.office,
    )  # fmt: skip
    return {
        **{maker.__name__: maker(photo) for maker in makers},
        "sealing": photos.sealing_(photo),
    }
