"""What must happen although nobody asks, as a process beside the portal.

Settles what is owed to the log, brings trustees that are back their deposits, gives up
unfinished sealings, expires photos, sweeps drafts, follows the log for the register, and writes
the database's file anew.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from habeas.foundation.errors import HabeasError
from habeas.portal.apply import drafts
from habeas.portal.desk import sessions
from habeas.portal.register.log import log_copy
from habeas.portal.vault.custodian import custody
from habeas.portal.vault.scrub import Scrub

#: Between two sweeps, seconds: how long an owed entry or deposit waits after a failure.
_PAUSE = 5.0
_BATCH = 1000
_LOG = logging.getLogger("habeas.portal")


@dataclass
class _Learned:
    """How far the log was read for withdrawals; after a start, from its beginning."""

    upto: int = 0


_learned = _Learned()


def _custody() -> None:
    swept = custody().sweep()
    if swept.given_up or swept.expired or swept.delivered:
        _LOG.warning(
            "given up %d, expired %d, delivered late %d",
            swept.given_up, swept.expired, swept.delivered,
        )  # fmt: skip


def _follow() -> None:
    """Follow the log, and end photos that were withdrawn at a trustee: it has the secret."""
    log_copy().catch_up()
    while found := log_copy().withdrawals(_learned.upto, _BATCH):
        for position, withdrawn in found:
            custody().learn(withdrawn)
            _learned.upto = position + 1


_PARTS: tuple[Callable[[], object], ...] = (
    _custody, drafts.sweep, sessions.sweep, _follow, Scrub(),
)  # fmt: skip


def sweep() -> None:
    """One round. A part that cannot be done now holds up no other; the next round tries again."""
    for part in _PARTS:
        try:
            part()
        except HabeasError as error:
            _LOG.warning("sweep: %s", error)
        except Exception:  # noqa: BLE001 - the next round may fare better
            _LOG.exception("sweep")


def main() -> None:
    """Rounds, until the process is ended. Django must have been started."""
    while True:
        sweep()
        time.sleep(_PAUSE)
