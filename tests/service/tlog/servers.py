"""Real servers for the log's storages: Debian's PostgreSQL, and SeaweedFS for S3."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

import pytest

from habeas.deploy.addresses import free_ports
from tests.waiting import until

__all__ = ["Postgres", "bucket", "free_ports", "postgres"]


def _find_postgres():
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / "initdb").exists():
            return folder
    return pytest.skip("PostgreSQL is not installed (bin/install-test-packages)")


class Postgres:
    """A cluster of its own in *folder*, on a socket there; it can be stopped and started."""

    def __init__(self, folder):
        self.bin = _find_postgres()
        self.folder = folder
        self.as_user = []
        if os.getuid() == 0:
            # PostgreSQL will not run as root; Debian's package has made its user.
            shutil.chown(folder, "postgres")
            self.as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        self.data = folder / "data"
        self._run("initdb", "-D", self.data, "-A", "trust", "-U", "habeas", "-N")
        self.dsn = f"host={folder} user=habeas dbname=postgres"

    def _run(self, program, *arguments):
        command = [*self.as_user, str(self.bin / program), *map(str, arguments)]
        subprocess.run(command, check=True, cwd=self.folder, capture_output=True, timeout=600)

    def start(self):
        options = f"-c listen_addresses='' -k {self.folder}"
        self._run(
            "pg_ctl",
            "-D",
            self.data,
            "-w",
            "-l",
            self.folder / "server.log",
            "-o",
            options,
            "start",
        )

    def stop(self):
        self._run("pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop")


@contextlib.contextmanager
def postgres():
    # Not below pytest's folders: those are closed to other users, and so to PostgreSQL's.
    with tempfile.TemporaryDirectory(prefix="habeas-pg-", ignore_cleanup_errors=True) as folder:
        server = Postgres(Path(folder))
        server.start()
        try:
            yield server
        finally:
            with contextlib.suppress(subprocess.CalledProcessError):
                server.stop()


@contextlib.contextmanager
def bucket(folder):
    """An S3 server; gives the options for obstore's S3Store."""
    weed = Path(sys.executable).with_name("weed")
    if not weed.exists():
        pytest.skip("SeaweedFS is not installed (make setup-dev)")
    ports = free_ports(8)
    command = [
        weed, "server", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
        f"-master.port={ports[0]}", f"-volume.port={ports[1]}", f"-filer.port={ports[2]}",
        "-s3", f"-s3.port={ports[3]}", "-volume.max=20", "-master.volumeSizeLimitMB=64",
        "-master.telemetry=false", "-s3.port.iceberg=0", "-s3.port.lance=0",
    ]  # fmt: skip
    # gRPC ports are the HTTP ports + 10000, unless named.
    servers = ("master", "volume", "filer", "s3")
    command += [f"-{name}.port.grpc={port}" for name, port in zip(servers, ports[4:], strict=True)]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [str(each) for each in command], stdout=log, stderr=log, start_new_session=True
        )
    try:
        endpoint = f"http://127.0.0.1:{ports[3]}"
        _make_bucket(endpoint, process)
        yield {"endpoint": endpoint, "bucket": "log", "region": "us-east-1"}
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _make_bucket(endpoint, process):
    """Wait until the server takes objects."""

    def made():
        assert process.poll() is None, "SeaweedFS has ended"
        try:
            for path, body in (("log", None), ("log/ready", b"ready")):
                request = urllib.request.Request(f"{endpoint}/{path}", data=body, method="PUT")  # noqa: S310
                with (
                    contextlib.suppress(urllib.error.HTTPError)
                    if body is None
                    else (contextlib.nullcontext())
                ):
                    urllib.request.urlopen(request, timeout=5).close()  # noqa: S310
        except OSError:
            return False
        return True

    until(made, "SeaweedFS", pause=0.3)
