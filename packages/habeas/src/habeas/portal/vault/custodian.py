"""The portal's custody: the use cases over this portal's database, blobs, log and trustees."""

from __future__ import annotations

import threading
from functools import cache

from django.conf import settings

from habeas.custody import Context, Custody, StatedMonthKeys
from habeas.portal.register.log import log_copy
from habeas.portal.site import folder
from habeas.portal.vault.blobs import blobs
from habeas.portal.vault.ledger import DjangoLedger
from habeas.protocol import Chain
from habeas.protocol.chain import Link
from habeas.protocol.panel import Panel
from habeas.tlog import NoteSigner
from habeas.tlog.client import LogClient

_lock = threading.Lock()


def chain() -> Chain:
    """The circles, as far as the log was followed."""
    return log_copy().chain


@cache
def _panel(digest: str, newest: str) -> Panel:  # noqa: ARG001 - a new circle has new addresses
    return Panel.of(chain(), digest)


def panel(digest: str) -> Panel:
    """The trustees of the circle with that digest (hex)."""
    with _lock:
        return _panel(digest, chain().newest.digest)


@cache
def _log() -> LogClient:
    token = folder.log_token(settings.DATA, settings.LOG_TOKEN)
    return LogClient(chain().newest.circle.log.url, token)


@cache
def _signer() -> NoteSigner:
    return folder.custodian_key(settings.DATA, settings.CUSTODIAN)


@cache
def _context() -> Context:
    return Context(
        ledger=DjangoLedger(),
        blobs=blobs(),
        log=_log(),
        signer=_signer(),
        chain=chain,
        panel=panel,
        witnessed=lambda: log_copy().witnessed,
        months=StatedMonthKeys(settings.DATA / "month-keys.json"),
    )


def custody() -> Custody:
    """The use cases."""
    with _lock:
        context = _context()
    return Custody(context)


def in_force() -> Link:
    """The circle in force.

    Raises:
        UnknownPhotoError: none is in force yet.
    """
    with _lock:
        context = _context()
    return context.link()


def signer() -> NoteSigner:
    """The custodian's key."""
    with _lock:
        return _signer()


@cache
def _client(url: str) -> LogClient:
    return LogClient(url)


def hours_log() -> LogClient | None:
    """The log of closed hours, for reading; None where the circle has none."""
    hours = chain().newest.circle.hours
    return None if hours is None else _client(hours.url)


def log() -> LogClient:
    """The log, for writing."""
    with _lock:
        return _log()
