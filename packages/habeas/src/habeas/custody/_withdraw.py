"""Withdrawal and expiry: shares are destroyed first, everything else follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from habeas import protocol
from habeas.custody._context import Context, blob_name
from habeas.custody.errors import UnknownPhotoError
from habeas.custody.ports import Handle, OwedErasure, PhotoState, SealedPhoto
from habeas.foundation.errors import HabeasError
from habeas.protocol import Kind, Promise, Receipt
from habeas.protocol.client import Panel, TrusteeClient, TrusteeRefusedError


@dataclass(frozen=True)
class Withdrawal:
    """What became of a withdrawal, trustee by trustee.

    Attributes:
        statements: signed `erased` statements (notes), by trustee.
        owed: trustees that have not confirmed yet, with the reason; they are asked again.
        index: where on the log the withdrawal stands; None while the log owes it.
    """

    statements: dict[str, str]
    owed: dict[str, str]
    index: int | None = None


def withdraw(context: Context, receipt: Receipt) -> Withdrawal:
    """Withdraw through the custodian. See `Custody.withdraw`."""
    receipt.verify_parts()
    seal_id, digest = receipt.promise.seal_id, receipt.promise.digest()
    with context.ledger.atomic():
        photo = context.ledger.lock(seal_id)
        if photo is None or Promise.decode(photo.promise).digest() != digest:
            raise UnknownPhotoError("The photo of this receipt is not in custody here.")
        if context.ledger.move(seal_id, PhotoState.SEALED, PhotoState.WITHDRAWN):
            details = protocol.ErasedDetails(promise=digest.hex(), because="withdrawn").fields()
            handle = Handle(seal_id, bytes.fromhex(receipt.track_key))
            context.line(Kind.WITHDRAWN, details, handle, service=receipt.promise.service)
            secret = bytes.fromhex(receipt.withdraw_secret)
            for key in receipt.promise.trustees.keys:
                context.ledger.owe_erasure(OwedErasure(seal_id, digest, key.trustee, secret))
    owed = settle_erasures(context, seal_id)
    context.blobs.delete(blob_name(seal_id))
    index = settle_lines(context, seal_id)
    if not owed and index is not None:
        context.ledger.forget_details(seal_id)
    return Withdrawal(dict(context.ledger.erased_statements(seal_id)), owed, index)


def withdraw_directly(circle: Panel, receipt: Receipt) -> Withdrawal:
    """Withdraw at the trustees themselves, with the receipt alone, past the custodian."""
    receipt.verify_parts()
    digest, secret = receipt.promise.digest(), bytes.fromhex(receipt.withdraw_secret)
    names = [key.trustee for key in receipt.promise.trustees.keys]
    statements, errors = circle.ask(names, lambda trustee, _: trustee.withdraw(digest, secret))
    return Withdrawal(statements, {name: error.cause for name, error in errors.items()})


def settle_erasures(context: Context, seal_id: str | None = None) -> dict[str, str]:
    """Tell trustees of withdrawals that they have not confirmed; returns who still owes."""
    still: dict[str, str] = {}
    by_photo: dict[str, dict[str, OwedErasure]] = {}
    for owed in context.ledger.owed_erasures(seal_id):
        by_photo.setdefault(owed.seal_id, {})[owed.trustee] = owed
    for photo, each in by_photo.items():
        statements, errors = context.circle.ask(list(each), _erasing(each))
        for name, statement in statements.items():
            context.ledger.erased(photo, name, statement)
        still |= {name: error.cause for name, error in errors.items()}
    return still


def _erasing(owed: dict[str, OwedErasure]) -> Callable[[TrusteeClient, int], str]:
    def erase(trustee: TrusteeClient, _: int) -> str:
        mine = owed[trustee.name]
        try:
            return trustee.withdraw(mine.promise_digest, mine.secret)
        except TrusteeRefusedError as error:
            if error.code == "unknown-photo":
                return ""  # its deposit never arrived: there is nothing to destroy
            raise

    return erase


def settle_lines(context: Context, seal_id: str | None = None) -> int | None:
    """Write lines that are owed to the log; returns the last index, None if some stay owed."""
    index: int | None = None
    try:
        for line in context.ledger.owed_lines(seal_id):
            index = context.write(line).index
    except HabeasError:
        return None
    if index is None and seal_id is not None:
        lines = context.ledger.lines(seal_id)
        index = lines[-1].index if lines else None
    return index


def expire(context: Context) -> int:
    """Delete ciphertexts of photos whose last day has passed; returns how many.

    The trustees sweep their own shares, and destroy the month's key.
    """
    today = context.now().date().isoformat()
    count = 0
    for photo in context.ledger.photos(PhotoState.SEALED):
        if Promise.decode(photo.promise).opens_until < today:
            count += _expire_one(context, photo)
    return count


def _expire_one(context: Context, photo: SealedPhoto) -> bool:
    with context.ledger.atomic():
        if not context.ledger.move(photo.seal_id, PhotoState.SEALED, PhotoState.EXPIRED):
            return False
    context.blobs.delete(blob_name(photo.seal_id))
    context.ledger.forget_details(photo.seal_id)
    return True
