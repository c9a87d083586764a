"""A portal's folder and tables from a backup, into a place where no portal is.

What comes back only shows until a person has brought it in step with the log, which no restore
takes back: it is halted as ``rolled-back`` before it gets its name, and `reconcile` lets it go on.
"""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

from habeas.portal.site import configuration, setup, sums
from habeas.portal.site.folder import FolderError
from habeas.portal.site.told import KEYS, BackupRecord, Say

_INNER = "portal/"


def restore(
    source: Path, folder: Path, *, keys: Path | None = None, say: Say = lambda *_: None
) -> BackupRecord:
    """Make *folder* from a backup. Starts Django over it: once in a process.

    Args:
        source: the backup.
        folder: must not exist, or be empty; it is there when it is whole and halted.
        keys: a folder with the portal's keys, for a backup without.
        say: told how it goes on.

    Raises:
        SumsError: the backup is not what its sums say.
        PlaceError: *folder* cannot be made.
        FolderError: keys are missing.
        DumpError: the tables could not be brought back.
    """
    told, listed = BackupRecord.load(source), sums.read(source)
    _verify_database(told)
    with sums.building(folder) as part:
        _files(source, part, listed, say)
        _keys(part, keys)
        say("Bringing back the tables", 0, 0)
        _tables(part, told, sums.digest(source / sums.SUMS))
        _blobs(part, say)
    _finish()
    return told


def _blobs(part: Path, say: Say) -> None:
    """Put the sealed photos into the bucket, where one is named; its mark comes last."""
    from django.conf import settings  # noqa: PLC0415 - needs Django started

    from habeas.custody.blobs import MARK  # noqa: PLC0415
    from habeas.portal.vault.blobs import FOLDER, blobs  # noqa: PLC0415

    if not settings.BLOBS:
        return
    stored, folder = blobs(), part / FOLDER
    if stored.mark() is not None:
        raise FolderError(
            f"{settings.BLOBS} holds sealed photos already.",
            "Name an empty place in HABEAS_BLOBS; what is there was left as it is.",
        )
    files = sorted(folder.glob("??/[0-9a-f]*"))
    for number, file in enumerate(files, 1):
        stored.put(file.name, file.read_bytes())
        say("Putting sealed photos into the bucket", number, len(files))
    if (folder / MARK).exists():
        stored.set_mark((folder / MARK).read_text())
    shutil.rmtree(folder, ignore_errors=True)


def _verify_database(told: BackupRecord) -> None:
    configured = configuration.named()
    elsewhere = configured.database is not None if configured else "HABEAS_DATABASE" in os.environ
    named = "postgresql" if elsewhere else "sqlite"
    if named != told.database:
        raise FolderError(
            f"The tables of this backup are {told.database}, and not {named}.",
            "Name an empty PostgreSQL database: [database] of habeas.toml, or HABEAS_DATABASE."
            if named == "sqlite"
            else "Name no database: the tables are a file in the portal's folder.",
        )


def _files(source: Path, part: Path, listed: dict[str, str], say: Say) -> None:
    sizes = {name: (source / name).lstat().st_size for name in listed}
    done, total = 0, sum(sizes.values())
    for name, digest in listed.items():
        if name.startswith(_INNER):
            found = sums.copy(source / name, part / name.removeprefix(_INNER))
        else:
            found = sums.digest(source / name)
        if found != digest:
            raise sums.SumsError(f"{source / name} is damaged: its SHA-256 is another.")
        done += sizes[name]
        say("Checking and copying", done, total)


def _keys(part: Path, keys: Path | None) -> None:
    for name in KEYS:
        if keys is not None and (keys / name).exists() and not (part / name).exists():
            sums.copy((keys / name).resolve(), part / name)
    # The token is only where the log asks for one.
    missing = [name for name in KEYS[:2] if not (part / name).exists()]
    if missing:
        raise FolderError(
            f"The backup was made without keys, and {' and '.join(missing)} "
            f"{'is' if len(missing) == 1 else 'are'} not given.",
            "Name the folder where they are kept: --keys FOLDER. They are never made anew.",
        )


def _finish() -> None:
    from django.db import connection  # noqa: PLC0415 - needs Django started

    from habeas.portal.site import dump  # noqa: PLC0415

    dump.finish()
    connection.close()


def _tables(part: Path, told: BackupRecord, backup: str) -> None:
    """Bring the tables back, and halt them, so that nothing is done by what they believe."""
    setup.start(part)
    from django.db import connection  # noqa: PLC0415 - needs Django started

    from habeas.portal.site import dump  # noqa: PLC0415
    from habeas.portal.standing import halts  # noqa: PLC0415

    if told.database == "postgresql":
        if dump.begin(backup):
            dump.load(part / dump.FILES["postgresql"])
        (part / dump.FILES["postgresql"]).unlink()
    made = datetime.fromtimestamp(told.made, UTC)
    halts.halt(
        halts.PartRolledBackError(
            f"This portal is restored from the backup of {made:%Y-%m-%d %H:%M} UTC."
        )
    )
    # The last connection folds SQLite's write-ahead log into the file.
    connection.close()
