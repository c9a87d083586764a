"""The C library's heaps in a process of many threads (mallopt(3)).

glibc gives threads heaps of their own, and keeps in each what was freed in it. With ten threads a
camera that is more than the pictures take. So heaps are few here, and what is as large as a picture
goes back to the system when it is freed.
"""

from __future__ import annotations

import ctypes

#: mallopt's parameters: malloc.h.
_MMAP_THRESHOLD, _ARENA_MAX = -3, -8
#: Heaps; more than threads that work at one moment gain nothing.
_HEAPS = 2
#: Bytes from which memory is the system's own and goes back to it: no picture is smaller, and
#: hardly anything else is as large.
_LARGE = 256 * 1024


def bound() -> bool:
    """Bound this process's heaps; tells whether its C library can. Call it before threads."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return False  # musl has no heaps of threads
    return bool(mallopt(_ARENA_MAX, _HEAPS)) and bool(mallopt(_MMAP_THRESHOLD, _LARGE))
