"""What must happen although nobody asks: settle what is owed, sweep what was left behind."""

from __future__ import annotations

from dataclasses import dataclass

from habeas.custody import _seal, _withdraw
from habeas.custody._context import Context, blob_name
from habeas.custody.ports import PhotoState

#: A sealing that takes longer has been given up: no request waits so long.
PENDING_SECONDS = 120.0


@dataclass(frozen=True)
class Swept:
    """What one round did.

    Attributes:
        undone: unfinished sealings taken back.
        expired: photos whose last day has passed.
        blobs: ciphertexts that nobody referred to.
        owed_erasures: trustees that have still to confirm an erasure.
        lines_settled: whether the log has every line.
    """

    undone: int
    expired: int
    blobs: int
    owed_erasures: int
    lines_settled: bool


def sweep(context: Context, *, pending_seconds: float = PENDING_SECONDS) -> Swept:
    """One round. See `Custody.sweep`."""
    # Names first: a photo that is added after this listing is in no danger from it.
    names = set(context.blobs.names())
    unfinished = context.ledger.stale(pending_seconds)
    for photo in unfinished:
        _seal.undo(context, photo)
    expired = _withdraw.expire(context)
    kept = {
        blob_name(photo.seal_id)
        for state in (PhotoState.PENDING, PhotoState.SEALED)
        for photo in context.ledger.photos(state)
    }
    for name in names - kept:
        context.blobs.delete(name)
    _withdraw.settle_lines(context)
    owed = _withdraw.settle_erasures(context)
    return Swept(
        len(unfinished), expired, len(names - kept), len(owed), not context.ledger.owed_lines()
    )
