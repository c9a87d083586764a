"""Giving up what a process that handles strangers' files does not need.

It narrows what a decoder that was taken over could do: no network, no new privileges, no
endless memory, files or processor time.
"""

from __future__ import annotations

import ctypes
import resource

_PR_SET_NO_NEW_PRIVS = 38
_CLONE_NEWNET = 0x40000000
_CLONE_NEWUSER = 0x10000000


def confine(*, memory: int, file_size: int, open_files: int) -> None:
    """Confine this process, for good.

    Args:
        memory: bytes of address space.
        file_size: bytes that any file it writes may reach; 0 forbids writing.
        open_files: file descriptors.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    # A network of its own has no way out. Kernels that forbid it leave the other limits.
    if libc.unshare(_CLONE_NEWNET) != 0:
        libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
    limits = {
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_FSIZE: file_size,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: open_files,
    }
    for kind, wanted in limits.items():
        # Never more than what the process was given.
        _, hard = resource.getrlimit(kind)
        limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(kind, (limit, limit))
