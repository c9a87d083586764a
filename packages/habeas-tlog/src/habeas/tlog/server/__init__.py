"""A log as a service: one folder, one writer, C2SP tlog-tiles for everybody.

FOLDER/log.key           the signing key (0600)
FOLDER/policy.txt        when a checkpoint counts (C2SP tlog-policy), witnesses included
FOLDER/submitters.json   who may append: name -> SHA-256 of a bearer token
FOLDER/public/           checkpoint and tiles: serve it from anywhere
FOLDER/log.sqlite3       the writer's state
"""

from __future__ import annotations

import json
from pathlib import Path

from starlette.applications import Starlette

from habeas.foundation import durable
from habeas.foundation.errors import HabeasError
from habeas.tlog.errors import LogUnavailableError
from habeas.tlog.note import NoteSigner
from habeas.tlog.policy import Policy
from habeas.tlog.server.app import LogApp
from habeas.tlog.server.objects import FolderObjects, Objects
from habeas.tlog.server.sequencer import QueueFullError, Sequencer
from habeas.tlog.server.state import SqliteState, StateError
from habeas.tlog.server.storage import FileStorage, LogLockedError, RolledBackError, Storage

__all__ = [
    "FileStorage",
    "LogLockedError",
    "QueueFullError",
    "RolledBackError",
    "Sequencer",
    "Storage",
    "init_log",
    "make_app",
    "open_storage",
    "read_signer",
]


def init_log(folder: Path, origin: str) -> str:
    """Make a log's folder and key; keep the key where there is one.

    Returns:
        The log's verifier key.

    Raises:
        FormatError: *origin* cannot name a key.
    """
    durable.make(folder)
    file = folder / "log.key"
    if not file.exists():
        signer = NoteSigner.generate(origin)
        durable.create(file, f"{signer.private}\n".encode(), private=True)
        durable.write(folder / "policy.txt", f"log {signer.vkey}\nquorum none\n".encode())
    return read_signer(folder).vkey


def read_signer(folder: Path) -> NoteSigner:
    """The log's key.

    Raises:
        HabeasError: there is none.
    """
    try:
        return NoteSigner.parse((folder / "log.key").read_text())
    except OSError as error:
        raise HabeasError(
            f"There is no log in {folder}.", "Make one with `habeas log init`."
        ) from error


def open_storage(folder: Path, *, database: str = "", objects: str = "") -> Storage:
    """The storage of a log.

    Args:
        folder: the log's folder: SQLite and files lie there, unless told otherwise.
        database: a PostgreSQL connection string.
        objects: ``s3://bucket/prefix``; credentials and endpoint as obstore reads them from
            the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_ENDPOINT, ...).

    Raises:
        LogLockedError: another process writes this log.
        LogUnavailableError: database or object store do not answer.
    """
    if not database and not objects:
        return FileStorage(folder)
    files: Objects = FolderObjects(folder / "public")
    if objects:
        from habeas.tlog.server.s3 import BucketObjects  # noqa: PLC0415 - an optional package

        files = BucketObjects.open(objects)
    if database:
        from habeas.tlog.server.postgres import PostgresState  # noqa: PLC0415 - an optional package

        try:
            state = PostgresState(database, read_signer(folder).name)
        except StateError as error:
            raise LogUnavailableError(f"The log's database does not answer: {error}.") from error
        return Storage(state, files)
    return Storage(SqliteState(folder), files)


def make_app(
    folder: Path,
    *,
    interval: float = 0.1,
    patience: float = 20.0,
    storage: Storage | None = None,
) -> Starlette:
    """The log in *folder* as an ASGI application.

    Args:
        folder: as made by `init_log`.
        interval: seconds between batches.
        patience: seconds that an appending caller waits for a checkpoint that counts.
        storage: where the log lies; by default SQLite and files in *folder*.

    Raises:
        LogLockedError: another process writes this log.
        FormatError: its policy or key cannot be read.
    """
    policy = Policy.parse((folder / "policy.txt").read_text())
    submitters = folder / "submitters.json"
    known = json.loads(submitters.read_text()) if submitters.exists() else {}
    signer = read_signer(folder)
    sequencer = Sequencer(
        storage or FileStorage(folder), signer, policy, interval=interval, patience=patience
    )
    return LogApp(sequencer, known).asgi()
