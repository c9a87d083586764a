"""Code custody at the portal: it serves the photo step only as k trustees have vouched for it.

What is installed is compared with the releases on the log. That keeps an operator from mistakes;
from the operator itself, everybody who compares.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache

from habeas.portal.register.log import log_copy
from habeas.portal.site.served import BUILT
from habeas.protocol import Circle, Kind
from habeas.protocol.app import AppRelease, AppReleases, Part
from habeas.protocol.app.documents import AppUnknownError
from habeas.protocol.app.manifest import part_of
from habeas.register import code
from habeas.register.copy import LogCopy


class UnreleasedError(AppUnknownError):
    """The installed photo step is none that trustees vouch for."""

    status = 503


_parts: dict[str, Part] = {}


def _installed(circle: Circle) -> Part:
    """What this process serves: read once, as the server reads it."""
    digest = circle.digest().hex()
    if digest not in _parts:
        _parts[digest] = part_of(BUILT, "portal", circle)
    return _parts[digest]


@lru_cache(maxsize=2)
def _releases(_entries: tuple[int, ...], _circles: int, copy: LogCopy) -> AppReleases:
    return code.releases(copy)


def releases() -> AppReleases:
    """All releases, as far as the portal's copy of the log goes."""
    copy = log_copy()
    entries = copy.positions_of(Kind.APP)
    # Judged anew where there is one more, or one more circle: each costs signatures.
    return _releases(entries, len(copy.chain.links), copy)


def serving(today: date | None = None) -> AppRelease:
    """The release whose files this portal has.

    Args:
        today: UTC.

    Raises:
        UnreleasedError: none that counts today has them.
    """
    chain = log_copy().chain
    for release in releases().current(today or datetime.now(UTC).date()):
        if release.manifest.portal == _installed(chain.circle(release.manifest.circle)):
            return release
    raise UnreleasedError(
        "The trustees have not vouched for the page that seals on your device, as it is here."
    )


def is_served() -> bool:
    """Whether the photo step on people's own devices may be offered."""
    try:
        serving()
    except UnreleasedError:
        return False
    return True
