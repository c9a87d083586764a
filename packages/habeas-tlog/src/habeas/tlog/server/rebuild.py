"""Making a log whole again from its public tiles (C2SP tlog-tiles).

All that a log has acknowledged is public. So a lost or damaged database, or a folder from an
old backup, is made again from any copy: a mirror, a bucket, the log's own files. Every entry
is verified into the root that the log has signed before anything takes its place.

In a folder, the new files stand beside the old ones until they are whole. In a bucket, or
where the database is elsewhere, each takes the place of the old one at once: its bytes follow
from the signed root, so it can only become what it must be.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from contextlib import closing
from pathlib import Path

from habeas.tlog.checkpoint import Checkpoint
from habeas.tlog.errors import LogUnavailableError, PlaceError, RolledBackError, TlogError
from habeas.tlog.note import split
from habeas.tlog.policy import Policy, VerifiedCheckpoint
from habeas.tlog.server.file_storage import FileStorage
from habeas.tlog.server.objects import CHECKPOINT, FolderObjects, Objects
from habeas.tlog.server.sqlite import SqliteState, take_lock
from habeas.tlog.server.state import StateError
from habeas.tlog.server.storage import Storage
from habeas.tlog.spans import Source, verified_spans

#: What is made anew; keys, policy and submitters stay.
_DATABASE = ("log.sqlite3", "log.sqlite3-wal", "log.sqlite3-shm")
_PARTS = (*_DATABASE, "public")
_NEW, _OLD = "rebuilding", "before-rebuild"

#: Called with entries made so far, and in all.
Progress = Callable[[int, int], None]


def rebuild(
    folder: Path,
    source: Source,
    policy: Policy,
    progress: Progress = lambda _done, _all: None,
    now: float | None = None,
    *,
    database: str = "",
    objects: Objects | None = None,
) -> VerifiedCheckpoint:
    """Make the log in *folder* whole from *source*; it must not run meanwhile.

    The database and files that were there are kept in a folder ``before-rebuild``; what was in
    PostgreSQL, there, as the log ``ORIGIN before-rebuild``. A rebuild that was interrupted goes
    on where it stopped.

    Args:
        folder: the log's, with its keys.
        source: a copy of its public files.
        policy: what makes the copy's checkpoint count.
        progress: called now and then.
        now: POSIX seconds; see `Policy.verify`.
        database: a PostgreSQL connection string, where the log's state lies there.
        objects: its public files, where they do not lie in the folder.

    Returns:
        The checkpoint that the log stands at now.

    Raises:
        RolledBackError: the copy is older than what the log has published.
        ForkedViewError, SignatureError, QuorumError, CorruptLogError: the copy does not verify.
        LogUnavailableError, StaleViewError: the copy, database or bucket does not answer now.
        LogLockedError: the log runs.
        PlaceError: the folder cannot be written to, or an earlier rebuild's remains are there.
    """
    if (folder / _OLD).exists():
        raise PlaceError(
            f"{folder / _OLD} holds what an earlier rebuild has replaced.",
            "Move it away once you know that it is not needed.",
        )
    note = source.checkpoint()
    verified = policy.verify(note, now)
    target = verified.checkpoint

    def fill(storage: Storage) -> None:
        for span in verified_spans(source, storage.tree, target):
            storage.restore(span.entries)
            storage.lay_out()
            progress(span.after.size, target.size)
        storage.make_durable()
        storage.publish(note)

    try:
        here = FolderObjects(folder / "public") if objects is None else objects
        _refuse_older(here, target)
        if database:
            _in_postgres(database, target.origin, here, fill)
        else:
            with take_lock(folder):
                with _beside(folder / _NEW, objects) as storage:
                    fill(storage)
                _replace(folder, _PARTS if objects is None else _DATABASE)
    except StateError as error:
        raise LogUnavailableError(f"The log's database does not answer: {error}.") from error
    except OSError as error:
        raise PlaceError(f"{error.filename} cannot be used: {error.strerror or error}.") from error
    return verified


def _beside(folder: Path, objects: Objects | None) -> Storage:
    """A storage in *folder*; its public files go to their place, where that is not a folder."""
    if objects is None:
        return FileStorage(folder)
    folder.mkdir(exist_ok=True)
    return Storage(SqliteState(folder), _Unpublished(objects))


def _in_postgres(
    database: str, origin: str, objects: Objects, fill: Callable[[Storage], None]
) -> None:
    from habeas.tlog.server.postgres import PostgresState  # noqa: PLC0415 - an optional package

    # Held so that the log does not run meanwhile.
    with closing(PostgresState(database, origin)):
        name = f"{origin} {_NEW}"
        with Storage(PostgresState(database, name), _Unpublished(objects)) as storage:
            fill(storage)
        with closing(PostgresState(database, name)) as made:
            if not made.take_the_place_of(origin, f"{origin} {_OLD}"):
                raise PlaceError(
                    f"The database has a log {origin} {_OLD}, of an earlier rebuild.",
                    "Delete its rows once you know that they are not needed.",
                )


class _Unpublished:
    """Public files in their place, the checkpoint of before left aside until the new one stands."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._published = False

    def read(self, path: str) -> bytes:
        """The content at *path*."""
        if path == CHECKPOINT and not self._published:
            raise FileNotFoundError(path)
        return self._objects.read(path)

    def partials(self, path: str) -> list[str]:
        """Partial files of a full one."""
        return self._objects.partials(path)

    def write(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Store files."""
        self._objects.write(files)

    def sync(self, gone: Collection[str]) -> None:
        """Make durable what was written before."""
        self._objects.sync(gone)

    def publish(self, note: bytes) -> None:
        """Store the checkpoint."""
        self._objects.publish(note)
        self._published = True


def _refuse_older(objects: Objects, target: Checkpoint) -> None:
    """Raise where the log has published more than the copy holds."""
    try:
        held = Checkpoint.parse(split(objects.read(CHECKPOINT).decode())[0])
    except (FileNotFoundError, ValueError, TlogError):
        return  # nothing that can be read: that is why it is rebuilt
    if held.size > target.size:
        raise RolledBackError(
            f"The copy has {target.size} entries; the log has published {held.size}.",
            "Rebuild from a newer copy, or from the log's own public files.",
        )


def _replace(folder: Path, parts: Collection[str]) -> None:
    (folder / _OLD).mkdir()
    for name in parts:
        if (folder / name).exists():
            (folder / name).rename(folder / _OLD / name)
    for name in parts:
        if (folder / _NEW / name).exists():
            (folder / _NEW / name).rename(folder / name)
    (folder / _NEW / "lock").unlink(missing_ok=True)
    (folder / _NEW).rmdir()
