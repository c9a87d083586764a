"""The cameras' use cases over this portal's database, log and recordings."""

from __future__ import annotations

import logging
import secrets
from datetime import UTC, datetime

from habeas.cameras.acts import Telling
from habeas.cameras.holding import Holding
from habeas.cameras.viewers import Viewer
from habeas.cameras.watching import Watching
from habeas.portal.cameras.allowance import allowance, counted
from habeas.portal.cameras.shown import recordings
from habeas.portal.looks.store import DjangoActs
from habeas.portal.officers.models import Officer
from habeas.portal.vault.custodian import in_force, log, signer
from habeas.tlog import NoteVerifier

_LOG = logging.getLogger("habeas.portal")

counted("live", DjangoActs())


def telling() -> Telling:
    """How acts are told; the policy is read anew each time, so that a correction counts at once."""
    return Telling(
        recordings(),
        DjangoActs(),
        log(),
        in_force().circle.acting_policy(),
        signer(),
        clock=lambda: datetime.now(UTC),
        random=secrets.token_bytes,
        say=_LOG.warning,
    )


def viewer(officer: Officer) -> Viewer:
    """The officer, as the use cases know them."""
    return Viewer(officer.name, officer.office)


def watching() -> Watching:
    """Watching cameras live; only a recorder that the circle names now is asked."""
    named = in_force().circle.recorders
    return Watching(
        telling(),
        lambda camera: [NoteVerifier.parse(each.vkey) for each in named if each.camera == camera],
        allowance(),
    )


def settle() -> bool:
    """End what is over, and tell the log what it is owed; whether nothing is."""
    watching().sweep()
    return telling().settle()


def holding() -> Holding:
    """Putting and lifting holds."""
    return Holding(telling())
