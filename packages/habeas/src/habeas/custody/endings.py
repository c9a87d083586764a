"""Docs/protocol section 7: withdrawing, closing, and what the custodian does when a photo ends.

Only the withdrawal secret destroys shares: the custodian passes it on, to the trustees and to
the log. Its own `closed` freezes, and destroys nothing before its date.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from habeas.custody.context import Context, promise_of, quarantined_until
from habeas.custody.errors import NotTheHolderError, UnknownPhotoError
from habeas.custody.ports import PhotoState, SealedPhoto
from habeas.custody.sealing import close_line
from habeas.foundation.errors import HabeasError
from habeas.protocol import Kind, Promise, terms
from habeas.protocol.client import (
    TrusteeClient,
    TrusteeRefusedError,
    TrusteeUnreachableError,
)
from habeas.protocol.details import WithdrawnDetails
from habeas.protocol.panel import Panel

#: What a trustee says that has nothing to destroy, and will take no such deposit.
_NOTHING_HERE = "unknown-photo"
_OWED = "The share is destroyed; the log does not show it yet."


@dataclass(frozen=True)
class Withdrawal:
    """What became of a withdrawal, trustee by trustee.

    Attributes:
        statements: signed `erased` statements (notes), by trustee: its entry is on the log.
        never_held: trustees that had not acknowledged their deposit, and will take none.
        owed: trustees that have not confirmed yet, with the reason. Ask again.
        away: those of them that do not answer: asking again at once changes nothing.
    """

    statements: dict[str, str]
    never_held: tuple[str, ...]
    owed: dict[str, str]
    away: frozenset[str] = frozenset()

    @property
    def complete(self) -> bool:
        """Whether all trustees have confirmed: only then is the photo *withdrawn*."""
        return not self.owed


def withdraw(
    context: Context, seal_id: str, secret: bytes, pending: Collection[str] = ()
) -> Withdrawal:
    """Withdraw through the custodian. See `Custody.withdraw`."""
    with context.ledger.atomic():
        promise, was_there = _end(context, seal_id, secret)
        if was_there:
            details = WithdrawnDetails(promise=promise.digest().hex(), secret=secret.hex())
            context.line(Kind.WITHDRAWN, details)
    late = context.ledger.acknowledgements(seal_id)
    waiting = [name for name in pending if name not in late]
    withdrawal = withdraw_directly(context.panel(promise.circle), promise, secret, waiting)
    _destroy(context, seal_id)
    context.settle()
    if withdrawal.complete:
        context.ledger.forget_details(seal_id)
    return withdrawal


def _end(context: Context, seal_id: str, secret: bytes) -> tuple[Promise, bool]:
    """Mark a photo as withdrawn, within a transaction; tells whether it was not so before."""
    photo = context.ledger.lock(seal_id)
    if photo is None:
        raise UnknownPhotoError("The photo of this receipt is not in custody here.")
    promise = promise_of(photo.promise)
    if terms.withdraw_hash(secret) != promise.withdraw_hash:
        raise NotTheHolderError("This secret does not belong to the photo.")
    if photo.state is PhotoState.WITHDRAWN:
        return promise, False
    # Marked in the same transaction: whoever is killed before the ciphertext is gone has told
    # the sweep to destroy it.
    context.ledger.move(seal_id, photo.state, PhotoState.WITHDRAWN, context.today())
    context.ledger.drop_deposits(seal_id)
    return promise, True


def learn(context: Context, withdrawn: WithdrawnDetails) -> bool:
    """A photo was withdrawn past the custodian. See `Custody.learn`."""
    seal_id = context.ledger.of_promise(withdrawn.promise)
    if seal_id is None:
        return False
    try:
        with context.ledger.atomic():
            _, was_there = _end(context, seal_id, bytes.fromhex(withdrawn.secret))
    except NotTheHolderError:
        return False  # foreign: it destroys nothing
    _destroy(context, seal_id)
    context.ledger.forget_details(seal_id)
    return was_there


def _destroy(context: Context, seal_id: str) -> None:
    photo = context.ledger.photo(seal_id)
    if photo is not None:
        context.destroy_soon(photo)


def withdraw_directly(
    panel: Panel, promise: Promise, secret: bytes, pending: Collection[str] = ()
) -> Withdrawal:
    """Withdraw at the trustees themselves, with the receipt alone, past the custodian.

    Args:
        panel: the trustees.
        promise: of the photo.
        secret: the withdrawal secret, 32 bytes.
        pending: trustees that have not acknowledged their deposit. Only their word is taken
            that they never held it: who acknowledged has to sign that it destroyed it.
    """
    digest = promise.digest()

    def ask(trustee: TrusteeClient, _: int) -> str | None:
        """The note; empty where there was nothing, None while its entry is owed."""
        try:
            erased = trustee.withdraw(digest, secret)
        except TrusteeRefusedError as error:
            if error.code != _NOTHING_HERE:
                raise
            if trustee.name not in pending:
                raise DeniedError(
                    f"{trustee.name} says that it holds no such photo; its acknowledgement says "
                    "otherwise."
                ) from error
            return ""
        return None if erased is None else erased.note

    names = [key.trustee for key in promise.trustees.keys]
    # One that hangs is not waited for: it reads the secret on the log when it is back.
    said, errors = panel.ask(names, ask, enough=len(names) - 1)
    owed = {name: _OWED for name, note in said.items() if note is None}
    return Withdrawal(
        {name: note for name, note in said.items() if note},
        tuple(sorted(name for name, note in said.items() if note == "")),
        owed | {name: error.cause for name, error in errors.items()},
        frozenset(n for n, each in errors.items() if isinstance(each, TrusteeUnreachableError)),
    )


class DeniedError(HabeasError):
    """A trustee that acknowledged a deposit, and knows nothing of it now."""

    code = "denied"
    remedy = "Its acknowledgement is in the receipt: show it to the other trustees."


def close(context: Context, seal_id: str, because: str) -> None:
    """End a case's photo. See `Custody.close`."""
    with context.ledger.atomic():
        photo = context.ledger.lock(seal_id)
        if photo is None:
            raise UnknownPhotoError("There is no such photo in custody.")
        if context.ledger.move(seal_id, PhotoState.SEALED, PhotoState.CLOSED):
            context.ledger.drop_deposits(seal_id)
            close_line(context, photo, because)
    context.settle(seal_id)


def close_after(context: Context, seal_id: str, day: str) -> None:
    """Close a photo once *day* is over. See `Custody.close_after`."""
    with context.ledger.atomic():
        if context.ledger.lock(seal_id) is None:
            raise UnknownPhotoError("There is no such photo in custody.")
        context.ledger.close_after(seal_id, day)


def expire(context: Context, photo: SealedPhoto) -> bool:
    """End a photo whose last day has passed: it is opened no more, and destroyed later.

    The trustees sweep their own shares, and destroy the month's key: without them the
    ciphertext is noise. It waits in quarantine, so that a date that was wrong can be told.
    """
    destroy_on = quarantined_until(context.moment())
    with context.ledger.atomic():
        if not context.ledger.move(photo.seal_id, photo.state, PhotoState.EXPIRED, destroy_on):
            return False
        context.ledger.drop_deposits(photo.seal_id)
    return True
