"""A log as a service: one folder, one writer, C2SP tlog-tiles for everybody.

FOLDER/log.key           the signing key, Ed25519 (0600)
FOLDER/log-mldsa44.key   the one that holds against quantum computers, ML-DSA-44 (0600)
FOLDER/policy.txt        when a checkpoint counts (C2SP tlog-policy), witnesses included
FOLDER/mirrors.txt       to whom the log is sent: mirror <name> <verifier key> <URL>
FOLDER/submitters.json   who may append: name -> SHA-256 of a bearer token; nobody, where empty
FOLDER/public/           checkpoint and tiles: serve it from anywhere
FOLDER/log.sqlite3       the writer's state
FOLDER/rolled-back.json  why the log has stopped, where it has
FOLDER/frozen.json       since when and why it takes no new entry, where it is frozen
FOLDER/moved.json        where it lives now, where it has moved: it is not served from here
FOLDER/before-log.key    and before-log-mldsa44.key: keys that are being replaced (0600)
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from starlette.applications import Starlette

from habeas.foundation import durable
from habeas.tlog import key_line
from habeas.tlog.admission import Admission, AdmitAnything, AdmitNothing
from habeas.tlog.cosignature import MldsaCosignatureSigner
from habeas.tlog.errors import FormatError, LogUnavailableError, PlaceError, RolledBackError
from habeas.tlog.note import NoteSigner
from habeas.tlog.policy import Policy
from habeas.tlog.server.app import LogApp
from habeas.tlog.server.callers import QueueFullError
from habeas.tlog.server.feeding import MirrorAt, read_mirrors
from habeas.tlog.server.file_storage import FileStorage
from habeas.tlog.server.freezing import frozen, verify_here
from habeas.tlog.server.objects import FolderObjects, Objects
from habeas.tlog.server.rollback import Standstill
from habeas.tlog.server.rotating import ED25519, MLDSA, Elsewhere, read_signer
from habeas.tlog.server.sequencer import Sequencer
from habeas.tlog.server.sqlite import SqliteState
from habeas.tlog.server.state import StateError
from habeas.tlog.server.storage import LogLockedError, Storage
from habeas.tlog.server.submitters import Submitters
from habeas.tlog.signing import LogSigner

__all__ = [
    "Elsewhere",
    "FileStorage",
    "LogApp",
    "LogLockedError",
    "MirrorAt",
    "QueueFullError",
    "RolledBackError",
    "Sequencer",
    "Standstill",
    "Storage",
    "Submitters",
    "init_log",
    "make_app",
    "open_objects",
    "open_storage",
    "read_signer",
]


def init_log(folder: Path, origin: str, *, anybody: bool = False, token: str = "") -> str:
    """Make a log's folder and key; keep the key where there is one.

    Args:
        folder: the log's.
        origin: the log's name, a URL without its scheme.
        anybody: whether everybody who reaches the log may append. Otherwise a new log is
            closed until somebody is named; see `Submitters.allow`.
        token: address of the token on which a new Ed25519 key is made; without one it lies in
            the folder, as that of ML-DSA always does, which tokens do not make.

    Returns:
        The log's Ed25519 verifier key; `read_signer` has both.

    Raises:
        FormatError: *origin* cannot name a key.
        TokenError: the token is not there, or makes no such key; nothing was made.
        PlaceError: the folder's log had a key, which is gone.
    """
    if not (folder / ED25519).exists():
        if (folder / "policy.txt").exists():
            raise PlaceError(f"{folder / ED25519} is gone: no other is made.", "Bring it back.")
        try:
            mldsa = MldsaCosignatureSigner.generate(origin)
        except FormatError as error:
            raise FormatError(
                error.cause, "Name it by a URL without its scheme: log.example.org/2027."
            ) from error
        signer, line = key_line.make(NoteSigner, origin, token)
        durable.make(folder)
        durable.write(folder / MLDSA, f"{mldsa.private}\n".encode(), private=True)
        durable.create(folder / ED25519, f"{line}\n".encode(), private=True)
        policy = LogSigner(signer, mldsa).policy_lines + "quorum none\n"
        durable.write(folder / "policy.txt", policy.encode())
    if anybody:
        Submitters.open_to_all(folder)
    return read_signer(folder).vkey


def open_storage(
    folder: Path,
    *,
    database: str = "",
    objects: str = "",
    remember: int | None = None,
    key: str | None = None,
) -> Storage:
    """The storage of a log.

    Args:
        folder: the log's folder: SQLite and files lie there, unless told otherwise.
        database: a PostgreSQL connection string.
        objects: ``s3://bucket/prefix``; credentials and endpoint as obstore reads them from
            the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_ENDPOINT, ...).
        remember: how many of the newest entries are never logged twice; None for all, at some
            50 bytes of the database for each.
        key: under which the log stands in PostgreSQL; by default its origin.

    Raises:
        LogLockedError: another process writes this log.
        LogUnavailableError: database or object store do not answer.
    """
    if not database and not objects:
        return FileStorage(folder, remember=remember)
    files = open_objects(objects) if objects else FolderObjects(folder / "public")
    if database:
        from habeas.tlog.server.postgres import PostgresState  # noqa: PLC0415 - an optional package

        try:
            key = read_signer(folder).name if key is None else key
            state = PostgresState(database, key, remember=remember)
        except StateError as error:
            raise LogUnavailableError(f"The log's database does not answer: {error}.") from error
        return Storage(state, files)
    return Storage(SqliteState(folder, remember=remember), files)


def open_objects(url: str) -> Objects:
    """The place of public files at ``s3://bucket/prefix``; see `open_storage`."""
    from habeas.tlog.server.s3 import BucketObjects  # noqa: PLC0415 - an optional package

    return BucketObjects.open(url)


