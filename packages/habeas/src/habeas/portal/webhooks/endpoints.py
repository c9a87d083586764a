"""Receivers: add, list, remove and test, for `habeas portal webhooks` and the console."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction
from django.db.models import Count

from habeas.foundation.errors import HabeasError
from habeas.portal.webhooks import tallies
from habeas.portal.webhooks.addresses import ReceiverError, route_of
from habeas.portal.webhooks.events import EVENTS, TEST, body_of
from habeas.portal.webhooks.models import WebhookEndpoint, new_identity
from habeas.portal.webhooks.sending import send
from habeas.portal.webhooks.signing import secret_of

_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}")


@dataclass(frozen=True)
class Receiver:
    """A receiver, as it stands.

    Attributes:
        private: networks that it may lie in although they are not public (CIDR).
        waiting: messages that it has not confirmed.
        gone: it answered 410, and is sent nothing.
    """

    name: str
    url: str
    events: tuple[str, ...]
    private: tuple[str, ...]
    waiting: int
    gone: bool


def add(url: str, name: str, events: Iterable[str], private: Iterable[str]) -> tuple[str, str]:
    """Add a receiver; gives its name and its secret, which is shown this once.

    Args:
        url: https, or http in a private network that is named.
        name: by default the host.
        events: types; all of them where none is named.
        private: networks (CIDR) that it may lie in although they are not public.

    Raises:
        ReceiverError: it cannot be one.
    """
    wanted, allowed = tuple(events) or EVENTS, tuple(private)
    for each in wanted:
        if each not in EVENTS:
            raise ReceiverError(f"There is no event {each}.", f"There are: {', '.join(EVENTS)}.")
    route_of(url, allowed)
    name = name or urlsplit(url).hostname or ""
    if not _NAME.fullmatch(name):
        raise ReceiverError(f"{name!r} is no receiver's name.", "Give it one: --name")
    made = WebhookEndpoint(
        name=name, url=url, events=list(wanted), private=list(allowed), salt=secrets.token_hex(32)
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        raise ReceiverError(
            f"There is a receiver {name} already.", "Remove it first, or use another --name."
        ) from error
    return name, secret_of(made)


def _find(name: str) -> WebhookEndpoint:
    found = WebhookEndpoint.objects.filter(name=name).first()
    if found is None:
        raise ReceiverError(f"There is no receiver {name}.", "See: habeas portal webhooks list")
    return found


def known() -> list[Receiver]:
    """All receivers, by name."""
    rows = WebhookEndpoint.objects.annotate(waiting=Count("messages")).order_by("name")
    return [
        Receiver(row.name, row.url, tuple(row.events), tuple(row.private), row.waiting, row.gone)
        for row in rows
    ]


def remove(name: str) -> int:
    """Remove a receiver with what it has not confirmed; gives how many messages that were.

    Raises:
        ReceiverError: there is none of that name.
    """
    found = _find(name)
    waiting = found.messages.count()
    found.delete()
    return waiting


def send_test(name: str) -> int:
    """Send a receiver a message of no consequence, now; gives the status of its answer.

    One that was gone is sent messages again.

    Raises:
        ReceiverError: there is none of that name, or its address is not allowed.
        NotConfirmedError: it does not confirm.
    """
    found, body, today = _find(name), body_of(TEST), datetime.now(UTC).date()
    try:
        status = send(found, new_identity(), body)
    except HabeasError as error:
        tallies.count(found, body, error, today)
        raise
    tallies.count(found, body, status, today)
    WebhookEndpoint.objects.filter(name=name).update(gone=False)
    return status
