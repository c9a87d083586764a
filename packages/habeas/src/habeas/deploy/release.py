"""Code custody where one machine is everybody: the demonstration's trustees vouch by themselves.

They *compare* the app with the files of this very installation, and say so: nobody has rebuilt
anything. Trustees of a city rebuild it from source (`habeas trustee rebuild`).
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from habeas.foundation.database import Database
from habeas.portal.catalogue.declaration import Catalogue
from habeas.portal.site import folder as portal
from habeas.portal.site.served import BUILT
from habeas.protocol import Chain, Kind, sign_entry
from habeas.protocol.app import AppDetails, AppManifest
from habeas.protocol.app.manifest import manifest_of
from habeas.protocol.app.release import origins_of, pages_of
from habeas.register import code
from habeas.register.copy import LogCopy
from habeas.tlog.client import LogClient
from habeas.trustee import Settings
from habeas.trustee.apps import vouch


def release(
    log: LogClient, chain: Chain, trustees: Sequence[Path], custodian: Path
) -> AppManifest | None:
    """Put on the log that these trustees vouch for what is installed; None if it stands there.

    Args:
        log: to read and to write.
        chain: the circles of the installation.
        trustees: their folders, at least k.
        custodian: the portal's folder.

    Raises:
        TlogError: the log does not take it now.
    """
    with closing(Database(None)) as database:
        copy = LogCopy(database, log, None, chain)
        copy.catch_up()
        newest = code.releases(copy).newest
        circle = copy.chain.newest.circle
    made = manifest_of(
        BUILT, circle, number=1 if newest is None else newest.manifest.number + 1,
        version=version("habeas"), source=None,
    )  # fmt: skip
    if newest is not None:
        same = made.model_copy(update={"number": newest.manifest.number})
        if same.digest().hex() == newest.digest:
            return None
    today = datetime.now(UTC).date().isoformat()
    services = Catalogue.load(custodian / "services").services.values()
    asked = {each.id: each.photo.host for each in services if each.photo}
    hosts = sorted({each for each in asked.values() if each is not None})
    details = AppDetails(
        manifest=made,
        origins=origins_of(circle, pages_of(asked), hosts),
        signatures=tuple(
            vouch(place, made, Settings.load(place).name, today, "compared") for place in trustees
        ),
    )
    signer = portal.custodian_key(custodian)
    entry = sign_entry(signer, Kind.APP, today, details, secrets.token_bytes(32))
    log.append(entry.encode())
    return made
