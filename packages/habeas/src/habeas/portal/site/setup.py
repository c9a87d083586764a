"""Setting up Django over a portal's folder, preparing its tables and keys, and checking it.

Django reads its settings once for each process: whoever handles two folders uses a process
for each.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import django
from django.conf import settings

from habeas.foundation import text
from habeas.foundation.errors import HabeasError
from habeas.portal.site.configuration import VARIABLE
from habeas.portal.site.folder import FolderError, custodian_key
from habeas.protocol import verify_circle

if TYPE_CHECKING:
    from django.db.migrations.loader import MigrationLoader


class TablesError(HabeasError):
    """Tables that are not those of this release."""

    code = "portal-tables"
    remedy = "Bring them up to date: habeas portal migrate"


def start(folder: Path | None = None) -> None:
    """Start Django over *folder*; without one, over what ``HABEAS_DATA`` or the file names.

    Raises:
        FolderError: it is no portal's folder.
    """
    if folder is not None:
        os.environ["HABEAS_DATA"] = str(folder.resolve())
    if not {"HABEAS_DATA", VARIABLE} & set(os.environ):
        raise FolderError("It is not said which portal is meant.")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "habeas.portal.site.settings")
    django.setup()


def migrate() -> None:
    """Bring the tables up to date.

    Raises:
        TablesError: the database cannot be written to.
    """
    from django.core.management import call_command  # noqa: PLC0415 - needs Django started
    from django.db import DatabaseError, connection  # noqa: PLC0415

    try:
        if connection.vendor == "sqlite":
            # SQLite gives its write-ahead log the rights that the database's file has.
            file = Path(connection.settings_dict["NAME"])
            file.touch(mode=0o600)
            file.chmod(0o600)
        call_command("migrate", verbosity=0, interactive=False)
        if (settings.DATA / "site.json").exists():
            from habeas.portal.standing import installation  # noqa: PLC0415 - needs the tables

            installation.found()
    except (DatabaseError, OSError) as error:
        raise TablesError(
            f"The portal's tables could not be made: {error}.",
            f"Check that {settings.DATA} can be written to.",
        ) from error


def migrate_back() -> None:
    """Take the tables back to those of the release before, which is installed next.

    What only this release keeps is dropped; applications, photos and lines of the log stay.

    Raises:
        TablesError: the database cannot be written to.
    """
    from django.core.management import call_command  # noqa: PLC0415 - needs Django started
    from django.db import DatabaseError  # noqa: PLC0415

    from habeas.portal.site.releases import TABLES  # noqa: PLC0415

    try:
        for app, name in TABLES.items():
            call_command("migrate", app, name, verbosity=0, interactive=False)
    except (DatabaseError, OSError) as error:
        raise TablesError(
            f"The portal's tables could not be taken back: {error}.",
            "Nothing half done is kept of each step: say it again, or restore the backup.",
        ) from error


def problems() -> Iterator[HabeasError]:
    """All that keeps this portal from serving, each with its remedy."""
    yield from _found(_tables, _catalogue, _circle)


def failures() -> Iterator[HabeasError]:
    """What does not work, and keeps it from nothing else: a store of recordings that is away."""
    yield from _found(_recordings)


def _found(*checks: Callable[[], Iterator[HabeasError]]) -> Iterator[HabeasError]:
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


def verify_tables() -> None:
    """For whoever writes and serves no page. A database that is away is no reason: it comes back.

    Raises:
        TablesError: a newer release has written the tables, and has not taken them back.
    """
    from django.db import DatabaseError, connection  # noqa: PLC0415 - needs Django started
    from django.db.migrations.loader import MigrationLoader  # noqa: PLC0415

    with contextlib.suppress(DatabaseError):
        _verify_known(MigrationLoader(connection))


def _verify_known(loader: MigrationLoader) -> None:
    newer = set(loader.applied_migrations) - set(loader.graph.nodes)
    if newer:
        names = ", ".join(sorted(f"{app}.{name}" for app, name in newer))
        raise TablesError(
            f"The portal's tables were written by a newer release: this one does not know {names}.",
            "Install that release, or take the tables back with it: habeas portal migrate --back",
        )


def _tables() -> Iterator[HabeasError]:
    from django.db import DatabaseError, connection  # noqa: PLC0415 - needs Django started
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415

    from habeas.portal.site import dump  # noqa: PLC0415 - needs Django started

    try:
        if dump.cut_off():
            yield TablesError(
                "A restore into this database was cut off.",
                "Run the same again: habeas portal restore",
            )
        executor = MigrationExecutor(connection)
        _verify_known(executor.loader)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            yield TablesError("The portal's tables are not those of this release.")
    except DatabaseError as error:
        yield TablesError(f"The database does not answer: {error}.", "Start it.")


def _recordings() -> Iterator[HabeasError]:
    from habeas.cameras.packing import verify_store  # noqa: PLC0415 - slow to load
    from habeas.portal.cameras.shown import recordings  # noqa: PLC0415 - needs Django started

    verify_store(recordings())
    yield from ()


def _catalogue() -> Iterator[HabeasError]:
    from habeas.portal.catalogue import catalogue  # noqa: PLC0415 - needs Django started

    catalogue()
    yield from ()


def _circle() -> Iterator[HabeasError]:
    from habeas.portal.catalogue import catalogue  # noqa: PLC0415 - needs Django started

    circle = verify_circle(text.read(settings.DATA / "circle.txt"))
    if circle.custodian.vkey != custodian_key(settings.DATA, settings.CUSTODIAN).vkey:
        yield FolderError("The circle has another custodian than this portal.", "Adopt another.")
    for service in catalogue().services.values():
        for office in {service.office, *(service.photo.recipients if service.photo else ())}:
            if circle.office(office) is None:
                yield FolderError(
                    f"The service {service.id} names the office {office}, which the circle lacks.",
                    "Have the circle changed, or the service's file.",
                )
