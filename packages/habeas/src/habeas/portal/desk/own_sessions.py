"""An officer's own sessions at the desk: seen, and ended from any of them (ASVS 5.0, 7.5.2).

Each has a row, without which its token counts no more. It says nothing of a device or a place.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from habeas.foundation.errors import HabeasError
from habeas.portal.desk.models import Begun, Spent
from habeas.portal.officers import audit

#: How long a session goes on, seconds.
SECONDS = 8 * 3600
#: For so long after it began, a session also ends others.
FRESH = 600


class NotFreshError(HabeasError):
    """Somebody who found a desk open would end the sessions of whoever it belongs to."""

    code = "sign-in-again"
    status = 403
    remedy = "Sign out, sign in again, and end them within ten minutes."


def mark_of(token: str) -> str:
    """What is kept of a token or a challenge."""
    return hashlib.sha256(token.encode()).hexdigest()


def begin(token: str, person: str, version: int) -> None:
    """Note the session of *token*, of that *person*, under that version of the office's roster."""
    now = int(time.time())
    Begun.objects.create(
        name=secrets.token_hex(8), mark=mark_of(token), person=person, version=version, at=now
    )
    audit.note("signed-in", how="desk")


def goes_on(token: str) -> bool:
    """Whether the session of *token* has not been ended."""
    return Begun.objects.filter(mark=mark_of(token)).exists()


def of(person: str, version: int) -> Sequence[Begun]:
    """The sessions that go on, the newest first: a new roster has ended those of before."""
    return list(_of(person, version).order_by("-at", "name"))


def end(token: str) -> None:
    """End the session of *token*."""
    _end(Begun.objects.filter(mark=mark_of(token)))
    audit.note("signed-out", how="desk")


def is_fresh(token: str) -> bool:
    """Whether the session of *token* began a moment ago."""
    found = Begun.objects.filter(mark=mark_of(token)).first()
    return found is not None and 0 <= time.time() - found.at <= FRESH


def end_others(token: str, person: str, version: int, which: str | None) -> None:
    """End the person's session of that name, or all but that of *token*.

    Raises:
        NotFreshError: whoever asks has signed in too long ago.
    """
    if not is_fresh(token):
        raise NotFreshError("You signed in too long ago to do this.")
    found = _of(person, version).exclude(mark=mark_of(token))
    for _ in range(_end(found if which is None else found.filter(name=which))):
        audit.note("session-ended", how="desk", because="by-officer")


def sweep() -> int:
    """Forget those whose time is over; returns how many."""
    return Begun.objects.filter(at__lte=int(time.time()) - SECONDS).delete()[0]


def _of(person: str, version: int) -> QuerySet[Begun, Begun]:
    since = int(time.time()) - SECONDS
    return Begun.objects.filter(person=person, version=version, at__gt=since)


def _end(found: QuerySet[Begun, Any]) -> int:
    marks = list(found.values_list("mark", flat=True))
    until = int(time.time() + SECONDS) // 3600 + 1
    for mark in marks:
        # For the release before, which an operator may go back to: it knows these rows alone.
        Spent.objects.get_or_create(mark=mark, defaults={"until": until})
    return Begun.objects.filter(mark__in=marks).delete()[0]
