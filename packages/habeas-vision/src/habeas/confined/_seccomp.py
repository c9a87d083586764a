"""seccomp (Linux, Documentation/userspace-api/seccomp_filter.rst): which system calls remain.

A filter in classic BPF over `struct seccomp_data` lets the calls of `_syscalls` through and
answers "not implemented" to all others, which libraries take as an old kernel.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct

from habeas.confined._syscalls import BASE, CONDITIONAL, FILES, FOLDERS, NETWORK, Condition

_SET_MODE_FILTER, _TSYNC = 1, 1
#: The number of seccomp(2) and the kernel's name of each architecture (linux/audit.h).
_ARCHITECTURES = {"x86_64": (0, 317, 0xC000003E), "aarch64": (1, 277, 0xC00000B7)}

# Instructions of classic BPF (linux/bpf_common.h), and what a filter returns.
_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _JUMP_SET, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
#: Calls of x32 set this bit on x86-64 and would pass by the comparisons.
_X32 = 0x40000000

Instruction = tuple[int, int, int, int]


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def restrict(*, files: bool, folders: bool = False, network: bool = False) -> bool:
    """Keep all threads of this process to the system calls of a decoder, for good.

    Args:
        files: whether files may still be opened by name.
        folders: whether files and folders may be made, renamed and linked.
        network: whether sockets may be opened.

    Returns:
        Whether the kernel took the filter; it needs ``no_new_privs``.
    """
    if platform.machine() not in _ARCHITECTURES:
        return False
    column, seccomp, architecture = _ARCHITECTURES[platform.machine()]
    code = b"".join(
        struct.pack("=HBBI", *each)
        for each in program(column, architecture, files=files, folders=folders, network=network)
    )
    wanted = _Program(len(code) // 8, code)
    libc = ctypes.CDLL(None, use_errno=True)
    numbers = (ctypes.c_long(each) for each in (seccomp, _SET_MODE_FILTER, _TSYNC))
    return int(libc.syscall(*numbers, ctypes.byref(wanted))) == 0


def program(
    column: int, architecture: int, *, files: bool, folders: bool = False, network: bool = False
) -> list[Instruction]:
    """The filter for one architecture: its column in `_syscalls`, and its name in the kernel."""
    listed = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_JUMP_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        (_JUMP_AT_LEAST, 0, 1, _X32),
        (_RETURN, 0, 0, _ERRNO | errno.ENOSYS),
    ]
    allowed = BASE | (FILES if files else {}) | (FOLDERS if folders else {})
    allowed |= NETWORK if network else {}
    for numbers in allowed.values():
        listed += _block(numbers[column], [(_RETURN, 0, 0, _ALLOW)])
    if not files:
        for numbers in FILES.values():
            listed += _block(numbers[column], [(_RETURN, 0, 0, _ERRNO | errno.EACCES)])
    for numbers, conditions in CONDITIONAL.values():
        listed += _block(numbers[column], _if(conditions))
    return [*listed, (_RETURN, 0, 0, _ERRNO | errno.ENOSYS)]


def _block(number: int | None, answer: list[Instruction]) -> list[Instruction]:
    return [] if number is None else [(_JUMP_EQUAL, 0, len(answer), number), *answer]


def _if(conditions: tuple[Condition, ...]) -> list[Instruction]:
    """Allow if all *conditions* hold: each compares the lower or upper half of an argument."""
    length = 2 * len(conditions)
    listed: list[Instruction] = []
    for at, condition in enumerate(conditions):
        value = os.getpid() if condition.value == "own process" else int(condition.value)
        to_refusal = length - 2 * (at + 1) + 1
        jump = _JUMP_SET if condition.test == "has" else _JUMP_EQUAL
        offset = _ARGUMENTS + 8 * condition.argument + 4 * condition.upper
        listed += [(_LOAD, 0, 0, offset), (jump, 0, to_refusal, value)]
    return [*listed, (_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _ERRNO | errno.EPERM)]
