"""The filter of system calls, run here by an interpreter of its few instructions."""

import errno
import os
import struct

import pytest

from habeas.confined._seccomp import program
from habeas.confined.rights import Confinement

X86, ARM = 0xC000003E, 0xC00000B7
ALLOW = 0x7FFF0000
KILL = 0x80000000
ERRNO = 0x00050000


def answer(number, *arguments, machine=X86, files=False, column=0, architecture=X86, **more):
    """What the filter says to a call: `struct seccomp_data` in, a return value out."""
    given = [*arguments, 0, 0, 0, 0, 0, 0][:6]
    data = struct.pack("=IIQ6Q", number, machine, 0, *given)
    instructions = program(column, architecture, files=files, **more)
    at, held = 0, 0
    while True:
        code, true, false, value = instructions[at]
        at += 1
        match code:
            case 0x20:
                (held,) = struct.unpack_from("=I", data, value)
            case 0x15:
                at += true if held == value else false
            case 0x35:
                at += true if held >= value else false
            case 0x45:
                at += true if held & value else false
            case 0x06:
                return value


READ, OPENAT, EXECVE, SOCKET, CLONE, CLONE3, TGKILL, PRLIMIT = 0, 257, 59, 41, 56, 435, 234, 302


def test_computing_is_allowed_and_all_else_is_not_there():
    assert answer(READ) == ALLOW
    for number in (EXECVE, SOCKET, CLONE3, 57, 58, 62, 101, 165, 272, 322, 425, 9999):
        assert answer(number, files=True) == ERRNO | errno.ENOSYS, number


def test_files_are_opened_only_by_those_who_may():
    assert answer(OPENAT) == ERRNO | errno.EACCES
    assert answer(OPENAT, files=True) == ALLOW


def test_folders_and_sockets_are_for_those_who_need_them():
    mkdir, rename = 83, 82
    for number in (mkdir, rename):
        assert answer(number, files=True) == ERRNO | errno.ENOSYS
        assert answer(number, files=True, folders=True) == ALLOW
    assert answer(SOCKET, files=True, folders=True) == ERRNO | errno.ENOSYS
    assert answer(SOCKET, network=True) == ALLOW
    assert answer(EXECVE, files=True, folders=True, network=True) == ERRNO | errno.ENOSYS


def test_threads_but_no_processes():
    assert answer(CLONE, 0x00010000 | 0x100) == ALLOW
    assert answer(CLONE, 17) == ERRNO | errno.EPERM


def test_signals_go_to_its_own_threads():
    assert answer(TGKILL, os.getpid()) == ALLOW
    assert answer(TGKILL, os.getppid()) == ERRNO | errno.EPERM


def test_limits_are_read_and_never_set():
    assert answer(PRLIMIT, 0, 9, 0) == ALLOW
    for new_limit in (1, 1 << 32):
        assert answer(PRLIMIT, 0, 9, new_limit) == ERRNO | errno.EPERM
    assert answer(PRLIMIT, 1, 9, 0) == ERRNO | errno.EPERM


def test_other_architectures_have_their_own_numbers():
    assert answer(READ, machine=ARM) == KILL
    arm = {"machine": ARM, "architecture": ARM, "column": 1}
    assert answer(63, **arm) == ALLOW
    assert answer(56, **arm) == ERRNO | errno.EACCES
    assert answer(221, **arm) == ERRNO | errno.ENOSYS
    # x32, which would pass as another number of x86-64.
    assert answer(0x40000000 | READ) == ERRNO | errno.ENOSYS


@pytest.mark.parametrize("files", [True, False])
@pytest.mark.parametrize("column", [0, 1])
def test_the_filter_is_one_that_the_kernel_takes(files, column):
    instructions = program(column, X86, files=files)
    assert len(instructions) < 4096
    for at, (code, true, false, _) in enumerate(instructions):
        if code in (0x15, 0x35, 0x45):
            assert at + 1 + max(true, false) < len(instructions)


def held(landlock=7, seccomp=True, own_network=False, opens=True, threads=1):
    return Confinement(landlock, seccomp, own_network, opens, threads).open_doors


def test_open_doors_are_named():
    assert held() == ()
    assert held(landlock=0) == ("files",)
    assert held(landlock=0, opens=False) == ()
    assert held(threads=2) == ("files",)
    assert held(seccomp=False) == ("network",)
    assert held(seccomp=False, own_network=True) == ()
    assert held(landlock=0, seccomp=False, opens=False) == ("files", "network", "programs")