def make_app(
    folder: Path,
    admission: Admission | None = None,
    *,
    interval: float = 0.1,
    patience: float = 20.0,
    storage: Storage | None = None,
    signer: LogSigner | None = None,
    clock: Callable[[], float] = time.time,
) -> Starlette:
    """The log in *folder* as an ASGI application.

    Args:
        folder: as made by `init_log`.
        admission: what may be appended. By default whatever the named submitters send, and
            nothing where none is named. Where an application gives one and names nobody, no
            token is asked for.
        interval: seconds between batches.
        patience: seconds that an appending caller waits for a checkpoint that counts.
        storage: where the log lies; by default SQLite and files in *folder*.
        signer: its keys; by default those in *folder*.
        clock: POSIX seconds, for signatures and witnesses' times.

    Raises:
        LogLockedError: another process writes this log.
        FormatError: its policy, key, submitters or mirrors cannot be read.
        MovedError: it lives elsewhere.
    """
    verify_here(folder)
    try:
        policy = Policy.parse((folder / "policy.txt").read_bytes())
    except OSError as error:
        raise PlaceError(
            f"{error.filename} cannot be read: {error.strerror}.",
            "Write the log's tlog-policy there: its keys, its witnesses, and the quorum.",
        ) from error
    except FormatError as error:
        raise FormatError(
            f"{folder / 'policy.txt'}: {error.cause}", "Write it as C2SP tlog-policy has it."
        ) from error
    submitters = Submitters.load(folder)
    mirrors = read_mirrors(folder)
    signer = signer or read_signer(folder)
    standstill = Standstill(folder / "rolled-back.json")
    if admission is None:
        named = submitters is not None and (submitters.anybody or submitters.digests)
        admission = AdmitAnything() if named else AdmitNothing()
    sequencer = Sequencer(
        storage or FileStorage(folder), signer, policy, admission,
        standstill=standstill, interval=interval, patience=patience, clock=clock,
        frozen=lambda: frozen(folder),
    )  # fmt: skip
    return LogApp(sequencer, submitters or Submitters(anybody=True), mirrors).asgi()
