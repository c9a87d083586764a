"""An officer's sessions: when each began, and when it ends (ASVS 5.0, 7.1.2, 7.3 and 7.5.2).

One ends after half an hour without a request, after a shift in any case, with the browser, with
the officer's next request after they were disabled, when the officer ends it from another one, and
when the officer has begun some more since.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.db.models import QuerySet
from django.http import HttpRequest

from habeas.portal.officers import audit
from habeas.portal.officers.models import Officer, OfficerSession

_BEGUN, _SEEN, _ID = "begun", "seen", "id"
#: Of one officer at a time: a desk, a screen in a meeting, and one that was forgotten.
MOST = 3
#: Seconds after signing in for which that also allows to end other sessions.
FRESH = 600.0
#: Seconds between two notes of when a session was last used: each is a write.
_STEP = 30.0

#: The clock, POSIX seconds.
now: Callable[[], float] = time.time


def begin(request: HttpRequest, user: Officer, **_: Any) -> None:
    """The session of *request* begins now; of the officer's others the newest go on."""
    at = now()
    end(request)  # who signs in once more, in the same browser, has one session
    request.session[_BEGUN] = request.session[_SEEN] = at
    request.session[_ID] = secrets.token_hex(16)
    OfficerSession.objects.create(
        id=request.session[_ID], officer=user, begun=int(at), seen=int(at)
    )
    OfficerSession.objects.filter(officer=user).exclude(id__in=_going_on().values("id")).delete()
    for each in open_of(user)[MOST:]:
        each.delete()
        audit.note("session-ended", user, because="too-many")


def end(request: HttpRequest, **_: Any) -> None:
    """The session of *request* counts no more."""
    OfficerSession.objects.filter(id=request.session.get(_ID)).delete()


def open_of(officer: Officer) -> Sequence[OfficerSession]:
    """An officer's sessions that go on, newest first."""
    return list(_going_on().filter(officer=officer).order_by("-begun", "id"))


def _going_on() -> QuerySet[OfficerSession]:
    at = int(now())
    return OfficerSession.objects.filter(
        begun__range=(at - settings.SESSION_COOKIE_AGE, at),
        seen__range=(at - settings.SESSION_IDLE_SECONDS, at),
    )


def is_here(request: HttpRequest, session: OfficerSession) -> bool:
    """Whether it is the session of *request*."""
    return bool(session.id == request.session.get(_ID))


def is_fresh(request: HttpRequest) -> bool:
    """Whether the officer has signed in a moment ago."""
    return bool(0 <= now() - request.session.get(_BEGUN, 0.0) <= FRESH)


def end_others(request: HttpRequest, officer: Officer, which: str = "") -> int:
    """End the officer's session with that id, or all but that of *request*; tells how many."""
    found = OfficerSession.objects.filter(officer=officer).exclude(id=request.session.get(_ID))
    ended, _ = (found.filter(id=which) if which else found).delete()
    for _each in range(ended):
        audit.note("session-ended", officer, because="by-officer")
    return ended


def lives(request: HttpRequest) -> bool:
    """Whether the session goes on; otherwise it has ended here, and is told to the audit log."""
    current = now()
    begun, seen = (request.session.get(name, 0.0) for name in (_BEGUN, _SEEN))
    idle, whole = settings.SESSION_IDLE_SECONDS, settings.SESSION_COOKIE_AGE
    # A clock that was set back makes no session longer than it was.
    if not 0 <= current - seen <= idle or not 0 <= current - begun <= whole:
        audit.note(
            "session-ended", request.user, because="idle" if current - seen > idle else "age"
        )
        logout(request)
        return False
    row = OfficerSession.objects.filter(id=request.session.get(_ID), officer=request.user.pk)
    if not row.exists():
        logout(request)  # ended elsewhere, where it was noted
        return False
    if current - seen >= _STEP:
        request.session[_SEEN] = current
        row.update(seen=int(current))
    return True
