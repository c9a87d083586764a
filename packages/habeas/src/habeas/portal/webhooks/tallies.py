"""How deliveries went, as counts of a day: what an operator sees of them.

A delivery that was kept with its time would tie an application to its photo's entry on the public
log (`events`), so that kinds of events are counted, and nothing else is kept of them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import F

from habeas.portal.webhooks.addresses import ReceiverError
from habeas.portal.webhooks.models import WebhookEndpoint, WebhookTally
from habeas.portal.webhooks.sending import NotConfirmedError

#: Outcomes beside the status of an answer: none came, the address is not allowed, our own fault.
SILENT, ADDRESS, FAULT = "silent", "address", "fault"
#: Days for which tallies are kept: a month, in which somebody looks.
KEPT_DAYS = 30


@dataclass(frozen=True)
class Tally:
    """How many tries of a day ended in one way.

    Attributes:
        outcome: a status as digits, or `SILENT`, `ADDRESS`, `FAULT`.
    """

    day: date
    event: str
    outcome: str
    count: int

    @property
    def confirmed(self) -> bool:
        """Whether the receiver has confirmed them (2xx)."""
        return self.outcome.startswith("2")


def outcome_of(ended: int | Exception) -> str:
    """How a try ended: by the status of a confirmation, or the error that it raised."""
    if isinstance(ended, int):
        return str(ended)
    if isinstance(ended, NotConfirmedError):
        return SILENT if ended.answered is None else str(ended.answered)
    return ADDRESS if isinstance(ended, ReceiverError) else FAULT


def count(endpoint: WebhookEndpoint, body: str, ended: int | Exception, today: date) -> None:
    """Count a try, where the receiver is still one.

    Args:
        endpoint: whom it was sent to.
        body: the message (`events.body_of`).
        ended: see `outcome_of`.
        today: the day (UTC).
    """
    event = str(json.loads(body).get("type", ""))[:64]
    with transaction.atomic():
        # Locked: a tally of one that is removed meanwhile would be nobody's.
        known = WebhookEndpoint.objects.select_for_update().filter(name=endpoint.name)
        if not known.filter(salt=endpoint.salt).exists():
            return
        row, _ = WebhookTally.objects.get_or_create(
            endpoint_id=endpoint.name, day=today, event=event, outcome=outcome_of(ended)
        )
        WebhookTally.objects.filter(pk=row.pk).update(count=F("count") + 1)


def forget(today: date) -> None:
    """Delete what is older than `KEPT_DAYS`."""
    WebhookTally.objects.filter(day__lt=today - timedelta(days=KEPT_DAYS)).delete()


def of(name: str) -> list[Tally]:
    """Those of a receiver, the newest day first, failures before confirmations."""
    rows = WebhookTally.objects.filter(endpoint_id=name)
    found = [Tally(row.day, row.event, row.outcome, row.count) for row in rows]
    return sorted(found, key=lambda each: (-each.day.toordinal(), each.confirmed, each.event))
