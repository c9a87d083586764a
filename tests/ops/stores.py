"""What the city's IT runs for its parties: an object store, and PostgreSQL with a standby."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from habeas.deploy import addresses
from tests.ops import disks
from tests.ops.authority import Authority
from tests.ops.machine import Machine
from tests.ops.network import Network, address
from tests.waiting import PATIENCE_SECONDS, until

#: Of each PostgreSQL: far more than a city of tests writes.
_DISK_MEGABYTES = 1024


class ObjectStore:
    """SeaweedFS on a machine of its own."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        ports = addresses.free_ports(8)
        self.endpoint = f"http://{machine.address}:{ports[3]}"
        weed = Path(sys.executable).with_name("weed")
        if not weed.exists():
            pytest.skip("SeaweedFS is not installed (make setup-dev)")
        command = [
            str(weed), "server", f"-dir={machine.disk}", f"-ip={machine.address}",
            "-ip.bind=0.0.0.0", "-s3", "-volume.max=100", "-master.volumeSizeLimitMB=64",
            "-master.telemetry=false", "-s3.port.iceberg=0", "-s3.port.lance=0",
        ]  # fmt: skip
        # Its servers talk through sockets in /tmp that are named by their ports, whatever the
        # namespace: of two cities at one port, one would write into the store of the other.
        servers = ("master", "volume", "filer", "s3")
        for name, http, grpc in zip(servers, ports[:4], ports[4:], strict=True):
            command += [f"-{name}.port={http}", f"-{name}.port.grpc={grpc}"]
        machine.start("weed", command)
        until(self._made, "the object store", pause=0.5)

    def _made(self) -> bool:
        try:
            httpx.put(f"{self.endpoint}/log", trust_env=False, timeout=5)
            said = httpx.put(f"{self.endpoint}/log/ready", content=b"ready", trust_env=False)
        except httpx.HTTPError:
            return False
        return said.is_success

    def stop(self) -> None:
        """Kill it."""
        self._machine.kill("weed")

    def start(self) -> None:
        """Start it again, over what it has kept."""
        self._machine.again("weed")
        until(self._made, "the object store", pause=0.5)


