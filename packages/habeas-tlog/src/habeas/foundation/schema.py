"""The version of what a store holds: forward by itself, back by one release, never by guessing.

A release opens what older ones have left, and brings it up to date. What a newer one has left it
opens too, as long as that one says that it still can: tables that only grew are read by the release
before. Else it refuses in words, and leaves the store as it is: half understood, it would be
damaged. A store of before there were versions has version 0.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from habeas.foundation import durable
from habeas.foundation.errors import HabeasError

_TABLE = """
CREATE TABLE IF NOT EXISTS habeas_schema (
  part TEXT PRIMARY KEY, version INTEGER NOT NULL, opened_from INTEGER NOT NULL
)
"""
_FILE = "schema.json"


class NewerStoreError(HabeasError):
    """A store that a newer release has written, and that this one would misread."""

    code = "store-newer"
    status = 503
    remedy = (
        "Install the release that wrote it; or bring back the copy from before the upgrade "
        "(docs/operate/upgrade.md)."
    )


@dataclass(frozen=True)
class Schema:
    """One part of a store, as this release writes it.

    Attributes:
        part: its name; several parts may share a database.
        version: goes up with every change.
        opened_from: the oldest version whose code still works over this one.
        statements: SQL that makes this version of any older one, as often as it is run.
    """

    part: str
    version: int
    opened_from: int
    statements: str = ""

    def verify(self, place: str, version: int, opened_from: int) -> None:
        """Raise where a store of that version is not for this release.

        Raises:
            NewerStoreError: a newer release has written it, and says that this one cannot.
        """
        if opened_from > self.version:
            raise NewerStoreError(
                f"{place} was written by a newer release: its {self.part} has version {version}, "
                f"and this release knows {self.version}."
            )


def adopt(connection: sqlite3.Connection, schema: Schema, place: str) -> None:
    """Bring a database to *schema*, or leave it as it is where it is newer.

    Args:
        connection: outside of a transaction.
        schema: of this release.
        place: the database, as an error names it.

    Raises:
        NewerStoreError: it is too new; nothing was changed.
        sqlite3.Error: the database does not take it.
    """
    found = None
    if connection.execute(
        "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'habeas_schema'"
    ).fetchone():
        found = connection.execute(
            "SELECT version, opened_from FROM habeas_schema WHERE part = ?", (schema.part,)
        ).fetchone()
    if found is not None:
        schema.verify(place, *found)
        if found[0] > schema.version:
            return
    if found is not None and found[0] == schema.version:
        connection.executescript(schema.statements)
        return
    # One transaction: each statement in one of its own would wait for the disk, a dozen times for
    # each party that is made. Whoever is cut off has changed nothing.
    try:
        connection.executescript(f"BEGIN IMMEDIATE;\n{schema.statements}\n;{_TABLE}")
        connection.execute(
            "INSERT INTO habeas_schema VALUES (?, ?, ?) ON CONFLICT (part) DO UPDATE"
            " SET (version, opened_from) = (excluded.version, excluded.opened_from)",
            (schema.part, schema.version, schema.opened_from),
        )
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def adopt_folder(folder: Path, schema: Schema) -> None:
    """The same for a store that is a folder of files: its version stands in ``schema.json``.

    Raises:
        NewerStoreError: it is too new; nothing was changed.
        OSError: it cannot be read or written.
    """
    file = folder / _FILE
    try:
        said = json.loads(file.read_bytes())
        version, opened_from = int(said["version"]), int(said["opened_from"])
    except FileNotFoundError:
        version = opened_from = 0
    except (ValueError, TypeError, KeyError) as error:
        raise NewerStoreError(f"{file} is not as this release writes it.") from error
    schema.verify(str(folder), version, opened_from)
    if version < schema.version:
        fields = {
            "part": schema.part, "version": schema.version, "opened_from": schema.opened_from
        }  # fmt: skip
        durable.write(file, json.dumps(fields).encode() + b"\n")
