"""An officer's session: when it began, and when it ends (ASVS 5.0, 7.3.1 and 7.3.2).

It ends after half an hour without a request, after a shift in any case, with the browser, and
with the officer's next request after they were disabled.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest

from habeas.portal.officers import audit

_BEGUN, _SEEN = "begun", "seen"
#: Seconds between two notes of when a session was last used: each is a write.
_STEP = 30.0

#: The clock, POSIX seconds.
now: Callable[[], float] = time.time


def begin(request: HttpRequest, **_: Any) -> None:
    """The session of *request* begins now."""
    request.session[_BEGUN] = request.session[_SEEN] = now()


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
    if current - seen >= _STEP:
        request.session[_SEEN] = current
    return True
