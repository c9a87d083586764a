"""Linux network namespaces: one for each party, on one bridge; names and addresses are ours alone.

The bridge lies in a namespace of its own, which the thread that tests enters: nothing of it is
seen on the machine's own network.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

_CLONE_NEWNET = 0x40000000
_LIBC = ctypes.CDLL(None, use_errno=True)
#: The address of whoever tests, on the bridge.
TESTER = "10.77.0.1"


def address(number: int) -> str:
    """The address of the party with that number, 2 to 254."""
    return f"10.77.0.{number}"


class Network:
    """Namespaces of this test's own."""

    def __init__(self) -> None:
        self._names: list[str] = []

    def add(self, name: str, number: int) -> str:
        """A namespace for a party; gives its name for `ip netns exec`."""
        space = f"habeas-{os.getpid()}-{name}"
        _ip("netns", "add", space)
        self._names.append(space)
        ours, theirs = f"h{number}", "eth0"
        _ip("link", "add", ours, "type", "veth", "peer", "name", theirs, "netns", space)
        _ip("link", "set", ours, "master", "bridge", "up")
        inside = ("netns", "exec", space, "ip")
        _ip(*inside, "address", "add", f"{address(number)}/24", "dev", theirs)
        _ip(*inside, "link", "set", theirs, "up")
        _ip(*inside, "link", "set", "lo", "up")
        # In its own namespace no user needs a right for the port of HTTPS.
        _ip("netns", "exec", space, "sysctl", "-qw", "net.ipv4.ip_unprivileged_port_start=0")
        return space

    def cut(self, number: int, *, off: bool) -> None:
        """Take a party's cable out, or put it in again."""
        _ip("link", "set", f"h{number}", "down" if off else "up")

    def close(self) -> None:
        """Remove the namespaces."""
        for each in self._names:
            _ip("netns", "delete", each)


@contextlib.contextmanager
def network() -> Iterator[Network]:
    """A bridge that this thread, and those that it starts, can reach."""
    if os.getuid() or shutil.which("ip") is None:
        pytest.skip("network namespaces need root, and ip (Debian's iproute2)")
    with Path("/proc/thread-self/ns/net").open("rb") as before:
        if _LIBC.unshare(_CLONE_NEWNET):
            pytest.skip(f"no network namespaces here: {os.strerror(ctypes.get_errno())}")
        made = Network()
        try:
            _ip("link", "set", "lo", "up")
            _ip("link", "add", "bridge", "type", "bridge")
            _ip("address", "add", f"{TESTER}/24", "dev", "bridge")
            _ip("link", "set", "bridge", "up")
            yield made
        finally:
            try:
                made.close()
            finally:
                # Whatever is left: this thread goes on to other tests.
                returned = _LIBC.setns(before.fileno(), _CLONE_NEWNET)
            assert returned == 0


def _ip(*arguments: str) -> None:
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"ip {' '.join(arguments)}: {done.stderr}"
