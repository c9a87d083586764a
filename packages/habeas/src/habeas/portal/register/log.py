"""The portal's verified copy of the log, for the register's pages and for the circles."""

from __future__ import annotations

import contextlib
import threading
import time
from functools import cache

from django.conf import settings

from habeas.foundation import text
from habeas.foundation.database import Database
from habeas.foundation.errors import HabeasError
from habeas.protocol import Chain
from habeas.protocol.chain import Link
from habeas.register.copy import LogCopy
from habeas.register.hours import HoursCopy
from habeas.tlog.client import LogClient

_lock = threading.Lock()


class NoCircleError(HabeasError):
    """This portal's operator has agreed to no circle yet."""

    code = "no-circle"
    status = 503
    remedy = "Its operator agrees to a circle first: habeas portal adopt"


def pinned_circle() -> str:
    """The note of the circle that this portal's operator has agreed to.

    Raises:
        NoCircleError: there is none yet.
    """
    try:
        return text.read(settings.DATA / "circle.txt")
    except FileNotFoundError as error:
        raise NoCircleError("This portal belongs to no circle yet.") from error


@cache
def _copy() -> LogCopy:
    chain = Chain.start(pinned_circle(), 0)
    circle = chain.newest.circle
    database = Database(settings.DATA / "register.sqlite3")
    return LogCopy(database, LogClient(circle.log.url), None, chain)


def log_copy() -> LogCopy:
    """The verified copy of the log that the register reads."""
    with _lock:
        return _copy()


@cache
def _hours(url: str) -> HoursCopy:
    return HoursCopy(Database(settings.DATA / "hours.sqlite3"), LogClient(url))


def in_force() -> Link:
    """The circle in force, as far as the log was followed; before that, its first."""
    chain = log_copy().chain
    return chain.in_force(int(time.time())) or chain.links[0]


def hours_copy() -> HoursCopy | None:
    """The verified copy of the log of closed hours; None where the circle has none."""
    hours = in_force().circle.hours
    if hours is None:
        return None
    with _lock:
        return _hours(hours.url)


def is_old() -> bool:
    """Whether no quorum has confirmed the copy lately, so that newer entries may be missing."""
    try:
        log_copy().verify_recent()
    except HabeasError:
        return True
    return False


def followed() -> LogCopy:
    """The copy, caught up with the log; as it was where the log does not answer just now.

    For acts whose answer must know what happened a moment ago. Pages read `log_copy`, which the
    worker follows, and call nobody.
    """
    copy = log_copy()
    with contextlib.suppress(HabeasError):
        copy.catch_up()
    return copy
