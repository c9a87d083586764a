"""Sealing in two phases: trustees and log first, then the transaction that acknowledges.

All or nothing: what the second phase does not acknowledge, the first one's work included, is
undone, at once or by a sweep after a crash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from habeas import protocol
from habeas.custody import _withdraw
from habeas.custody._context import Context, blob_name, listed
from habeas.custody.errors import SealingError, TooFewTrusteesError
from habeas.custody.ports import Handle, OwedErasure, PhotoState, SealedPhoto
from habeas.foundation.errors import HabeasError
from habeas.protocol import Kind, Promise, Purpose, Receipt, Terms, sealing


@dataclass(frozen=True)
class Order:
    """What is promised to the applicant before sealing.

    Attributes:
        service: id of the service.
        recipients: offices that may open the photo.
        purposes: for what.
        opens_until: last day on which it opens.
        reference: the application's public reference, for the receipt.
    """

    service: str
    recipients: tuple[str, ...]
    purposes: tuple[Purpose, ...]
    opens_until: date
    reference: str


@dataclass(frozen=True)
class Sealed:
    """A photo that all trustees and the log have, and that waits to be acknowledged.

    Attributes:
        handle: what leads to the photo, for the case's pointer.
        receipt: for the applicant; it counts once the block has ended.
    """

    handle: Handle
    receipt: Receipt


@contextmanager
def sealing_of(context: Context, photo: bytes, order: Order) -> Iterator[Sealed]:
    """Seal *photo*; the block acknowledges it. See `Custody.sealing`."""
    record, sealed = _prepare(context, photo, order)
    try:
        with context.ledger.atomic():
            if not context.ledger.move(record.seal_id, PhotoState.PENDING, PhotoState.SEALED):
                raise SealingError("Sealing took so long that it was given up.")
            yield sealed
    except BaseException:
        undo(context, record)
        raise


def _prepare(context: Context, photo: bytes, order: Order) -> tuple[SealedPhoto, Sealed]:
    """Everything that can fail for others' reasons: trustees, log, blobs. Undone where it does."""
    try:
        keys = _trustee_keys(context, order.opens_until.isoformat()[:7])
    except HabeasError as error:
        raise SealingError(f"The photo could not be sealed: {error.cause}") from error
    withdraw_secret, track_key = context.random(32), context.random(32)
    promise, ciphertext, shares = _encrypt(context, photo, order, keys, withdraw_secret)
    record = SealedPhoto(
        promise.seal_id, promise.encode(), track_key=track_key, withdraw_secret=withdraw_secret
    )
    handle = Handle(promise.seal_id, track_key)
    details = protocol.SealedDetails(promise=promise.digest().hex()).fields()
    with context.ledger.atomic():
        context.ledger.add_photo(record)
        line = context.line(Kind.SEALED, details, handle, service=order.service)
    try:
        context.blobs.put(blob_name(promise.seal_id), ciphertext)
        acknowledgements = _deposit(context, promise, keys, shares, track_key)
        line = context.write(line)
    except HabeasError as error:
        undo(context, record)
        raise SealingError(f"The photo could not be sealed: {error.cause}") from error
    receipt = Receipt(
        reference=order.reference,
        portal=context.portal,
        log=context.log_url,
        policy=context.policy,
        trustees=context.circle.identities,
        promise=promise,
        track_key=track_key.hex(),
        withdraw_secret=withdraw_secret.hex(),
        entry=line.entry.decode(),
        salt=line.salt.hex(),
        proof=line.proof or "",
        acknowledgements=tuple(acknowledgements),
    )
    return record, Sealed(handle, receipt)


def _trustee_keys(context: Context, month: str) -> list[protocol.KeyStatement]:
    names = [client.name for client in context.circle.clients]
    keys, errors = context.circle.ask(names, lambda trustee, _: trustee.key(month))
    if errors:
        raise TooFewTrusteesError(
            f"All trustees must take part, and {listed(errors)} did not.", tuple(errors)
        )
    return [keys[name] for name in names]


def _encrypt(
    context: Context,
    photo: bytes,
    order: Order,
    keys: Sequence[protocol.KeyStatement],
    withdraw_secret: bytes,
) -> tuple[Promise, bytes, list[bytes]]:
    """The promise, the ciphertext, and one share for each trustee."""
    data_key = context.random(sealing.DATA_KEY_BYTES)
    terms = Terms(
        origin=context.origin,
        seal_id=context.random(16).hex(),
        service=order.service,
        recipients=tuple(sorted(order.recipients)),
        purposes=tuple(sorted(order.purposes)),
        opens_until=order.opens_until.isoformat(),
        trustees=protocol.Trustees(
            k=context.circle.k,
            keys=tuple(
                protocol.TrusteeKey(trustee=key.trustee, month=key.month, key=key.key_id())
                for key in keys
            ),
        ),
        withdraw_hash=protocol.withdraw_hash(withdraw_secret),
        sealed_by="server",
    )
    ciphertext = sealing.encrypt(data_key, terms.digest(), photo)
    shares = sealing.split(data_key, context.circle.k, len(keys), context.random)
    sealed = Promise.read(
        {
            **terms.fields(),
            "photo": {
                "type": "image/jpeg",
                "size": len(ciphertext),
                "sha256": hashlib.sha256(ciphertext).hexdigest(),
            },
            "shares": [hashlib.sha256(share).hexdigest() for share in shares],
            "key_commitment": sealing.key_commitment(data_key).hex(),
        }
    )
    return sealed, ciphertext, shares


def _deposit(
    context: Context,
    sealed: Promise,
    keys: Sequence[protocol.KeyStatement],
    shares: Sequence[bytes],
    track_key: bytes,
) -> list[str]:
    """Hand each trustee its share; all must acknowledge, so that any k of them open."""
    digest = sealed.digest()
    deposits = [
        sealing.seal_deposit(
            key.key(),
            sealing.deposit_info(digest, bytes.fromhex(key.key_id()), index),
            sealing.Deposit(share, track_key),
        )
        for index, (key, share) in enumerate(zip(keys, shares, strict=True))
    ]
    names = [key.trustee for key in keys]
    acknowledged, errors = context.circle.ask(
        names, lambda trustee, index: trustee.deposit(sealed, index, deposits[index])
    )
    if errors:
        raise TooFewTrusteesError(
            f"All trustees must acknowledge, and {listed(errors)} did not.", tuple(errors)
        )
    return [acknowledged[name] for name in names]


def undo(context: Context, record: SealedPhoto) -> None:
    """Take an unacknowledged photo back; what a trustee does not hear now is owed to it."""
    digest = Promise.decode(record.promise).digest()
    secret = record.withdraw_secret or b""
    with context.ledger.atomic():
        if not context.ledger.move(record.seal_id, PhotoState.PENDING, PhotoState.ORPHANED):
            return
        for client in context.circle.clients:
            context.ledger.owe_erasure(OwedErasure(record.seal_id, digest, client.name, secret))
        # The log may say "sealed", or will, once the owed line arrives: say it was taken back.
        details = protocol.ErasedDetails(promise=digest.hex(), because="orphaned").fields()
        context.line(Kind.WITHDRAWN, details, Handle(record.seal_id, record.track_key or b""))
    context.blobs.delete(blob_name(record.seal_id))
    _withdraw.settle_erasures(context, record.seal_id)
