"""The audit log of signing in (ASVS 5.0, 16.3.1 and 16.3.2): who was let in or refused, and why.

It is in the portal's database, for whoever runs the portal: `habeas portal officers audit`. What
an officer does with recordings stands on the public log instead. Each line is also said to the
service's own log: with a name where habeas.toml says so (`[logging] officers`).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from habeas.portal.officers.models import Audited, Officer

#: Days; long enough to look into what was noticed late, no longer than that.
KEPT_DAYS = 180
_LOG = logging.getLogger("habeas.portal.officers")


def note(act: str, officer: Any = None, *, how: str = "", because: str = "") -> None:
    """Write a line.

    Args:
        act: ``signed-in``, ``denied``, ``signed-out``, ``session-ended``, ``enrolled``,
            ``invited``, ``added``, ``disabled`` or ``enabled``.
        officer: whom it is about, where that is known.
        how: ``passkey``, ``oidc``, ``password``, ``administrator``, or ``desk``: of an office's
            officers who open photos, whom the line does not name.
        because: of a denial, hyphenated.
    """
    known = officer if isinstance(officer, Officer) else None
    Audited.objects.create(
        at=timezone.now(), act=act, officer=known.name if known else "",
        office=known.office if known else "", how=how, because=because,
    )  # fmt: skip
    level = logging.WARNING if act == "denied" else logging.INFO
    said = {"event": act, "how": how, "because": because}
    if known and settings.OFFICERS_IN_JOURNAL:
        said |= {"officer": known.name, "office": known.office}
    _LOG.log(level, "%s", act, extra=said)


def lines(since: datetime | None = None) -> Sequence[Audited]:
    """All lines, or those since a moment, oldest first."""
    found = Audited.objects.order_by("at", "id")
    return list(found if since is None else found.filter(at__gte=since))


def sweep() -> None:
    """Delete what has had its days."""
    Audited.objects.filter(at__lt=timezone.now() - timedelta(days=KEPT_DAYS)).delete()
