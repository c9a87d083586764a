"""Where a log lies unless told otherwise: files and SQLite, in one folder."""

from __future__ import annotations

from pathlib import Path

from habeas.tlog.errors import PlaceError
from habeas.tlog.server.objects import FolderObjects, Step, no_step
from habeas.tlog.server.sqlite import SqliteState
from habeas.tlog.server.storage import Storage


class FileStorage(Storage):
    """A `Storage` that needs nothing but a folder.

    Args:
        folder: made where it is missing.
        step: called before each step that changes the disk.
        remember: how many of the newest entries are never logged twice; None for all.

    Raises:
        LogLockedError: another process writes this log.
        PlaceError: the folder cannot be written to.
        DamagedError: what lies in it is damaged.
    """

    def __init__(self, folder: Path, step: Step = no_step, *, remember: int | None = None) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            objects = FolderObjects(folder / "public", step)
            state = SqliteState(folder, step, remember=remember)
        except OSError as error:
            raise PlaceError(f"{error.filename} cannot be used: {error.strerror}.") from error
        super().__init__(state, objects)
