"""What must happen although nobody asks, as a process beside the portal.

Settles what is owed to the log, brings trustees that are back their deposits, gives up
unfinished sealings, expires photos, sweeps drafts, and follows the log for the register.
"""

from __future__ import annotations

import logging
import time

from habeas.foundation.errors import HabeasError
from habeas.portal.apply import drafts
from habeas.portal.desk import sessions
from habeas.portal.register.log import log_copy
from habeas.portal.vault.custodian import custody

#: Between two sweeps, seconds: how long an owed entry or deposit waits after a failure.
_PAUSE = 5.0
_LOG = logging.getLogger("habeas.portal")


def sweep() -> None:
    """One round.

    Raises:
        HabeasError: a part could not be done now; the next round tries again.
    """
    swept = custody().sweep()
    if swept.given_up or swept.expired or swept.delivered:
        _LOG.warning(
            "given up %d, expired %d, delivered late %d",
            swept.given_up, swept.expired, swept.delivered,
        )  # fmt: skip
    drafts.sweep()
    sessions.sweep()
    log_copy().catch_up()


def main() -> None:
    """Rounds, until the process is ended. Django must have been started."""
    while True:
        try:
            sweep()
        except HabeasError as error:
            _LOG.warning("sweep: %s", error)
        except Exception:  # noqa: BLE001 - the next round may fare better
            _LOG.exception("sweep")
        time.sleep(_PAUSE)
