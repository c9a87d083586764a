"""Setting up Django over a portal's folder, preparing its tables and keys, and checking it.

Django reads its settings once for each process: whoever handles two folders uses a process
for each.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import django
from django.conf import settings

from habeas.foundation.errors import HabeasError
from habeas.portal.site.folder import FolderError
from habeas.tlog import Policy


class TablesError(HabeasError):
    """Tables that are not those of this release."""

    code = "portal-tables"
    remedy = "Bring them up to date: habeas portal migrate"


def start(folder: Path | None = None) -> None:
    """Start Django over *folder*; without one, over what ``HABEAS_DATA`` names.

    Raises:
        FolderError: it is no portal's folder.
    """
    if folder is not None:
        os.environ["HABEAS_DATA"] = str(folder.resolve())
    if "HABEAS_DATA" not in os.environ:
        raise FolderError("It is not said which portal is meant.")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "habeas.portal.site.settings")
    django.setup()


def migrate() -> None:
    """Bring the tables up to date.

    Raises:
        TablesError: the database cannot be written to.
    """
    from django.core.management import call_command  # noqa: PLC0415 - needs Django started
    from django.db import DatabaseError  # noqa: PLC0415

    try:
        call_command("migrate", verbosity=0, interactive=False)
    except DatabaseError as error:
        raise TablesError(
            f"The portal's tables could not be made: {error}.",
            f"Check that {settings.DATA} can be written to.",
        ) from error


def make_keys() -> None:
    """Make the keys of the catalogue's offices: once, for a new portal."""
    from habeas.portal.cases import pointers  # noqa: PLC0415 - needs Django started
    from habeas.portal.catalogue import offices  # noqa: PLC0415

    for office in offices():
        if not pointers.has_key(office):
            pointers.make_key(office)


def problems() -> Iterator[HabeasError]:
    """All that keeps this portal from serving, each with its remedy."""
    checks = (_tables, _catalogue, _keys, _log)
    for check in checks:
        try:
            yield from check()
        except HabeasError as error:
            yield error
        except OSError as error:
            yield FolderError(
                f"{error.filename} cannot be read: {error.strerror}.",
                "Restore it from the backup of the portal's folder.",
            )


def _tables() -> Iterator[HabeasError]:
    from django.db import DatabaseError, connection  # noqa: PLC0415 - needs Django started
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415

    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            yield TablesError("The portal's tables are not those of this release.")
    except DatabaseError as error:
        yield TablesError(f"The database does not answer: {error}.", "Start it.")


def _catalogue() -> Iterator[HabeasError]:
    from habeas.portal.catalogue import catalogue  # noqa: PLC0415 - needs Django started

    catalogue()
    yield from ()


def _keys() -> Iterator[HabeasError]:
    from habeas.portal.cases import pointers  # noqa: PLC0415 - needs Django started
    from habeas.portal.catalogue import catalogue  # noqa: PLC0415

    for service in catalogue().services.values():
        if service.photo is not None and not pointers.has_key(service.office):
            yield pointers.PointerError(f"The office {service.office} has no key.")


def _log() -> Iterator[HabeasError]:
    Policy.parse((settings.DATA / "policy.txt").read_text())
    (settings.DATA / "log-token").read_text()
    yield from ()
