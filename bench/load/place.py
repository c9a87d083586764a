"""The city that is put under load: processes of `habeas run`, and their memory."""

from __future__ import annotations

import contextlib
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import httpx
import pytest

from habeas.deploy import installation, sample
from habeas.deploy.installation import Installation
from habeas.office import keys as office_keys
from habeas.office import publish
from habeas.office.client import OfficerClient
from habeas.tlog.client import LogClient
from tests.service.tlog import servers

_OFFICE = "licensing-office"
#: Fills the portal's tables, with its Django, in a process of its own.
_FILL = """
import sys
from habeas.portal.site import setup
setup.start()
from bench.growth import rows
from bench.load.place import stored
rows.fill_portal(0, [], "", int(sys.argv[1]), stored())
"""


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """A server of our own, as libpq reaches it; nothing where it is not installed."""
    running = servers.postgres()
    try:
        server = running.__enter__()
    except pytest.skip.Exception:
        yield ""
        return
    try:
        yield f"host={server.folder} user=habeas dbname=postgres"
    finally:
        running.__exit__(None, None, None)


class Place:
    """See the module.

    Args:
        folder: for everybody's files.
        database: of the portal; empty for SQLite.
        officers: how many, each with a key of their own.
    """

    def __init__(self, folder: Path, database: str, officers: int) -> None:
        if database:
            os.environ["HABEAS_DATABASE"] = database
        else:
            os.environ.pop("HABEAS_DATABASE", None)
        self.folder = folder
        self.city: Installation = installation.install(folder / "city", free_ports=True)
        self._running: list[subprocess.Popen[bytes]] = []
        self._officers = [sample.OFFICER, *(f"officer-{each}" for each in range(2, officers + 1))]

    def __enter__(self) -> Self:
        said = (self.folder / "said.log").open("ab")
        for each in self.city.processes():
            environment = {**os.environ, **(each.environment or {})}
            self._running.append(
                subprocess.Popen(each.command, env=environment, stdout=said, stderr=said)
            )
        deadline = time.monotonic() + 300
        while not self._lives(self.city.log_url):
            assert time.monotonic() < deadline, "the log does not start"
            time.sleep(0.2)
        installation.announce(self.city)
        self._enrol()
        while not self._lives(self.city.portal_url):
            assert time.monotonic() < deadline, (self.folder / "said.log").read_text()[-2000:]
            time.sleep(0.2)
        return self

    def __exit__(self, *_: object) -> None:
        os.environ.pop("HABEAS_DATABASE", None)
        for each in self._running:
            each.terminate()
        for each in self._running:
            each.wait()

    def _lives(self, url: str) -> bool:
        try:
            return httpx.get(f"{url}/readyz", trust_env=False, timeout=30).status_code == 200
        except httpx.HTTPError:
            return False

    def fill(self, count: int) -> None:
        """Have so many applications, and all that comes with them, stored before."""
        if count:
            environment = {**os.environ, "HABEAS_DATA": str(self.city.folder / "portal")}
            subprocess.run([sys.executable, "-c", _FILL, str(count)], env=environment, check=True)

    def _enrol(self) -> None:
        """Put the officers on the roster, whose first one the sample has made."""
        office, words = self.city.office(_OFFICE), self.city.words[_OFFICE]
        keys = office_keys.load(office.folder, _OFFICE, words.office)
        today = datetime.now(UTC).date().isoformat()
        with LogClient(self.city.log_url) as log:
            for each in self._officers[1:]:
                _, entry = publish.enrol(
                    office, keys, each, words.officer, today, secrets.token_bytes
                )
                log.append(entry.encode())

    def officer(self, number: int) -> OfficerClient:
        """The program of the officer with that number, from 0 on; not signed in yet."""
        office = self.city.office(_OFFICE)
        person = office.person(self._officers[number])
        return OfficerClient(
            self.city.portal_url, person, office.memberships(person.credential),
            self.city.words[_OFFICE].officer,
        )  # fmt: skip

    def owes(self) -> bool:
        """Whether an entry waits for the log, or a deposit for its trustee."""
        try:
            said = httpx.get(f"{self.city.portal_url}/readyz", trust_env=False, timeout=60).json()
        except (httpx.HTTPError, ValueError):
            return True
        return bool(said.get("owed") or said.get("pending_deposits"))

    def memory(self) -> int:
        """Bytes of all processes that are nobody else's (proportional, proc_pid_smaps_rollup)."""
        parents = {each.pid for each in self._running}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                fields = stat.read_text().rpartition(")")[2].split()
                if int(fields[1]) in parents:
                    parents.add(int(stat.parent.name))
        found = 0
        for pid in parents:
            with contextlib.suppress(OSError):
                text = Path(f"/proc/{pid}/smaps_rollup").read_text()
                found += 1024 * int(text.partition("\nPss:")[2].split()[0])
        return found


class Sample:
    """Bytes like those of a real case and photo, which nobody opens."""

    answers, pointer, promise = bytes(1500), bytes(1700), bytes(3000)


def stored() -> Sample:
    """For `bench.growth.rows`."""
    return Sample()
