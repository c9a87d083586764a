"""What must happen although nobody asks, as a process beside the portal.

Settles what is owed to the log and the trustees, undoes unfinished sealings, expires
photos, sweeps drafts, and follows the log for the register.
"""

from __future__ import annotations

import logging
import time

from habeas.foundation.errors import HabeasError
from habeas.portal.apply import drafts
from habeas.portal.register.log import log_copy
from habeas.portal.vault.custodian import custody

#: Between two sweeps, seconds: how long an owed entry or erasure waits after a failure.
_PAUSE = 5.0
_LOG = logging.getLogger("habeas.portal")


def sweep() -> None:
    """One round.

    Raises:
        HabeasError: a part could not be done now; the next round tries again.
    """
    swept = custody().sweep()
    if swept.undone or swept.expired or swept.blobs:
        _LOG.warning(
            "undone %d, expired %d, stray blobs %d", swept.undone, swept.expired, swept.blobs
        )
    drafts.sweep()
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
