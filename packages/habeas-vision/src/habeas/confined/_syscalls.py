"""System calls that a confined worker keeps: what computing, waiting and answering need.

Numbers of x86-64 (arch/x86/entry/syscalls/syscall_64.tbl) and of aarch64
(include/uapi/asm-generic/unistd.h) in the Linux kernel; None where an architecture has no
such call. Left out on purpose: all that starts programs or processes, sockets, changing
rights, mounting, tracing and reaching into other processes, io_uring, keys, and BPF.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: On x86-64, on aarch64.
Numbers = tuple[int | None, int | None]


@dataclass(frozen=True)
class Condition:
    """What must hold of one half of an argument.

    Attributes:
        argument: counted from 0.
        test: ``is`` the value, or ``has`` any of its bits.
        value: a number, or the number of this process.
        upper: of the argument's two halves of 32 bits.
    """

    argument: int
    test: Literal["is", "has"]
    value: int | Literal["own process"]
    upper: bool = False


#: Memory, threads, time, signals of its own, and files that are open already.
BASE: dict[str, Numbers] = {
    "read": (0, 63),
    "write": (1, 64),
    "readv": (19, 65),
    "writev": (20, 66),
    "pread64": (17, 67),
    "pwrite64": (18, 68),
    "close": (3, 57),
    "lseek": (8, 62),
    "fstat": (5, 80),
    "newfstatat": (262, 79),
    "fcntl": (72, 25),
    "futex": (202, 98),
    "mmap": (9, 222),
    "munmap": (11, 215),
    "mprotect": (10, 226),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "brk": (12, 214),
    "poll": (7, None),
    "ppoll": (271, 73),
    "select": (23, None),
    "pselect6": (270, 72),
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115),
    "nanosleep": (35, 101),
    "gettimeofday": (96, 169),
    "time": (201, None),
    "times": (100, 153),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "rt_sigpending": (127, 136),
    "rt_sigtimedwait": (128, 137),
    "sigaltstack": (131, 132),
    "restart_syscall": (219, 128),
    "setitimer": (38, 103),
    "getitimer": (36, 102),
    "alarm": (37, None),
    "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123),
    "sched_setaffinity": (203, 122),
    "sched_getparam": (143, 121),
    "sched_getscheduler": (145, 120),
    "sched_get_priority_max": (146, 125),
    "sched_get_priority_min": (147, 126),
    "getcpu": (309, 168),
    "getpriority": (140, 141),
    "getcwd": (79, 17),
    "getrandom": (318, 278),
    "getpid": (39, 172),
    "gettid": (186, 178),
    "getppid": (110, 173),
    "getuid": (102, 174),
    "geteuid": (107, 175),
    "getgid": (104, 176),
    "getegid": (108, 177),
    "uname": (63, 160),
    "sysinfo": (99, 179),
    "getrusage": (98, 165),
    "getrlimit": (97, 163),
    "set_robust_list": (273, 99),
    "get_robust_list": (274, 100),
    "rseq": (334, 293),
    "set_tid_address": (218, 96),
    "membarrier": (324, 283),
    "msync": (26, 227),
    "mincore": (27, 232),
    "mlock": (149, 228),
    "munlock": (150, 229),
    "get_mempolicy": (239, 236),
    "arch_prctl": (158, None),
    "epoll_create1": (291, 20),
    "epoll_ctl": (233, 21),
    "epoll_pwait": (281, 22),
    "epoll_wait": (232, None),
    "eventfd2": (290, 19),
    "pipe2": (293, 59),
    "dup": (32, 23),
    "dup2": (33, None),
    "dup3": (292, 24),
    "close_range": (436, 436),
    "memfd_create": (319, 279),
    "ftruncate": (77, 46),
    "fallocate": (285, 47),
    "fadvise64": (221, 223),
    "fsync": (74, 82),
    "fdatasync": (75, 83),
    "flock": (73, 32),
    "exit": (60, 93),
    "exit_group": (231, 94),
}

#: Files by their names, and control of devices: for those who may open any.
FILES: dict[str, Numbers] = {
    "open": (2, None),
    "openat": (257, 56),
    "stat": (4, None),
    "lstat": (6, None),
    "statx": (332, 291),
    "access": (21, None),
    "faccessat": (269, 48),
    "faccessat2": (439, 439),
    "readlink": (89, None),
    "readlinkat": (267, 78),
    "getdents64": (217, 61),
    "unlink": (87, None),
    "unlinkat": (263, 35),
    "truncate": (76, 45),
    "ioctl": (16, 29),
    "umask": (95, 166),
}

#: Whole trees of files: for those who keep folders.
FOLDERS: dict[str, Numbers] = {
    "mkdir": (83, None),
    "mkdirat": (258, 34),
    "rmdir": (84, None),
    "rename": (82, None),
    "renameat": (264, 38),
    "renameat2": (316, 276),
    "link": (86, None),
    "linkat": (265, 37),
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "utimensat": (280, 88),
    "statfs": (137, 43),
    "fstatfs": (138, 44),
}

#: Sockets, and threads that give way to others: for those who work as long as a network lasts.
NETWORK: dict[str, Numbers] = {
    "socket": (41, 198),
    "socketpair": (53, 199),
    "connect": (42, 203),
    "bind": (49, 200),
    "listen": (50, 201),
    "accept": (43, 202),
    "accept4": (288, 242),
    "getsockname": (51, 204),
    "getpeername": (52, 205),
    "setsockopt": (54, 208),
    "getsockopt": (55, 209),
    "sendto": (44, 206),
    "recvfrom": (45, 207),
    "sendmsg": (46, 211),
    "recvmsg": (47, 212),
    "sendmmsg": (307, 269),
    "recvmmsg": (299, 243),
    "shutdown": (48, 210),
    "setpriority": (141, 140),
}

_CLONE_THREAD = 0x00010000
_SET_NAME = 15  # PR_SET_NAME
#: Calls that can do more than they should.
CONDITIONAL: dict[str, tuple[Numbers, tuple[Condition, ...]]] = {
    # Threads, never processes. clone3 hides its flags in memory; libc falls back to this one.
    "clone": ((56, 220), (Condition(0, "has", _CLONE_THREAD),)),
    # Signals to its own threads, as `abort` sends them.
    "tgkill": ((234, 131), (Condition(0, "is", "own process"),)),
    "prctl": ((157, 167), (Condition(0, "is", _SET_NAME),)),
    # Reading its own limits; root could raise them.
    "prlimit64": (
        (302, 261),
        (Condition(0, "is", 0), Condition(2, "is", 0), Condition(2, "is", 0, upper=True)),
    ),
}
