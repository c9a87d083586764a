"""Where tests keep their files: in memory, where this machine has room.

Every party writes so that nothing is lost when the power fails. On a disk that several workers
share, tests did little else than wait for that, and none of them takes a machine's power away.
`TMPDIR` names another place, where pytest keeps what failed; by itself nothing is kept.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 - a file system, and no name in it
#: A whole run has some 4 GB at a time, of which most are environments and packages; bytes.
LEAST = 8 * 1024**3
#: A file system where programs do not run, or a root folder would be none.
_FORBIDDING = os.ST_NOEXEC | os.ST_NODEV | os.ST_NOSUID
_NAME = "habeas-tests-"


def choose() -> Path | None:
    """Have this process and all that it starts keep files in memory; gives the folder, if so."""
    if "TMPDIR" in os.environ or not _has_room():
        return None
    folder = MEMORY / f"{_NAME}{os.getpid()}"
    for each in MEMORY.glob(f"{_NAME}*"):
        # What a run has left that was killed.
        if each == folder or not Path(f"/proc/{each.name.removeprefix(_NAME)}").exists():
            end(each)
    folder.mkdir()
    # As /tmp: servers of other users have folders of their own there.
    folder.chmod(0o1777)
    # A machine has one Ray, whoever runs tests on it: it stays where it is.
    os.environ.setdefault("RAY_TMPDIR", tempfile.gettempdir())
    os.environ["TMPDIR"] = str(folder)
    tempfile.tempdir = None
    return folder


def end(folder: Path) -> None:
    """Give the memory back."""
    shutil.rmtree(folder, ignore_errors=True)


def _has_room() -> bool:
    try:
        there = os.statvfs(MEMORY)
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return False
    (available,) = (int(each.split()[1]) for each in lines if each.startswith("MemAvailable"))
    return (
        os.access(MEMORY, os.W_OK | os.X_OK)
        and not there.f_flag & _FORBIDDING
        and min(there.f_bavail * there.f_frsize, available * 1024) >= LEAST
    )
