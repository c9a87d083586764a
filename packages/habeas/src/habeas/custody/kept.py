"""Formats, *Receipt*, *The seed*: what a custodian gives to whoever names a photo's `seal_id`.

All of a receipt that is no secret: with the seed it is the receipt again. Details stay locked
under keys that only the receipt has, and nothing here tells whose photo it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from habeas.custody.context import Context, promise_of
from habeas.custody.errors import UnknownPhotoError
from habeas.custody.ports import LogLine


@dataclass(frozen=True)
class KeptPhoto:
    """What is kept of one photo.

    Attributes:
        circle: note of the promise's circle.
        promise: canonical bytes.
        lines: the custodian's entries, those that are on the log.
        acknowledgements: signed notes, by trustee.
    """

    circle: str
    promise: bytes
    lines: Sequence[LogLine]
    acknowledgements: dict[str, str]


def kept(context: Context, seal_id: str) -> KeptPhoto:
    """See `Custody.kept`."""
    photo = context.ledger.photo(seal_id)
    if photo is None:
        raise UnknownPhotoError("The photo of this receipt is not in custody here.")
    digest = promise_of(photo.promise).circle
    (note,) = [link.note for link in context.chain().links if link.digest == digest]
    lines = [each for each in context.ledger.lines(seal_id) if each.index is not None]
    return KeptPhoto(note, photo.promise, lines, context.ledger.acknowledgements(seal_id))