class Cluster:
    """A PostgreSQL, and a standby that has each commit before it counts; TLS by the authority."""

    def __init__(self, net: Network, folder: Path, authority: Authority) -> None:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
        if not found:
            pytest.skip("PostgreSQL is not installed (bin/install-test-packages)")
        self._bin, self._folder, self._authority = found[0], folder, authority
        self._spaces = {number: net.add(f"db-{number}", number) for number in (4, 5)}
        self._places = {number: folder / f"postgres-{number}" for number in (4, 5)}
        for place in self._places.values():
            place.mkdir(mode=0o700)
            shutil.chown(place, "postgres", "postgres")
            (place / "data").mkdir()
            user = pwd.getpwnam("postgres")
            disks.mount(place / "data", _DISK_MEGABYTES, user.pw_uid, user.pw_gid)
        self.primary = 4

    def found(self) -> None:
        """Make both, with a database for the portal and one for the log."""
        data = self._places[4] / "data"
        self._run(4, "initdb", "-D", data, "-A", "trust", "-U", "habeas", "-N")
        with (data / "pg_hba.conf").open("a") as rules:
            rules.write("hostssl all all 10.77.0.0/24 trust\n")
            rules.write("hostssl replication all 10.77.0.0/24 trust\n")
        self._certify(4)
        self.start()
        with self.connect() as connection:
            for name in ("portal", "log"):
                connection.execute(f"CREATE DATABASE {name} OWNER habeas")
        self._follow()

    def _certify(self, number: int) -> None:
        data = self._places[number] / "data"
        for file in self._authority.certify(data, address(number)):
            shutil.chown(file, "postgres", "postgres")

    def _run(self, number: int, program: str, *arguments: object) -> None:
        command = ["ip", "netns", "exec", self._spaces[number], "setpriv", "--reuid=postgres"]
        command += ["--regid=postgres", "--clear-groups", str(self._bin / program)]
        done = subprocess.run(
            [*command, *map(str, arguments)], cwd=self._places[number], text=True, check=False,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=PATIENCE_SECONDS,
            env={**os.environ, "HOME": str(self._places[number])},
        )  # fmt: skip
        assert done.returncode == 0, f"{program}: {done.stderr}"

    def _follow(self) -> None:
        """Make the standby, and have each commit wait for it."""
        source = f"host={address(4)} user=habeas sslmode=require"
        self._run(
            5,
            "pg_basebackup",
            "-d",
            source,
            "-D",
            self._places[5] / "data",
            "-R",
            "-N",
            "-c",
            "fast",
        )
        self._certify(5)
        self.start(5)
        with self.connect() as connection:
            connection.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
            connection.execute("SELECT pg_reload_conf()")

    def start(self, number: int | None = None) -> None:
        """Start the primary, or the one with that number."""
        number = number or self.primary
        place = self._places[number]
        options = (
            f"-c listen_addresses={address(number)} -k {place} -c ssl=on"
            " -c ssl_cert_file=tls.pem -c ssl_key_file=tls.key -c fsync=on -c max_connections=200"
        )
        self._run(
            number, "pg_ctl", "-D", place / "data", "-w", "-l", place / "server.log", "-o", options,
            "start",
        )  # fmt: skip

    def stop(self, number: int | None = None) -> None:
        """End it at once, as if the machine had lost its power."""
        number = number or self.primary
        place = self._places[number]
        self._run(number, "pg_ctl", "-D", place / "data", "-m", "immediate", "-w", "stop")

    @property
    def runs(self) -> bool:
        """Whether the primary takes commands."""
        try:
            with self.connect() as connection:
                connection.execute("SELECT 1")
        except psycopg.Error:
            return False
        return True

    def full(self) -> contextlib.AbstractContextManager[Callable[[], None]]:
        """Leave no room on the primary's disk (`disks.full`)."""
        return disks.full(self._places[self.primary] / "data")

    def begin_a_file(self) -> None:
        """Have it go on in a new file of its write-ahead log, as it does every 16 MB."""
        with contextlib.suppress(psycopg.Error), self.connect() as connection:
            connection.execute("SELECT pg_logical_emit_message(true, 'tests', 'anything')")
            connection.execute("SELECT pg_switch_wal()")

    @contextlib.contextmanager
    def without_checkpoints(self) -> Iterator[None]:
        """It has a file of its write-ahead log before it, and makes no checkpoint meanwhile.

        On a full disk it gives up where it needs another one, or where a checkpoint does.
        """
        self._set("ALTER SYSTEM SET checkpoint_timeout = '1d'")
        self.begin_a_file()
        try:
            yield
        finally:
            if not self.runs:
                self.start()
            self._set("ALTER SYSTEM RESET checkpoint_timeout")

    def _set(self, setting: str) -> None:
        def done() -> bool:
            # One that has just been started takes nobody for a moment.
            with contextlib.suppress(psycopg.OperationalError), self.connect() as connection:
                for each in (setting, "SELECT pg_reload_conf()", "CHECKPOINT"):
                    connection.execute(each)
                return True
            return False

        until(done, setting, pause=0.5)

    def fail_over(self) -> None:
        """The primary is lost; the standby takes its place, and waits for nobody."""
        self.stop()
        self.primary = 5
        with (self._places[5] / "data" / "postgresql.auto.conf").open("a") as settings:
            settings.write("synchronous_standby_names = ''\n")
        self._run(5, "pg_ctl", "-D", self._places[5] / "data", "-w", "promote")

    def dump(self, name: str, file: Path) -> None:
        """A copy of one database."""
        place = self._places[self.primary]
        copy = place / "copy"
        self._run(self.primary, "pg_dump", "-Fc", "-h", place, "-U", "habeas", "-f", copy, name)
        copy.replace(file)

    def restore(self, name: str, file: Path) -> None:
        """Put a copy in a database's place."""
        place = self._places[self.primary]
        with self.connect() as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {name} OWNER habeas")
        copy = place / "copy"
        file.replace(copy)
        shutil.chown(copy, "postgres", "postgres")
        self._run(self.primary, "pg_restore", "-h", place, "-U", "habeas", "-d", name, copy)

    def connect(self, name: str = "postgres") -> psycopg.Connection:
        """As its administrator."""
        return psycopg.connect(
            host=str(self._places[self.primary]), user="habeas", dbname=name, autocommit=True
        )

    def dsn(self, name: str) -> str:
        """How a party reaches its database: whichever of the two takes writes."""
        return (
            f"host={address(4)},{address(5)} target_session_attrs=read-write connect_timeout=5"
            f" sslmode=verify-full sslrootcert={self._authority.file} user=habeas dbname={name}"
        )

    def close(self) -> None:
        """End both."""
        for number in (4, 5):
            with contextlib.suppress(AssertionError, OSError):
                self.stop(number)
            disks.unmount(self._places[number] / "data")
