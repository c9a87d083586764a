"""The portal's tables as one file: a copy of the SQLite file, or an archive of pg_dump.

SQLite, ``VACUUM INTO``: one state of the database, while others write, and without what deleted
rows left in the file (docs/adr/0071). PostgreSQL 15, pg_dump and pg_restore: an archive of one
exported snapshot, restored in one transaction.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from habeas.foundation.errors import HabeasError
from habeas.portal.standing import installation

#: Names of the file in a backup, by Django's name for the database.
FILES = {"sqlite": "portal.sqlite3", "postgresql": "portal.pgdump"}
#: A table of its own, which stands while a database is being restored.
MARK = "habeas_restoring"
#: libpq has no variable for it, and an argument can be read by everybody on this machine.
_NEVER_ARGUMENT = "sslpassword"


class DumpError(HabeasError):
    """Tables that could not be copied or brought back."""

    code = "backup-database"
    status = 503
    remedy = "Nothing was kept. Read what the database's program says, and try again."


def dump(folder: Path) -> tuple[Path, dict[str, Any]]:
    """Copy the tables into *folder*; gives the file, and whose installation it is.

    Raises:
        DumpError: the database's own program failed, or is not there.
    """
    file = folder / FILES[connection.vendor]
    if connection.vendor == "sqlite":
        copy_sqlite(Path(connection.settings_dict["NAME"]), file)
        return file, installation.of_copy(file)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        _run("pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={file}")
        file.chmod(0o600)
        return file, installation.of_database()


def copy_sqlite(source: Path, target: Path) -> None:
    """One state of a SQLite database as a file of its own."""
    import sqlite3  # noqa: PLC0415 - the driver, only where such a file is meant

    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    opened = sqlite3.connect(f"{source.absolute().as_uri()}?mode=rw", uri=True, timeout=30)
    try:
        opened.execute("VACUUM INTO ?", [str(target)])
    except sqlite3.Error as error:
        raise DumpError(f"{source} could not be copied: {error}.") from error
    finally:
        opened.close()


def begin(backup: str) -> bool:
    """Mark the PostgreSQL database that is named as one that *backup* is brought back into.

    The mark stands until `finish`: whoever is cut off in between goes on with the same backup,
    and nobody serves from such a database.

    Args:
        backup: which one, as text that no other has.

    Returns:
        Whether its tables still have to be loaded; `load` brings all of them or none.

    Raises:
        DumpError: it has tables that this backup has not brought.
    """
    names = connection.introspection.table_names()
    with connection.cursor() as cursor:
        if MARK in names:
            cursor.execute(f"SELECT backup FROM {MARK}")  # noqa: S608 - a constant
            if cursor.fetchall() == [(backup,)]:
                return names == [MARK]
        if names:
            raise DumpError(
                "The database that HABEAS_DATABASE or habeas.toml names has tables already.",
                "Name an empty database; this one was left as it is.",
            )
        cursor.execute(f"CREATE TABLE {MARK} AS SELECT %s::text AS backup", [backup])
    return True


def finish() -> None:
    """The restore is whole: take the mark away."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {MARK}")


def cut_off() -> bool:
    """Whether a restore into the database was begun and not finished."""
    return MARK in connection.introspection.table_names()


def load(file: Path) -> None:
    """Bring the tables of an archive back into an empty PostgreSQL database, all or nothing.

    Raises:
        DumpError: pg_restore failed, or is not there.
    """
    options = ["--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error"]
    _run("pg_restore", *options, str(file))


def _run(program: str, *arguments: str) -> None:
    if shutil.which(program) is None:
        raise DumpError(
            f"{program} is not installed.", "Install PostgreSQL's client, of the server's version."
        )
    variables, options = _connected(settings.CONNECTION)
    done = subprocess.run(
        [program, *arguments[:-1], f"--dbname={options}", arguments[-1]],
        env={**os.environ, **variables}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        said = json.dumps(done.stderr.strip()[-500:], ensure_ascii=False)
        raise DumpError(f"{program} failed: {said}")


def _connected(said: str) -> tuple[dict[str, str], str]:
    """A connection string as libpq's variables, and what has none as a string without secrets."""
    from psycopg import conninfo, pq  # noqa: PLC0415 - only where it is wanted

    named = {
        each.keyword.decode(): each.envvar.decode()
        for each in pq.Conninfo.get_defaults()
        if each.envvar
    }
    given = {key: str(value) for key, value in conninfo.conninfo_to_dict(said).items()}
    variables = {named[key]: value for key, value in given.items() if key in named}
    rest = {key: value for key, value in given.items() if key not in named}
    rest.pop(_NEVER_ARGUMENT, None)
    # The programs take the database from here alone.
    return variables, conninfo.make_conninfo(**rest, dbname=given.get("dbname", ""))
