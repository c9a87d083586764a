"""Sending an application: with a photo, the case exists exactly when the photo is sealed."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

from django.db import transaction

from habeas.custody import SealingError
from habeas.portal.cases.models import Case
from habeas.portal.catalogue.declaration import PhotoRules, Service
from habeas.portal.vault.custodian import custody, in_force
from habeas.portal.webhooks.events import tell
from habeas.protocol import Receipt
from habeas.protocol.document import unbase64
from habeas.protocol.office import Answers, seal_answers
from habeas.protocol.seal import Wishes
from habeas.protocol.terms import AppReference

#: Crockford's base 32: no letters that are read as digits.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True)
class Sent:
    """What the applicant gets: the case's reference, and a receipt where there is a photo."""

    reference: str
    receipt: Receipt | None = None


def new_reference(service: Service) -> str:
    """A reference like HL-7K2M-9QXT: 40 random bits, so that none can be guessed from another."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    return f"{service.prefix}-{letters[:4]}-{letters[4:]}"


def wishes_of(
    service: Service,
    rules: PhotoRules,
    reference: str,
    today: date,
    sealed_by: Literal["server", "browser"] = "server",
    app: AppReference | None = None,
) -> Wishes:
    """What is promised about a photo that is sealed today."""
    return Wishes(
        service=service.id, recipients=rules.recipients, purposes=rules.purposes,
        opens_until=rules.opens_until(today).isoformat(), openings_max=rules.openings_max,
        openings_a_day=rules.openings_a_day, closed_days=rules.closed_days,
        reference=reference, sealed_by=sealed_by, app=app,
    )  # fmt: skip


def _sealed(service: Service, answers: dict[str, str], reference: str) -> bytes:
    """The answers, sealed to the office."""
    office = in_force().circle.office(service.office)
    if office is None:
        raise SealingError(
            f"The circle in force has no office {service.office}.", "Tell the operator."
        )
    return seal_answers(
        unbase64(office.encryption_key),
        Answers(reference=reference, service=service.id, answers=dict(answers)),
    )


def _case(service: Service, reference: str, answers: bytes, day: date) -> Case:
    """The case, not saved yet; its answers are sealed already."""
    return Case(
        reference=reference, service=service.id, office=service.office, answers=answers,
        day=day,
    )  # fmt: skip


def _keep(case: Case) -> None:
    """Save a new case, within the caller's transaction."""
    case.save(force_insert=True)
    tell("application.received", case.service, case.reference)


@contextmanager
def sending_sealed(
    service: Service, reference: str, answers: bytes, seal_id: str = "", pointer: bytes = b""
) -> Iterator[Sent]:
    """Send an application that a device has sealed; the block runs in its transaction.

    Args:
        service: what for.
        reference: that the device was given, and that the photo's terms name.
        answers: sealed to the office; nobody here can look at them.
        seal_id: of the photo; empty without one.
        pointer: sealed to the office, as the device made it; empty without a photo.

    Raises:
        SealingError: the photo never came to the log, or was given up.
    """
    case = _case(service, reference, answers, datetime.now(UTC).date())
    with custody().keeping(seal_id) if pointer else transaction.atomic():
        case.pointer = pointer or None
        _keep(case)
        yield Sent(reference)


@contextmanager
def sending(service: Service, answers: dict[str, str], photo: bytes) -> Iterator[Sent]:
    """Send an application; the block runs in the transaction that makes its case.

    Where the block raises, there is no case, and what was sealed is undone.

    Args:
        service: what for.
        answers: cleaned.
        photo: the JPEG to seal; empty for none.

    Raises:
        SealingError: the photo could not be sealed. Nothing was sent.
    """
    reference = new_reference(service)
    today = datetime.now(UTC).date()  # read once: case and promise are of one day
    case = _case(service, reference, _sealed(service, answers, reference), today)
    if not photo or service.photo is None:
        with transaction.atomic():
            _keep(case)
            yield Sent(reference)
        return
    wishes = wishes_of(service, service.photo, reference, today)
    with custody().sealing(photo, wishes) as sealed:
        case.pointer = sealed.pointers.get(service.office)
        _keep(case)
        yield Sent(reference, sealed.receipt)
