"""Docs/protocol, *One photo*: the custodian's part where the applicant's own device has sealed.

What comes in is opaque: ciphertext, deposits, two tags. Nothing of it opens here, and nothing of
it is believed but what can be checked: the terms against those that were agreed on, digests and
sizes. Taking the same photo again is harmless and gives the same answer, so that a device whose
line breaks asks again. The photo counts once its applicant has the receipt and says so; what a
device leaves behind is closed by the sweep.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from habeas.custody.context import Context, blob_name
from habeas.custody.errors import SealingError
from habeas.custody.ports import PhotoState, SealedPhoto
from habeas.custody.sealing import deposit, log_sealed, month_keys
from habeas.custody.sweep import PENDING_SECONDS
from habeas.foundation.errors import HabeasError
from habeas.protocol import MalformedError, Promise
from habeas.protocol.chain import Link
from habeas.protocol.circle import verify_terms
from habeas.protocol.seal import Sealed, Wishes

#: How long an applicant may take to keep the receipt: as long as a draft of the form lives.
KEEPING_SECONDS = 24 * 3600
_HOUR = 3600
#: An HPKE message around a share and a track key (formats, *HPKE*).
DEPOSIT_BYTES = 1120 + 33 + 32 + 16


class OtherTermsError(MalformedError):
    """A photo that a device has sealed under other terms than it was given."""

    code = "other-terms"
    status = 409
    remedy = "Load the page anew: the day, the circle or a trustee's key may have changed."


class GivenUpError(SealingError):
    """A photo that waited too long for its applicant, or never came to the log."""

    code = "given-up"
    status = 409
    remedy = "Seal the photo once more."


@dataclass(frozen=True)
class SealingOffer:
    """What a device needs to seal under; it believes none of it but by its own pin.

    Attributes:
        circles: notes of the chain's circles up to the one in force.
        keys: signed key statements of its trustees, in its order.
    """

    circles: tuple[str, ...]
    keys: tuple[str, ...]


@dataclass(frozen=True, repr=False)
class Deposited:
    """A photo that a device has sealed, with the tags of the `sealed` and of a `closed` entry."""

    sealed: Sealed
    tag: str
    closing_tag: str


@dataclass(frozen=True)
class Taken:
    """What the device makes its receipt of: entry and proof as text, notes by trustee."""

    entry: str
    proof: str
    acknowledgements: dict[str, str]


def offer(context: Context, month: str) -> SealingOffer:
    """The circle in force, how to reach it from a pin, and its trustees' keys of *month*.

    Raises:
        SealingError: a key is not known, or no circle is in force.
    """
    try:
        link = context.link()
        month_keys(context, link, month)
    except HabeasError as error:
        raise SealingError(f"A photo cannot be sealed now: {error.cause}") from error
    links = context.chain().links
    return SealingOffer(
        tuple(each.note for each in links if each.circle.number <= link.circle.number),
        tuple(context.months.note(seat, month) for seat in link.circle.trustees),
    )


def take(
    context: Context,
    photo: Deposited,
    wishes: Wishes,
    salt: bytes,
    begun: Callable[[], None] = lambda: None,
) -> Taken:
    """Bring a sealed photo to its trustees and onto the log. It does not count yet: `keeping`.

    Args:
        context: of this custodian.
        photo: as the device has sealed it.
        wishes: what was agreed on.
        salt: of the entry's commitment, 32 bytes; the same for the same photo.
        begun: called in the transaction that notes the photo.

    Raises:
        OtherTermsError: it is sealed under other terms.
        MalformedError: its parts do not belong together.
        SealingError: trustees or the log are missing, or it has ended. Asking again is harmless.
    """
    promise = photo.sealed.promise
    try:
        link = context.link()
        _verify(context, link, photo.sealed, wishes)
        _begin(context, photo, begun)
        context.blobs.put(blob_name(promise.seal_id), photo.sealed.ciphertext)
        acknowledgements = deposit(context, link, photo.sealed)
        line = log_sealed(context, photo.sealed, acknowledgements, photo.tag, salt)
    except (MalformedError, SealingError):
        raise
    except HabeasError as error:
        raise SealingError(f"The photo could not be sealed: {error.cause}") from error
    return Taken(line.entry.decode(), line.proof or "", acknowledgements)


def _verify(context: Context, link: Link, sealed: Sealed, wishes: Wishes) -> None:
    promise = sealed.promise
    agreed = (
        wishes.service, tuple(sorted(wishes.recipients)), tuple(sorted(wishes.purposes)),
        wishes.opens_until, wishes.openings_max, wishes.openings_a_day, wishes.closed_days,
        wishes.sealed_by, wishes.app, link.digest,
    )  # fmt: skip
    said = (
        promise.service, promise.recipients, promise.purposes,
        promise.opens_until, promise.openings_max, promise.openings_a_day, promise.closed_days,
        promise.sealed_by, promise.app, promise.circle,
    )  # fmt: skip
    keys = [each.key_id() for each in month_keys(context, link, promise.opens_until[:7])]
    if said != agreed or [each.key for each in promise.trustees.keys] != keys:
        raise OtherTermsError("The photo was sealed under other terms than were agreed on.")
    verify_terms(link.circle, promise)
    ciphertext = sealed.ciphertext
    digest = hashlib.sha256(ciphertext).hexdigest()
    if (len(ciphertext), digest) != (promise.photo.size, promise.photo.sha256):
        raise MalformedError("The ciphertext is not that of the promise.")
    if [len(each) for each in sealed.deposits] != [DEPOSIT_BYTES] * len(keys):
        raise MalformedError("There is not one deposit for each trustee.")


def _begin(context: Context, photo: Deposited, begun: Callable[[], None]) -> None:
    """Note a photo that is being sealed; one that was noted before must be the same."""
    promise = photo.sealed.promise
    # Dated ahead, by whole hours: it waits for its applicant longer than for trustees, and the
    # hour tells nobody which application came when.
    until = context.seconds() + KEEPING_SECONDS - PENDING_SECONDS
    record = SealedPhoto(
        promise.seal_id, promise.encode(), promise.opens_until, photo.closing_tag,
        begun=-(-until // _HOUR) * _HOUR,
    )  # fmt: skip
    with context.ledger.atomic():
        known = context.ledger.lock(promise.seal_id)
        if known is None:
            context.ledger.add_photo(record)
        elif known.promise != record.promise or known.state is not PhotoState.PENDING:
            raise GivenUpError("This photo was given up, or is in custody already.")
        begun()


@contextmanager
def keeping(context: Context, seal_id: str) -> Iterator[Promise]:
    """Let a photo count whose applicant has the receipt; the block runs in that transaction.

    Raises:
        GivenUpError: it never came to the log, or was given up meanwhile.
    """
    with context.ledger.atomic():
        record = context.ledger.lock(seal_id)
        lines = context.ledger.lines(seal_id)
        on_log = any(each.number == 0 and each.index is not None for each in lines)
        if (
            record is None
            or not on_log
            or not context.ledger.move(seal_id, PhotoState.PENDING, PhotoState.SEALED)
        ):
            raise GivenUpError("The photo was not sealed, or was given up.")
        yield Promise.decode(record.promise)
