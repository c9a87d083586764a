"""The portal's custody: the use cases over this portal's database, blobs, log and trustees."""

from __future__ import annotations

import threading
from functools import cache

from django.conf import settings

from habeas.custody import Context, Custody, FileBlobs
from habeas.foundation.database import Database
from habeas.portal.vault.ledger import DjangoLedger
from habeas.portrait import CheckPool
from habeas.protocol import Receipt, TrusteeIdentity
from habeas.protocol.client import Circle
from habeas.register import audit
from habeas.register.copy import LogCopy
from habeas.tlog import Policy
from habeas.tlog.client import LogClient

_lock = threading.Lock()


def policy_text() -> str:
    """The log's tlog-policy."""
    return (settings.DATA / "policy.txt").read_text()


@cache
def _log_copy() -> LogCopy:
    database = Database(settings.DATA / "register.sqlite3")
    return LogCopy(database, LogClient(settings.SITE["log"]), Policy.parse(policy_text()))


@cache
def _circle() -> Circle:
    site = settings.SITE
    return Circle([TrusteeIdentity.read(each) for each in site["trustees"]], site["k"])


@cache
def _custody() -> Custody:
    site = settings.SITE
    token = (settings.DATA / "log-token").read_text().strip()
    return Custody(
        Context(
            ledger=DjangoLedger(),
            index=_log_copy(),
            blobs=FileBlobs(settings.DATA / "blobs"),
            log=LogClient(site["log"], token),
            circle=_circle(),
            origin=site["origin"],
            policy=policy_text(),
            portal=site["portal"],
            log_url=site["log"],
        )
    )


@cache
def _pool() -> CheckPool:
    return CheckPool(int(settings.SITE.get("check_workers", 1)))


def log_copy() -> LogCopy:
    """The verified copy of the log that the register and histories read."""
    with _lock:
        return _log_copy()


def custody() -> Custody:
    """The use cases."""
    with _lock:
        return _custody()


def history(receipt: Receipt) -> audit.History:
    """Every act on the receipt's photo, searched for on the verified copy of the log.

    Raises:
        ReceiptError, CommitmentError: the receipt, or details, do not fit.
    """
    return audit.history(receipt, log_copy(), custody_circle(), custody().details)


def custody_circle() -> Circle:
    """The trustees."""
    with _lock:
        return _circle()


def pool() -> CheckPool:
    """The workers that check photos."""
    with _lock:
        return _pool()
