"""A log to another folder, machine's disk, database or bucket, without a second one ever signing.

The old place is marked before the new one can sign, and never served again. All that a log has
acknowledged is public, so the new place is rebuilt from the old one's files, each entry verified
into the root that the log has signed. What was interrupted goes on where it stopped.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from habeas.foundation import durable
from habeas.tlog.errors import PlaceError
from habeas.tlog.policy import Policy, VerifiedCheckpoint
from habeas.tlog.server import freezing
from habeas.tlog.server.objects import Objects
from habeas.tlog.server.rebuild import rebuild
from habeas.tlog.server.sqlite import take_lock
from habeas.tlog.spans import Source

#: What is the log besides its entries: keys, policy, who may append, circles, mirrors.
_NEVER = {"log.sqlite3", "log.sqlite3-wal", "log.sqlite3-shm", "lock", "public", "moved.json"}


def move(
    folder: Path,
    target: Path,
    source: Source,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
    now: float | None = None,
    *,
    database: str = "",
    objects: Objects | None = None,
) -> VerifiedCheckpoint:
    """Make the log in *folder* live in *target*; it must not run.

    Args:
        folder: the log's.
        target: made where it is missing; or what an interrupted move has begun.
        source: the log's public files, where they are now.
        progress: called with entries made so far, and in all.
        now: POSIX seconds; see `Policy.verify`.
        database: a PostgreSQL connection string, where its state will lie there.
        objects: where its public files will lie, if not in *target*.

    Returns:
        The checkpoint that it stands at.

    Raises:
        LogLockedError: it runs.
        PlaceError: *target* is another log, or cannot be written to.
        HabeasError: as `rebuild` does.
    """
    to = str(target.resolve())
    begun = freezing.moved(folder)
    if begun not in (None, to) or (begun is None and target.exists() and any(target.iterdir())):
        raise PlaceError(
            f"{target} is taken, or this log is on its way to {begun or 'nowhere'}.",
            "Name a folder that does not exist yet, or the one of the move that was interrupted.",
        )
    policy = Policy.parse((folder / "policy.txt").read_bytes())
    with take_lock(folder):
        freezing.mark_moved(folder, to)
        durable.make(target)
        for each in sorted(folder.iterdir()):
            if each.is_file() and each.name not in _NEVER:
                private = each.stat().st_mode & 0o077 == 0
                durable.write(target / each.name, each.read_bytes(), private=private)
        if (target / "before-rebuild").exists():  # the last step of a move that was interrupted
            shutil.rmtree(target / "before-rebuild")
        verified = rebuild(
            target, source, policy, progress, now, database=database, objects=objects
        )
        shutil.rmtree(target / "before-rebuild", ignore_errors=True)
    return verified
