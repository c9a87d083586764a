"""What a confined process may still do, and giving up the rest.

On Linux with Landlock and seccomp: no file but those named, no network, no program, no
process, no new privileges, bounded memory and files. Older kernels hold less;
`Confinement.open_doors` says what they leave open, and so does the log of who asked.
"""

from __future__ import annotations

import ctypes
import resource
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from habeas.confined import _landlock, _seccomp

_PR_SET_NO_NEW_PRIVS = 38
_CLONE_NEWNET = 0x40000000
_CLONE_NEWUSER = 0x10000000


@dataclass(frozen=True)
class Rights:
    """What a process keeps.

    Attributes:
        memory: bytes of address space; with a driver, of private memory that can be written.
        file_size: bytes that any file it writes may reach; 0 forbids writing.
        open_files: file descriptors.
        read: files and folders that may be opened for reading.
        write: files that may be written too; they exist already. In folders named here, files
            may be made and removed.
        keep: folders in which files and folders may be made, linked, renamed and removed.
        network: whether it reaches the network.
        driver: whether a GPU's driver works in this process, which opens files and makes calls
            of its own: then it keeps both, and loses the network, memory and files beyond bounds.
    """

    memory: int
    file_size: int = 0
    open_files: int = 32
    read: Sequence[Path] = ()
    write: Sequence[Path] = ()
    keep: Sequence[Path] = ()
    network: bool = False
    driver: bool = False

    @property
    def opens(self) -> bool:
        """Whether it may open any file."""
        return bool(self.read or self.write or self.keep or self.driver)


@dataclass(frozen=True)
class Confinement:
    """What holds a process that has given up its rights.

    Attributes:
        landlock: the version of the kernel's interface; 0 if it has none.
        seccomp: whether only a decoder's system calls remain.
        own_network: whether it is in a network of its own, for want of seccomp.
        opens: whether it may open any file.
        threads: threads that it had by then, itself included: Landlock binds only the
            calling one, and those that are started later.
        network: whether it keeps the network, as it has to.
    """

    landlock: int
    seccomp: bool
    own_network: bool
    opens: bool
    threads: int = 1
    network: bool = False

    @property
    def open_doors(self) -> tuple[str, ...]:
        """What is open that need not be, for want of a kernel or for a driver."""
        landlock = self.landlock > 0 and self.threads == 1
        held = {
            "files": landlock or (self.seccomp and not self.opens),
            "network": self.seccomp or self.own_network or self.network,
            "programs": self.seccomp or landlock,
        }
        return tuple(door for door, shut in held.items() if not shut)


def confine(rights: Rights) -> Confinement:
    """Confine this process to *rights*, for good.

    Raises:
        OSError: a file that *rights* name does not exist.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    threads = sum(1 for _ in Path("/proc/self/task").iterdir())
    # CUDA's driver reserves more addresses than any machine has memory, and writes to few.
    memory = resource.RLIMIT_DATA if rights.driver else resource.RLIMIT_AS
    limits = {
        memory: rights.memory,
        resource.RLIMIT_FSIZE: rights.file_size,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: rights.open_files,
    }
    for kind, wanted in limits.items():
        # Never more than what the process was given.
        _, hard = resource.getrlimit(kind)
        limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(kind, (limit, limit))
    landlock, seccomp, own_network = 0, False, False
    if not rights.driver:
        landlock = _landlock.restrict(
            read=rights.read, write=rights.write, keep=rights.keep, network=rights.network
        )
        seccomp = _seccomp.restrict(
            files=rights.opens, folders=bool(rights.keep), network=rights.network
        )
    if not (seccomp or rights.network):
        # A network of its own has no way out. As root it is had at once; others need a user
        # namespace, which some systems forbid.
        own_network = (
            libc.unshare(_CLONE_NEWNET) == 0 or libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0
        )
    return Confinement(landlock, seccomp, own_network, rights.opens, threads, rights.network)
