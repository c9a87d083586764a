"""Making a log whole again from its public tiles (C2SP tlog-tiles).

All that a log has acknowledged is public. So a lost or damaged database, or a folder from an
old backup, is made again from any copy: a mirror, a bucket, the log's own files. Every entry
is verified into the root that the log has signed before anything takes its place.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from habeas.tlog.checkpoint import Checkpoint
from habeas.tlog.errors import PlaceError, RolledBackError, TlogError
from habeas.tlog.note import split
from habeas.tlog.policy import Policy, VerifiedCheckpoint
from habeas.tlog.server.state import take_lock
from habeas.tlog.server.storage import FileStorage
from habeas.tlog.view import Source, verified_spans

#: What is made anew; keys, policy and submitters stay.
_PARTS = ("log.sqlite3", "log.sqlite3-wal", "log.sqlite3-shm", "public")
_NEW, _OLD = "rebuilding", "before-rebuild"

#: Called with entries made so far, and in all.
Progress = Callable[[int, int], None]


def rebuild(
    folder: Path,
    source: Source,
    policy: Policy,
    progress: Progress = lambda _done, _all: None,
    now: float | None = None,
) -> VerifiedCheckpoint:
    """Make the log in *folder* whole from *source*; it must not run meanwhile.

    What was there is kept in a folder ``before-rebuild``. A rebuild that was interrupted goes on
    where it stopped.

    Args:
        folder: the log's, with its keys.
        source: a copy of its public files.
        policy: what makes the copy's checkpoint count.
        progress: called now and then.
        now: POSIX seconds; see `Policy.verify`.

    Returns:
        The checkpoint that the log stands at now.

    Raises:
        RolledBackError: the copy is older than what the folder has published.
        ForkedViewError, SignatureError, QuorumError, CorruptLogError: the copy does not verify.
        LogUnavailableError, StaleViewError: the copy cannot be read now.
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
    _refuse_older(folder, target)
    try:
        lock = take_lock(folder)
    except OSError as error:
        raise PlaceError(f"{error.filename} cannot be used: {error.strerror}.") from error
    with lock:
        with FileStorage(folder / _NEW) as storage:
            for span in verified_spans(source, storage.tree, target):
                storage.restore(span.entries)
                storage.lay_out()
                progress(span.after.size, target.size)
            storage.make_durable()
            storage.publish(note)
        _replace(folder)
    return verified


def _refuse_older(folder: Path, target: Checkpoint) -> None:
    """Raise where the folder has published more than the copy holds."""
    try:
        held = Checkpoint.parse(split((folder / "public" / "checkpoint").read_text())[0])
    except (OSError, ValueError, TlogError):
        return  # nothing that can be read: that is why it is rebuilt
    if held.size > target.size:
        raise RolledBackError(
            f"The copy has {target.size} entries; {folder} has published {held.size}.",
            "Rebuild from a newer copy, or from the folder's own public files.",
        )


def _replace(folder: Path) -> None:
    try:
        (folder / _OLD).mkdir()
        for name in _PARTS:
            if (folder / name).exists():
                (folder / name).rename(folder / _OLD / name)
        for name in _PARTS:
            if (folder / _NEW / name).exists():
                (folder / _NEW / name).rename(folder / name)
        (folder / _NEW / "lock").unlink(missing_ok=True)
        (folder / _NEW).rmdir()
    except OSError as error:
        raise PlaceError(f"{error.filename} cannot be moved: {error.strerror}.") from error
