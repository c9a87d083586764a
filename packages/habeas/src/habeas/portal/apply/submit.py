"""Sending an application: with a photo it exists exactly when the photo is sealed."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime

from django.db import transaction

from habeas.custody import Handle, Order
from habeas.portal import custodian
from habeas.portal.apply.models import Application
from habeas.portal.pointers import seal_pointer
from habeas.portal.services import Service
from habeas.protocol import Receipt

#: Crockford's base 32: no letters that are read as digits.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_reference(service: Service) -> str:
    """A reference like HL-7K2M-9QXT: 40 random bits, so that none can be guessed from another."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    return f"{service.prefix}-{letters[:4]}-{letters[4:]}"


def submit(
    service: Service,
    answers: dict[str, str],
    photo: bytes,
    finish: Callable[[str, Receipt | None], None] = lambda *_: None,
) -> tuple[str, Receipt | None]:
    """Send an application.

    Args:
        service: what for.
        answers: cleaned.
        photo: the JPEG to seal; empty for none.
        finish: called with reference and receipt in the transaction that creates the
            application.

    Returns:
        The reference, and the receipt where there is a photo.

    Raises:
        SealingError: the photo could not be sealed. Nothing was sent.
    """
    reference = new_reference(service)
    today = datetime.now(UTC).date()
    application = Application(
        reference=reference, service=service.id, office=service.office, fields=answers, day=today
    )
    if not photo or service.photo is None:
        with transaction.atomic():
            application.save(force_insert=True)
            finish(reference, None)
        return reference, None

    def complete(seal_id: str, receipt: Receipt) -> None:
        application.pointer = seal_pointer(
            service.office, reference, Handle(seal_id, bytes.fromhex(receipt.track_key))
        )
        application.save(force_insert=True)
        finish(reference, receipt)

    rules = service.photo
    order = Order(service.id, rules.recipients, rules.purposes, rules.opens_until(today), reference)
    receipt = custodian.custody().seal(photo, order, complete)
    return reference, receipt
