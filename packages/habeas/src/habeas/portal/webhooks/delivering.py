"""Rounds of deliveries: each message at least once, until its receiver confirms it.

A message is deleted after the confirmation: whoever is killed in between delivers it again, under
the same ``webhook-id``. Receivers that fail are left alone for longer and longer; how long stands
in memory alone, so that no time of a failure stays on a disk beside a reference. Of each try, its
day and how it ended are counted (`tallies`).
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from habeas.foundation.errors import HabeasError
from habeas.portal.webhooks import tallies
from habeas.portal.webhooks.models import WebhookEndpoint, WebhookMessage
from habeas.portal.webhooks.sending import GoneError, NotConfirmedError, send

_LOG = logging.getLogger("habeas.portal")


@dataclass(frozen=True)
class Pace:
    """How patiently receivers are tried.

    Attributes:
        after: seconds until the next try, after each failure in a row; the last one stays
            (Standard Webhooks 1.0.0, *Retries with exponential backoff*).
        spread: part of that by which it is drawn longer, so that not all come back at once.
        most: messages of one receiver in one round.
        seconds: how long a round goes on to send: the worker has other work.
    """

    after: tuple[float, ...] = (5, 300, 1800, 7200, 18_000, 36_000)
    spread: float = 0.1
    most: int = 50
    seconds: float = 10.0


@dataclass
class _Rest:
    failures: int = 0
    until: float = 0.0


class Deliveries:
    """See the module. For one process at a time.

    Args:
        pace: see there.
        clock: monotonic seconds.
        deliver: one try; `send`.
        today: the day (UTC).
    """

    def __init__(
        self,
        pace: Pace | None = None,
        clock: Callable[[], float] = time.monotonic,
        deliver: Callable[[WebhookEndpoint, str, str], int] = send,
        today: Callable[[], date] = lambda: datetime.now(UTC).date(),
    ) -> None:
        self._pace, self._clock, self._deliver = pace or Pace(), clock, deliver
        self._today = today
        self._rests: dict[tuple[str, str], _Rest] = {}

    def round(self) -> None:
        """Try what may be tried now.

        Raises:
            HabeasError: what the last receiver that failed has said; the others had their turn.
        """
        end = self._clock() + self._pace.seconds
        last: HabeasError | None = None
        tallies.forget(self._today())
        # Drawn, so that one that takes a whole round for itself keeps no other from its turn.
        standing = list(WebhookEndpoint.objects.filter(gone=False).order_by("?"))
        self._rests = {_key(each): self._rests.get(_key(each), _Rest()) for each in standing}
        for endpoint in standing:
            rest = self._rests[_key(endpoint)]
            if self._clock() < rest.until:
                continue
            try:
                if self._empty(endpoint, end):
                    rest.failures = 0
            except HabeasError as error:
                last = error
                self._failed(endpoint, rest, error)
            except Exception as error:  # noqa: BLE001 - the others have their turn all the same
                _LOG.exception("webhooks: %s", endpoint.name)
                last = NotConfirmedError(f"{endpoint.name}: {type(error).__name__}.")
                self._failed(endpoint, rest, last)
        if last is not None:
            raise last

    def _empty(self, endpoint: WebhookEndpoint, end: float) -> bool:
        """Deliver what waits; whether anything was confirmed."""
        # Drawn, so that one message which is always refused keeps no other from its turn for good,
        # and so that the order of deliveries tells nothing.
        waiting = list(endpoint.messages.order_by("?")[: self._pace.most])
        confirmed = False
        for message in waiting:
            if self._clock() >= end:
                break
            self._try(endpoint, message)
            WebhookMessage.objects.filter(pk=message.pk).delete()
            confirmed = True
        return confirmed

    def _try(self, endpoint: WebhookEndpoint, message: WebhookMessage) -> None:
        """Deliver one message, and count how that ended.

        Raises:
            HabeasError: it is not confirmed.
        """
        try:
            ended = self._deliver(endpoint, message.identity, message.body)
        except Exception as error:
            tallies.count(endpoint, message.body, error, self._today())
            raise
        tallies.count(endpoint, message.body, ended, self._today())

    def _failed(self, endpoint: WebhookEndpoint, rest: _Rest, error: HabeasError) -> None:
        pause = self._pace.after[min(rest.failures, len(self._pace.after) - 1)]
        rest.failures += 1
        rest.until = self._clock() + pause * (1 + self._pace.spread * random.random())  # noqa: S311 - no secret
        if isinstance(error, GoneError):
            WebhookEndpoint.objects.filter(pk=endpoint.pk).update(gone=True)
            _LOG.warning("webhooks: %s is gone", endpoint.name)


def _key(endpoint: WebhookEndpoint) -> tuple[str, str]:
    """Of a receiver; one that is added again under its name is another."""
    return endpoint.name, endpoint.salt
