"""A party's machine: a namespace, a user, a disk of its own, and the processes that run there."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from habeas.faces import assets
from tests.ops import disks
from tests.ops.authority import Authority
from tests.ops.network import Network, address
from tests.waiting import PATIENCE_SECONDS

#: Caddy in front of a service of the same machine, to which it speaks TLS, too.
_FRONT = """{{
\tadmin off
\tauto_https off
}}
https://{address} {{
\ttls {certificate} {key}
\treverse_proxy https://{address}:{port}
}}
"""
#: A Python that every user of this machine can run: this one, or Debian's of its minor release.
PYTHON = Path(sys.executable)
if not all(each.stat().st_mode & 0o001 for each in PYTHON.resolve().parents):
    PYTHON = Path(f"/usr/bin/python3.{sys.version_info.minor}")
HABEAS = [str(PYTHON), "-m", "habeas.cli"]
_FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")


class Machine:
    """One party's.

    Args:
        network: that it is connected to.
        folder: of the whole city; the machine's disk is mounted below.
        name: its name.
        number: of its address.
        megabytes: of its disk, which is in memory.
        authority: whose certificates it trusts.

    Attributes:
        disk: the party's folder.
        clock: seconds by which its clock is wrong, for processes that are started from now on.
    """

    def __init__(
        self, network: Network, folder: Path, name: str, number: int, authority: Authority,
        megabytes: int = 256,
    ) -> None:  # fmt: skip
        self.name, self.number, self.user = name, number, 62_000 + number
        self.address = address(number)
        self._network, self._authority, self._folder = network, authority, folder
        self._space = network.add(name, number)
        self.disk = folder / name
        self.disk.mkdir()
        disks.mount(self.disk, megabytes, self.user, self.user)
        self.clock = 0
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._commands: dict[str, tuple[Sequence[str], Mapping[str, str]]] = {}

    @property
    def can_be_wrong(self) -> bool:
        """Whether its clock can be: by Debian's faketime."""
        return _FAKETIME.exists()

    # Processes ----------------------------------------------------------------------------

    @property
    def environment(self) -> dict[str, str]:
        """Of every process: nothing of whoever tests but where programs are."""
        return {
            "PATH": os.environ["PATH"], "HOME": str(self.disk), "LANG": "C.UTF-8",
            "SSL_CERT_FILE": str(self._authority.file), "TMPDIR": str(self.disk),
            # What this test has, whichever Python runs it; nobody writes there.
            "PYTHONPATH": os.pathsep.join(each for each in sys.path if "packages" in each),
            "PYTHONDONTWRITEBYTECODE": "1", "HABEAS_ASSETS": str(assets.folder()),
        }  # fmt: skip

    def inside(self, command: Sequence[str]) -> list[str]:
        """*command* as it is run there, by the party's user, who gains no other rights."""
        user = ["setpriv", f"--reuid={self.user}", f"--regid={self.user}", "--clear-groups"]
        clock = []
        if self.clock:
            # For the party's own program alone: what root runs before would make its semaphore.
            clock = ["env", f"LD_PRELOAD={_FAKETIME}", f"FAKETIME={self.clock:+d}s"]
            clock += ["DONT_FAKE_MONOTONIC=1", "FAKETIME_NO_CACHE=1"]
        return ["ip", "netns", "exec", self._space, *user, "--no-new-privs", *clock, *command]

    def run(self, *command: str, **environment: str) -> str:
        """Run a command to its end; gives what it printed."""
        done = subprocess.run(
            self.inside(command), env=self.environment | environment, cwd=self.disk,
            capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS,
        )  # fmt: skip
        assert done.returncode == 0, f"{command}: {done.stdout[-1500:]}{done.stderr[-3000:]}"
        return done.stdout

    def start(self, name: str, command: Sequence[str], **environment: str) -> None:
        """Start a service; it is known by *name* from then on."""
        self._commands[name] = command, environment
        with (self._folder / f"{self.name}-{name}.log").open("ab") as said:
            self._running[name] = subprocess.Popen(
                self.inside(command), env=self.environment | environment, cwd=self.disk,
                stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True,
            )  # fmt: skip

    def again(self, *names: str) -> None:
        """Start services that have ended, or all, as they were started before."""
        for name in names or tuple(self._commands):
            if name not in self._running:
                command, environment = self._commands[name]
                self.start(name, command, **environment)

    def kill(self, *names: str, by: signal.Signals = signal.SIGKILL) -> None:
        """End services, or all, with whatever they have started; nothing is said to them before."""
        for name in names or tuple(self._running):
            process = self._running.pop(name)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, by)
            process.wait(timeout=PATIENCE_SECONDS)

    def pause(self, name: str, *, off: bool) -> None:
        """Let a service stand still, or go on."""
        os.killpg(self._running[name].pid, signal.SIGSTOP if off else signal.SIGCONT)

    def serve(self, name: str, command: Sequence[str], port: int, **environment: str) -> None:
        """Start a service that speaks TLS at that port, and the server in front of it."""
        certificate, key = self._authority.certify(self.disk, self.address)
        own = ["--host", self.address, "--port", str(port)]
        own += ["--certificate", str(certificate), "--certificate-key", str(key)]
        self.own()
        self.start(name, [*command, *own], **environment)
        file = self.disk / "Caddyfile"
        file.write_text(
            _FRONT.format(address=self.address, certificate=certificate, key=key, port=port)
        )
        self.own()
        self.start("tls", ["caddy", "run", "--config", str(file), "--adapter", "caddyfile"])

    # Disk and cable -----------------------------------------------------------------------

    def own(self) -> None:
        """All on its disk is the party's."""
        for path in (self.disk, *self.disk.rglob("*")):
            os.chown(path, self.user, self.user, follow_symlinks=False)

    def full(self) -> contextlib.AbstractContextManager[Callable[[], None]]:
        """Leave no room on the disk (`disks.full`)."""
        return disks.full(self.disk)

    @contextlib.contextmanager
    def unplugged(self) -> Iterator[None]:
        """Take its cable out, and put it in again whatever comes."""
        self._network.cut(self.number, off=True)
        try:
            yield
        finally:
            self._network.cut(self.number, off=False)

    def close(self) -> None:
        """End all, and let go of the disk."""
        try:
            self.kill()
        finally:
            disks.unmount(self.disk)
