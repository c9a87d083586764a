"""Where the portal's tables are: a SQLite file in its folder, or PostgreSQL by libpq's words.

PostgreSQL 15 section 34.1.1: a connection string is a URI or ``keyword=value`` pairs. psycopg
takes it apart, so that every option of libpq passes as it is: encoded passwords, sockets,
``sslmode`` and certificates, ``passfile`` and ``service``, several hosts.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from habeas.foundation.errors import HabeasError

#: libpq's keywords for which Django has names of its own.
_NAMES = {
    "dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT",
}  # fmt: skip


class DatabaseSettingError(HabeasError):
    """A connection string that libpq does not understand, or a driver that is not there."""

    code = "portal-database"
    status = 503
    remedy = (
        "Write HABEAS_DATABASE as postgresql://USER:PASSWORD@HOST:PORT/NAME?sslmode=verify-full, "
        "or as keyword=value pairs; encode @ : / % in a password, or name a passfile."
    )


def sqlite(folder: Path) -> dict[str, Any]:
    """The tables as a file in the portal's *folder*; in memory where there is no folder."""
    return {
        "ENGINE": "habeas.portal.site.sqlite_turns",
        "NAME": str(folder / "portal.sqlite3") if folder.is_dir() else ":memory:",
        "OPTIONS": {
            # Writers take the lock when they begin: no transaction fails half way for it.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"
            ),
        },
        "CONN_MAX_AGE": None,
    }


def postgresql(said: str) -> dict[str, Any]:
    """The tables in PostgreSQL.

    Args:
        said: libpq's connection string.

    Raises:
        DatabaseSettingError: it is none, or psycopg is not installed.
    """
    try:
        from psycopg import ProgrammingError  # noqa: PLC0415 - only where it is wanted
        from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415
    except ImportError as error:
        raise DatabaseSettingError(
            "The driver of PostgreSQL is not installed.", "Install habeas[production]."
        ) from error
    try:
        options = conninfo_to_dict(said)
    except ProgrammingError as error:
        # The string itself may hold a password: it is not repeated.
        raise DatabaseSettingError("HABEAS_DATABASE is no connection string.") from error
    named = {ours: str(options.pop(theirs, "")) for theirs, ours in _NAMES.items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        **named,
        "OPTIONS": dict(options),
        "CONN_MAX_AGE": None,
        # A server that was started again in between is connected to afresh.
        "CONN_HEALTH_CHECKS": True,
    }
