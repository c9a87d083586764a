"""What a recorder may still do once it records: reach its network, and keep its recordings.

A camera's stream is a stranger's file that never ends, and it is parsed and decoded in the
recorder's own process: uncovered pictures leave it in no way, not even to a worker. So that
process itself gives up what it does not need: programs, other processes, and all files but its
code, its models and its recordings. What stays within its reach is said in docs/footage.md.
"""

from __future__ import annotations

import sys
from pathlib import Path

import habeas
from habeas.cameras.played import is_file
from habeas.confined import Confinement, Rights, confine
from habeas.faces import assets

#: Bytes of address space, and of one file: a segment of six seconds has some megabytes.
_MEMORY, _FILE = 12 * 1024**3, 2 * 1024**3
_OPEN_FILES = 1024
#: The same of each camera beyond the first: stacks of its threads, and what its frames take.
_MEMORY_MORE, _OPEN_FILES_MORE = 2 * 1024**3, 16
#: Libraries, names of hosts and certificates, processors and time zones; nobody's data.
_SYSTEM = (
    "/usr", "/lib", "/lib64", "/sys/devices", "/sys/bus/pci", "/run/systemd/resolve",
    *(f"/dev/{each}" for each in ("null", "random", "urandom")),
    *(f"/proc/{each}" for each in ("self", "cpuinfo", "meminfo", "stat", "sys/kernel/random")),
    *(f"/etc/{each}" for each in (
        "ssl", "pki", "ca-certificates", "hosts", "host.conf", "resolv.conf", "nsswitch.conf",
        "gai.conf", "services", "localtime", "timezone", "ld.so.cache", "passwd",
    )),
)  # fmt: skip
_WRITTEN = ("/dev/null",)


def confine_recorder(recordings: Path, *urls: str, gpu: bool) -> Confinement:
    """Confine this process for good; call it before it has threads.

    Args:
        recordings: the folder that it keeps; it exists.
        urls: of its cameras; those that are files stay readable.
        gpu: a driver works in this process, which needs more.
    """
    # The first place is where the command was started, or its own folder.
    code = [sys.prefix, sys.base_prefix, *sys.path[1:], *habeas.__path__]
    # Models may be links to where they lie.
    models = assets.folder()
    read = [models, *models.glob("*"), *(Path(each) for each in (*_SYSTEM, *code) if each)]
    read += [Path(each) for each in urls if is_file(each)]
    more = max(0, len(urls) - 1)
    return confine(
        Rights(
            memory=_MEMORY + more * _MEMORY_MORE,
            file_size=_FILE,
            open_files=_OPEN_FILES + more * _OPEN_FILES_MORE,
            read=[each for each in read if each.exists()],
            write=[Path(each) for each in _WRITTEN],
            keep=[recordings],
            network=True,
            driver=gpu,
        )
    )
