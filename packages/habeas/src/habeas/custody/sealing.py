"""Docs/protocol section 4: sealing in two phases: trustees and log first, then the acknowledgement.

A photo counts as sealed with q acknowledgements and its `sealed` entry. What the second phase
does not acknowledge is closed, at once or by a sweep after a crash: it is frozen, and its
shares go by the rule of the terms.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from habeas.custody.context import Context, blob_name, listed, promise_of
from habeas.custody.errors import SealingError, TooFewTrusteesError
from habeas.custody.months import months_from
from habeas.custody.ports import LogLine, PendingDeposit, PhotoState, SealedPhoto
from habeas.foundation.errors import HabeasError
from habeas.protocol import Circle, Entry, Kind, Receipt, seal
from habeas.protocol.chain import Link
from habeas.protocol.client import TrusteeClient
from habeas.protocol.details import ClosedDetails, SealedDetails
from habeas.protocol.document import unbase64
from habeas.protocol.office import seal_pointer
from habeas.protocol.seal import Sealed, Secrets, Wishes
from habeas.protocol.statements import KeyStatement, Order, sign_statement

#: Once q trustees have acknowledged, the others get this long; then their deposits wait.
_GRACE_SECONDS = 1.0


@dataclass(frozen=True, repr=False)
class Acknowledged:
    """A photo that enough trustees and the log have, and that waits to be acknowledged.

    Attributes:
        receipt: for the applicant; it counts once the block has ended.
        pointers: for the case: what leads there, sealed to each office that was promised.
    """

    receipt: Receipt
    pointers: dict[str, bytes]


@contextmanager
def sealing_of(context: Context, photo: bytes, wishes: Wishes) -> Iterator[Acknowledged]:
    """Seal *photo*; the block acknowledges it. See `Custody.sealing`."""
    record, acknowledged = _prepare(context, photo, wishes)
    try:
        with context.ledger.atomic():
            if not context.ledger.move(record.seal_id, PhotoState.PENDING, PhotoState.SEALED):
                raise SealingError("Sealing took so long that it was given up.")
            yield acknowledged
    except BaseException:
        _undo(context, record)
        raise


def _prepare(context: Context, photo: bytes, wishes: Wishes) -> tuple[SealedPhoto, Acknowledged]:
    """Everything that can fail for others' reasons: trustees, log, blobs. Closed where it does."""
    try:
        link = context.link()
        keys = month_keys(context, link, wishes.opens_until[:7])
        secrets = Secrets.draw(context.random)
        terms = seal.build_terms(link.circle, keys, wishes, secrets)
        sealed = seal.seal(photo, terms, keys, secrets, context.random)
    except HabeasError as error:
        raise SealingError(f"The photo could not be sealed: {error.cause}") from error
    promise = sealed.promise
    tags = seal.custodian_tags(secrets.track_key, promise.openings_max)
    record = SealedPhoto(
        promise.seal_id, promise.encode(), promise.opens_until, tags.closed,
        begun=context.seconds(),
    )  # fmt: skip
    with context.ledger.atomic():
        context.ledger.add_photo(record)
    try:
        context.blobs.put(blob_name(promise.seal_id), sealed.ciphertext)
        acknowledgements = deposit(context, link, sealed)
        salt = context.random(32)
        line = log_sealed(context, sealed, acknowledgements, tags.sealed, salt)
        receipt = seal.assemble_receipt(
            promise, wishes.reference, secrets, link.note, Entry.decode(line.entry), salt,
            line.proof or "", acknowledgements,
        )  # fmt: skip
    except HabeasError as error:
        _undo(context, record)
        raise SealingError(f"The photo could not be sealed: {error.cause}") from error
    return record, Acknowledged(receipt, _pointers(link.circle, sealed, wishes, secrets))


def month_keys(context: Context, link: Link, month: str) -> list[KeyStatement]:
    """Each trustee's key of the month; that of one that is away is known from before."""
    errors = learn_keys(context, link, [month])
    if errors:
        raise TooFewTrusteesError(
            f"The keys of {listed(errors)} for {month} are not known, and they do not answer.",
            tuple(errors),
        )
    return [context.months.require(seat, month) for seat in link.circle.trustees]


def learn_keys(context: Context, link: Link, months: Sequence[str]) -> dict[str, HabeasError]:
    """Ask for the trustees' keys of *months* that are not known yet.

    Returns:
        Why some are still unknown, by trustee.
    """
    known = context.months
    seats = {
        seat.name: seat
        for seat in link.circle.trustees
        if any(known.get(seat, month) is None for month in months)
    }

    def ask(trustee: TrusteeClient, _: int) -> None:
        seat = seats[trustee.name]
        for month in months:
            if known.get(seat, month) is None:
                known.keep(seat, *trustee.announced(month))

    _, errors = context.panel(link.digest).ask(list(seats), ask)
    return errors


