"""Viewing and handing over (`habeas.cameras`), over this portal's database, log and recordings."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from django.utils.translation import gettext

from habeas.cameras.exports import Exports
from habeas.cameras.viewers import Viewer
from habeas.cameras.viewing import Viewings, Wish, refusal
from habeas.custody import RefusedError
from habeas.portal.cameras.allowance import allowance, counted
from habeas.portal.cameras.shown import recordings
from habeas.portal.officers.models import Officer
from habeas.portal.vault.custodian import chain, hours_log, in_force, log, signer
from habeas.portal.viewing.store import DjangoExports, DjangoStore
from habeas.protocol.footage import PublicCamera

counted("viewing", DjangoStore())


def viewings() -> Viewings:
    """The use cases; the policy is read anew each time, so that a correction counts at once."""
    return Viewings(
        recordings(),
        DjangoStore(),
        log(),
        in_force().circle.acting_policy(),
        signer(),
        clock=lambda: datetime.now(UTC),
        random=secrets.token_bytes,
        allowance=allowance(),
    )


def exports() -> Exports:
    """The use cases of handing over."""
    return Exports(
        recordings(),
        DjangoExports(),
        log(),
        chain(),
        signer(),
        clock=lambda: datetime.now(UTC),
        random=secrets.token_bytes,
        hours=hours_log(),
    )


def viewer(officer: Officer) -> Viewer:
    """The officer, as the use cases know them."""
    return Viewer(officer.name, officer.office)


def refuse(officer: Officer, camera: PublicCamera, wish: Wish) -> RefusedError | None:
    """The refusal of what cannot be asked; None where it can be asked."""
    refused = refusal(viewer(officer), camera, wish)
    if refused is None:
        return None
    return RefusedError(
        gettext(refused.cause), gettext(refused.remedy), code=refused.code, index=None
    )
