"""What must happen although nobody asks: deliver what waits, settle debts, end what is over."""

from __future__ import annotations

import math
from dataclasses import dataclass

from habeas.custody.context import Context, promise_of, quarantined_until
from habeas.custody.endings import close, expire
from habeas.custody.ports import PendingDeposit, PhotoState
from habeas.custody.sealing import give_up
from habeas.foundation.caution import CAUTION, verify_share
from habeas.foundation.errors import HabeasError
from habeas.protocol.client import TrusteeRefusedError, TrusteeUnreachableError
from habeas.protocol.statements import Order, sign_statement

#: A sealing takes seconds; what is still pending after so long was left behind by a crash.
PENDING_SECONDS = 600
_BATCH = 100
#: Refusals after which a deposit has no place at its trustee any more.
_OVER = frozenset({"erased", "withdrawn", "expired", "orphaned", "seal-id-reused", "deposit"})


@dataclass(frozen=True)
class Swept:
    """What one round did."""

    given_up: int
    expired: int
    delivered: int
    written: int
    destroyed: int = 0
    """Ciphertexts of photos that had ended before."""


def sweep(
    context: Context,
    *,
    pending_seconds: int = PENDING_SECONDS,
    ends: bool = True,
    many: bool = False,
) -> Swept:
    """One round. Safe at any time, and in any number of processes.

    Args:
        context: ports and keys.
        pending_seconds: what is pending for longer was left behind.
        ends: end and destroy what is over; without, only tell and bring what is owed.
        many: end it also where that is an unusual share of all.

    Raises:
        TooManyEndsError: so much would end that a person has to look. All else was done.
    """
    written = context.settle()
    given_up = ended = destroyed = 0
    if ends:
        given_up = _given_up(context, pending_seconds)
        destroyed = _destroyed(context)
        _closed(context)
        ended = _ended(context, many=many)
    # Last: a trustee that takes calls and says nothing holds up nothing else.
    delivered = sum(_delivered(context, each) for each in _seats(context))
    return Swept(given_up, ended, delivered, written, destroyed)


def _seats(context: Context) -> list[str]:
    """Everybody for whom a deposit can wait."""
    return sorted({seat.name for link in context.chain().links for seat in link.circle.trustees})


def _delivered(context: Context, trustee: str) -> int:
    """Bring one trustee what waits for it: one that is still away is asked once in a round."""
    count = 0
    for each in context.ledger.pending_deposits(trustee, _BATCH):
        try:
            count += _deliver(context, each)
        except TrusteeUnreachableError:
            break
    return count


def _given_up(context: Context, pending_seconds: int) -> int:
    # Not destroyed at once: a database of yesterday would call pending what was sealed since.
    destroy_on = quarantined_until(context.now())
    stale = context.ledger.stale(context.seconds() - pending_seconds, _BATCH)
    return sum(give_up(context, photo, destroy_on) for photo in stale)


def _destroyed(context: Context) -> int:
    doomed = context.ledger.doomed(context.moment().date().isoformat(), _BATCH)
    for photo in doomed:
        context.destroy(photo)
    return len(doomed)


def _closed(context: Context) -> None:
    """Freeze what later purposes kept open until yesterday; nothing is destroyed by it."""
    for photo in context.ledger.closing(context.moment().date().isoformat(), _BATCH):
        close(context, photo.seal_id, "decided")


def _ended(context: Context, *, many: bool) -> int:
    day = context.moment().date().isoformat()
    due = context.ledger.due(day)
    if due > CAUTION.least and not many:
        # As many as make this share a usual one are enough: all that ever was is not counted.
        enough = math.ceil(due / CAUTION.share)
        verify_share(due, context.ledger.kept(enough), CAUTION)
    return sum(expire(context, photo) for photo in context.ledger.expired(day, _BATCH))


def _deliver(context: Context, waiting: PendingDeposit) -> bool:
    """Bring a trustee that is back its deposit; whether it needs to wait no more.

    Raises:
        TrusteeUnreachableError: it is not back.
    """
    photo = context.ledger.photo(waiting.seal_id)
    if photo is None or photo.state not in (PhotoState.PENDING, PhotoState.SEALED):
        # It has ended while its deposits were being kept.
        with context.ledger.atomic():
            context.ledger.drop_deposits(waiting.seal_id)
        return False
    promise = promise_of(photo.promise)
    order = sign_statement(
        context.signer, Order(promise=promise.digest().hex(), day=context.today())
    )
    try:
        client = context.panel(promise.circle)[waiting.trustee]
        note = client.deposit(promise, waiting.index, waiting.deposit, order)
    except TrusteeRefusedError as error:
        if error.code not in _OVER:
            return False
        note = ""
    except TrusteeUnreachableError:
        raise
    except HabeasError:
        return False
    with context.ledger.atomic():
        if note:
            context.ledger.keep_acknowledgement(waiting.seal_id, waiting.trustee, note)
        context.ledger.drop_deposits(waiting.seal_id, waiting.trustee)
    return True
