"""`python -m habeas.portal.housekeeping`: what must happen although nobody asks.

Settles what is owed to the log and the trustees, undoes unfinished sealings, expires
photos, sweeps drafts, and follows the log for the register. One process beside the portal.
"""

from __future__ import annotations

import logging
import os
import time

import django

from habeas.foundation.errors import HabeasError

_PAUSE = 5.0
_LOG = logging.getLogger("habeas.portal")


def round_of_housekeeping() -> None:
    """One round."""
    from habeas.portal import custodian  # noqa: PLC0415 - needs Django set up
    from habeas.portal.apply import drafts  # noqa: PLC0415

    swept = custodian.custody().sweep()
    if swept.undone or swept.expired or swept.blobs:
        _LOG.warning(
            "undone %d, expired %d, stray blobs %d", swept.undone, swept.expired, swept.blobs
        )
    drafts.sweep()
    custodian.log_copy().catch_up()


def main() -> None:
    """Rounds, until the process is ended."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "habeas.portal.settings")
    django.setup()
    while True:
        try:
            round_of_housekeeping()
        except HabeasError as error:
            _LOG.warning("housekeeping: %s", error)
        except Exception:  # noqa: BLE001 - the next round may fare better
            _LOG.exception("housekeeping")
        time.sleep(_PAUSE)


if __name__ == "__main__":
    main()