def learn_ahead(context: Context) -> None:
    """Learn the keys of the coming months while all trustees are there.

    Raises:
        TooFewTrusteesError: some do not answer, and their keys are still not known.
    """
    link = context.chain().in_force(context.seconds())
    if link is not None:
        learn_keys(context, link, _coming(context))
    keyless = seats_without_keys(context)
    if keyless:
        raise TooFewTrusteesError(
            f"Not all keys of the coming months are known of {listed(keyless)}.", keyless
        )


def seats_without_keys(context: Context) -> tuple[str, ...]:
    """Trustees of which not all keys of the coming months are known. Asks nobody."""
    link = context.chain().in_force(context.seconds())
    if link is None:
        return ()
    known, months = context.months, _coming(context)
    return tuple(
        seat.name
        for seat in link.circle.trustees
        if any(known.get(seat, month) is None for month in months)
    )


def _coming(context: Context) -> list[str]:
    return list(months_from(context.now().date(), context.months_ahead))


def deposit(context: Context, link: Link, sealed: Sealed) -> dict[str, str]:
    """Hand each trustee its share; q must acknowledge. `log_sealed` keeps what they have said."""
    promise = sealed.promise
    order = sign_statement(
        context.signer, Order(promise=promise.digest().hex(), day=context.today())
    )
    names = [key.trustee for key in promise.trustees.keys]
    acknowledged, errors = context.panel(link.digest).ask(
        names,
        lambda trustee, index: trustee.deposit(promise, index, sealed.deposits[index], order),
        enough=link.circle.q,
        grace=_GRACE_SECONDS,
    )
    if len(acknowledged) < min(link.circle.q, len(names)):
        raise TooFewTrusteesError(
            f"{len(acknowledged)} trustees acknowledged, {link.circle.q} must; missing: "
            f"{listed(errors)}.",
            tuple(errors),
        )
    return acknowledged


def log_sealed(
    context: Context, sealed: Sealed, acknowledgements: Mapping[str, str], tag: str, salt: bytes
) -> LogLine:
    """The `sealed` entry on the log; the one that was written before, where there is one.

    In the transaction that owes it, what trustees have said is kept, and what they miss waits.
    """
    promise = sealed.promise
    with context.ledger.atomic():
        # Kept, so that who has the words of a lost receipt gets it whole again.
        context.ledger.keep_acknowledgements(promise.seal_id, acknowledgements)
        for index, key in enumerate(promise.trustees.keys):
            if key.trustee not in acknowledgements:
                context.ledger.keep_deposit(
                    PendingDeposit(promise.seal_id, key.trustee, index, sealed.deposits[index])
                )
        lines = context.ledger.lines(promise.seal_id)
        line = next((each for each in lines if each.number == 0), None)
        if line is None:
            line, _ = context.line(
                Kind.SEALED, SealedDetails(promise=promise.digest().hex()),
                seal_id=promise.seal_id, number=0, service=promise.service, tag=tag, salt=salt,
            )  # fmt: skip
    return line if line.index is not None else context.write(promise.seal_id, line)


def _pointers(circle: Circle, sealed: Sealed, wishes: Wishes, secrets: Secrets) -> dict[str, bytes]:
    pointer = seal.pointer_of(sealed.promise, wishes.reference, secrets)
    found = {name: circle.office(name) for name in sealed.promise.recipients}
    return {
        name: seal_pointer(unbase64(office.encryption_key), pointer)
        for name, office in found.items()
        if office is not None
    }


def give_up(context: Context, record: SealedPhoto, destroy_on: str) -> bool:
    """Close a photo that nobody was acknowledged: it is frozen, and what waits is dropped.

    Args:
        context: ports and keys.
        record: the photo.
        destroy_on: the day from which its ciphertext is destroyed.

    Returns:
        Whether it was still pending.
    """
    with context.ledger.atomic():
        pending, orphaned = PhotoState.PENDING, PhotoState.ORPHANED
        if not context.ledger.move(record.seal_id, pending, orphaned, destroy_on):
            return False
        context.ledger.drop_deposits(record.seal_id)
        close_line(context, record, "orphaned")
    context.settle(record.seal_id)
    return True


def _undo(context: Context, record: SealedPhoto) -> None:
    """Close a photo whose sealing has failed here, before anybody was told of it."""
    give_up(context, record, context.today())
    ended = context.ledger.photo(record.seal_id)
    if ended is not None and ended.state is PhotoState.ORPHANED:
        context.destroy_soon(ended)


def close_line(context: Context, record: SealedPhoto, because: str) -> None:
    """Owe the log a `closed` entry. Within a transaction."""
    promise = promise_of(record.promise)
    details = ClosedDetails.read({"v": 2, "promise": promise.digest().hex(), "because": because})
    context.line(
        Kind.CLOSED, details, seal_id=record.seal_id, service=promise.service,
        tag=record.closing_tag,
    )  # fmt: skip
