"""Landlock (Linux, Documentation/userspace-api/landlock.rst): which files a process may open.

The kernel has no wrapper in libc for it; these are its three system calls, which have the
same numbers on every architecture.
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from collections.abc import Collection, Iterable
from pathlib import Path

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION = 1  # LANDLOCK_CREATE_RULESET_VERSION
_PATH_BENEATH = 1  # LANDLOCK_RULE_PATH_BENEATH
#: LANDLOCK_ACCESS_FS_*, by bit.
_WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 1, 1 << 2, 1 << 3
_REMOVE_FILE, _MAKE_REG, _TRUNCATE = 1 << 5, 1 << 8, 1 << 14
_REMOVE_DIR, _MAKE_DIR, _REFER = 1 << 4, 1 << 7, 1 << 13
#: The version from which files may be linked and renamed from one folder into another.
_ACROSS = 2
#: How many of the rights to files each version of the interface knows.
_KNOWN = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
#: LANDLOCK_ACCESS_NET_BIND_TCP and _CONNECT_TCP, from version 4.
_TCP = 0b11
#: LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET and _SIGNAL, from version 6.
_SCOPES = 0b11

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long


def _call(number: int, *arguments: bytes | int | None) -> int:
    # libc reads each argument as a long, whatever its size.
    given = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
    return int(_libc.syscall(ctypes.c_long(number), *given))


def version() -> int:
    """The version of the kernel's interface; 0 where it has none or it is switched off."""
    return max(0, _call(_CREATE_RULESET, None, 0, _VERSION))


def restrict(
    *,
    read: Iterable[Path],
    write: Iterable[Path],
    keep: Collection[Path] = (),
    network: bool = False,
) -> int:
    """Let this thread, and those that it starts, open nothing but what is named.

    Args:
        read: files, and folders with all that is in them, to be read.
        write: the same, to be written and read; in folders, files may be made and removed.
        keep: folders in which files and folders may also be made, linked, renamed and removed.
        network: whether ports may be reached and listened on.

    Returns:
        The version of the interface; 0 where nothing could be restricted.
    """
    known = version()
    if known < (_ACROSS if keep else 1):
        return 0
    handled = (1 << _KNOWN[min(known, max(_KNOWN))]) - 1
    attributes = struct.pack(
        "=QQQ", handled, 0 if network or known < 4 else _TCP, _SCOPES if known >= 6 else 0
    )
    size = 8 if known < 4 else 16 if known < 6 else 24
    ruleset = _call(_CREATE_RULESET, attributes, size, 0)
    if ruleset < 0:
        return 0
    try:
        reading = _READ_FILE | _READ_DIR
        writing = reading | _WRITE_FILE | _REMOVE_FILE | _MAKE_REG | _TRUNCATE
        keeping = writing | _REMOVE_DIR | _MAKE_DIR | _REFER
        for paths, rights in ((read, reading), (write, writing), (keep, keeping)):
            for path in paths:
                _allow(ruleset, path, rights & handled)
        return known if _call(_RESTRICT_SELF, ruleset, 0) == 0 else 0
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: Path, rights: int) -> None:
    place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not stat.S_ISDIR(os.fstat(place).st_mode):
            # The kernel refuses rights to a file that only a folder can give.
            rights &= _READ_FILE | _WRITE_FILE | _TRUNCATE
        rule = struct.pack("=Qi", rights, place)
        if _call(_ADD_RULE, ruleset, _PATH_BENEATH, rule, 0) != 0:
            raise OSError(ctypes.get_errno(), "Landlock takes no rule", str(path))
    finally:
        os.close(place)
