"""What must happen although nobody asks.

Settles what is owed to the log and the trustees, undoes unfinished sealings, expires
photos, sweeps drafts, and follows the log for the register. One process beside the portal.
"""

from __future__ import annotations

import logging
import time

from habeas.foundation.errors import HabeasError
from habeas.portal.site import setup

_PAUSE = 5.0
_LOG = logging.getLogger("habeas.portal")


def round_of_housekeeping() -> None:
    """One round."""
    from habeas.portal.apply import drafts  # noqa: PLC0415 - needs Django set up
    from habeas.portal.register.log import log_copy  # noqa: PLC0415
    from habeas.portal.vault.custodian import custody  # noqa: PLC0415

    swept = custody().sweep()
    if swept.undone or swept.expired or swept.blobs:
        _LOG.warning(
            "undone %d, expired %d, stray blobs %d", swept.undone, swept.expired, swept.blobs
        )
    drafts.sweep()
    log_copy().catch_up()


def main() -> None:
    """Rounds, until the process is ended."""
    setup.start()
    while True:
        try:
            round_of_housekeeping()
        except HabeasError as error:
            _LOG.warning("housekeeping: %s", error)
        except Exception:  # noqa: BLE001 - the next round may fare better
            _LOG.exception("housekeeping")
        time.sleep(_PAUSE)
