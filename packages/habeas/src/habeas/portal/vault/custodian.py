"""The portal's custody: the use cases over this portal's database, blobs, log and trustees."""

from __future__ import annotations

import threading
from functools import cache

from django.conf import settings

from habeas.custody import Context, Custody, FileBlobs
from habeas.portal.register.log import log_copy, policy_text
from habeas.portal.vault.ledger import DjangoLedger
from habeas.protocol.client import Panel
from habeas.tlog.client import LogClient

_lock = threading.Lock()


@cache
def _circle() -> Panel:
    return Panel(settings.SITE.trustees, settings.SITE.k)


@cache
def _log() -> LogClient:
    return LogClient(settings.SITE.log, (settings.DATA / "log-token").read_text().strip())


@cache
def _custody() -> Custody:
    site = settings.SITE
    return Custody(
        Context(
            ledger=DjangoLedger(),
            index=log_copy(),
            blobs=FileBlobs(settings.DATA / "blobs"),
            log=_log(),
            circle=_circle(),
            origin=site.origin,
            policy=policy_text(),
            portal=site.portal,
            log_url=site.log,
        )
    )


def custody() -> Custody:
    """The use cases."""
    with _lock:
        return _custody()


def circle() -> Panel:
    """The trustees."""
    with _lock:
        return _circle()


def log() -> LogClient:
    """The log, for writing with this portal's token."""
    with _lock:
        return _log()
