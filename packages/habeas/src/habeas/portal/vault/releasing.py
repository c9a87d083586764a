"""Code custody at the operator's: drafting a release of the app, and putting it on the log."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime

from habeas.portal.catalogue import services
from habeas.portal.register import code
from habeas.portal.register.log import followed
from habeas.portal.site.served import BUILT
from habeas.portal.vault import custodian
from habeas.protocol import Kind, sign_entry
from habeas.protocol.app import AppDetails, AppManifest, AppRelease
from habeas.protocol.app.manifest import manifest_of
from habeas.protocol.app.release import origins_of, pages_of


def pages() -> dict[str, str]:
    """Addresses at which the photo step stands: one for each service that asks for a photo."""
    return pages_of(each.id for each in services().values() if each.photo is not None)


def hosts() -> list[str]:
    """Names of the trustees at whose addresses services have devices get the app."""
    named = (each.photo.host for each in services().values() if each.photo is not None)
    return sorted({each for each in named if each is not None})


def draft(version: str, source: str | None) -> AppManifest:
    """The manifest of what is installed here, for the circle in force, under the next number.

    Args:
        version: of the distribution.
        source: SHA-256 of the source archive, hex.

    Raises:
        MalformedError: what is installed is no whole app.
    """
    followed()
    newest = code.releases().newest
    number = 1 if newest is None else newest.manifest.number + 1
    circle = custodian.in_force().circle
    return manifest_of(BUILT, circle, number=number, version=version, source=source)


def publish(manifest: AppManifest, notes: Sequence[str]) -> AppRelease:
    """Put a release on the log. The newest again, with further trustees, is welcome.

    Args:
        manifest: that the trustees were given.
        notes: their words.

    Raises:
        AppError: it is no release: see `habeas.protocol.app.AppReleases.extend`.
        TlogError: the log does not take it now.
    """
    copy = followed()
    known = code.releases()
    newest = known.newest
    words = list(notes)
    if newest is not None and newest.digest == manifest.digest().hex():
        words += [each for each in newest.signatures if each not in words]
    origins = origins_of(custodian.in_force().circle, pages(), hosts())
    details = AppDetails(manifest=manifest, origins=origins, signatures=tuple(words))
    day = datetime.now(UTC).date().isoformat()
    # First here: what the log would refuse, or nobody would count, is told by its name.
    known.extend(details, copy.chain, copy.size, day)
    entry = sign_entry(custodian.signer(), Kind.APP, day, details, secrets.token_bytes(32))
    appended = custodian.log().append(entry.encode())
    followed()
    return known.extend(details, copy.chain, appended.index, day).known[-1]
