"""The portal's verified copy of the log, for the register's pages and for histories."""

from __future__ import annotations

import contextlib
import threading
from functools import cache

from django.conf import settings

from habeas.foundation.database import Database
from habeas.foundation.errors import HabeasError
from habeas.register.copy import LogCopy
from habeas.tlog import Policy
from habeas.tlog.client import LogClient

_lock = threading.Lock()


def policy_text() -> str:
    """The log's tlog-policy."""
    return str((settings.DATA / "policy.txt").read_text())


@cache
def _copy() -> LogCopy:
    database = Database(settings.DATA / "register.sqlite3")
    return LogCopy(database, LogClient(settings.SITE.log), Policy.parse(policy_text()))


def log_copy() -> LogCopy:
    """The verified copy of the log that the register and histories read."""
    with _lock:
        return _copy()


def followed() -> LogCopy:
    """The copy, caught up with the log; as it was where the log does not answer just now."""
    copy = log_copy()
    with contextlib.suppress(HabeasError):
        copy.catch_up()
    return copy
