"""Disks of a size, in memory: a party that fills its own fills nobody else's."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

_BLOCK = 1 << 16


def mount(folder: Path, megabytes: int, user: int, group: int) -> None:
    """Have a disk of that size at *folder*, which exists and is the user's alone."""
    options = f"size={megabytes}m,mode=0700,uid={user},gid={group}"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", folder], check=True)


def unmount(folder: Path) -> None:
    """Let go of it."""
    subprocess.run(["umount", "--lazy", folder], check=False)


@contextlib.contextmanager
def full(folder: Path) -> Iterator[Callable[[], None]]:
    """Leave no room there until the block ends; gives what takes room that others gave back."""
    ballast = folder / "ballast"

    def fill() -> None:
        with ballast.open("ab", buffering=0) as file, contextlib.suppress(OSError):
            while file.write(bytes(_BLOCK)):
                pass

    fill()
    # Else it is another disk than the one that was filled.
    assert shutil.disk_usage(folder).free < ballast.stat().st_size
    try:
        yield fill
    finally:
        ballast.unlink()
