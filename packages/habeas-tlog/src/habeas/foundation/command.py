"""How every command of Habeas ends: two lines for people and exit status 1, never a traceback."""

from __future__ import annotations

import contextlib
import errno
import sqlite3
import sys
from collections.abc import Callable, Iterator

from habeas.foundation.errors import HabeasError

#: What to do about a file or folder that fails, by the error of POSIX.1-2017.
_REMEDIES = {
    errno.ENOENT: "See that its name is right and that it is there.",
    errno.EACCES: "Let this user read and write there, or name another place.",
    errno.EPERM: "Let this user read and write there, or name another place.",
    errno.EROFS: "Name a place that can be written to.",
    errno.EISDIR: "Name a file, not a folder.",
    errno.ENOTDIR: "Name a folder, not a file.",
    errno.EEXIST: "Name a place that is not taken.",
    errno.ENOSPC: "Make room on its disk, and try again.",
    errno.EDQUOT: "Make room on its disk, and try again.",
}


class UnusableError(HabeasError):
    """A file, folder or database that a command was given cannot be used."""

    code = "place-unusable"
    status = 503
    remedy = "See that it is there and yours."


def run(command: Callable[[], object]) -> None:
    """Run *command*; an error made for people becomes its cause and its remedy on stderr.

    Raises:
        SystemExit: status 1 after a `HabeasError`, or where a place cannot be used.
    """
    try:
        with explained():
            command()
    except HabeasError as error:
        sys.stderr.write(f"Error: {error.cause}\n")
        if error.remedy:
            sys.stderr.write(f"  {error.remedy}\n")
        sys.exit(1)


@contextlib.contextmanager
def explained() -> Iterator[None]:
    """Say errors of files and databases with their cause and a remedy.

    Raises:
        UnusableError: in place of an `OSError` or an error of SQLite.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise UnusableError(f"The database fails: {error}.", "Look at its disk.") from error
    except OSError as error:
        where = error.filename or "A file or connection"
        remedy = _REMEDIES.get(error.errno or 0)
        raise UnusableError(
            f"{where} cannot be used: {error.strerror or error}.", remedy
        ) from error
