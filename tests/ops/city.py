"""The parties of a city, each on a machine of its own, as `tests.ops.machine` has it.

.2       the server in front (the shipped Caddyfile), and the certificate that people see
.3       the object store, behind a relay of the tester's that can be slow, or half work
.4, .5   PostgreSQL, and its standby
.6, .7   the log, and the log of hours
.11-.14  four trustees: with any two opening, one may be away (protocol, *The circle*)
.21, .22 two nodes of the portal, each with a worker
"""

from __future__ import annotations

import contextlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from habeas.deploy import sample
from habeas.deploy.addresses import Addresses
from habeas.deploy.installation import Installation
from habeas.foundation.authorities import authorities
from habeas.office.client import OfficerClient
from habeas.portal.site import folder as portal
from habeas.protocol import Pins, Receipt
from habeas.tlog.client import LogClient
from tests.ops.applicants import NotTakenError
from tests.ops.authority import Authority
from tests.ops.machine import HABEAS, Machine
from tests.ops.network import TESTER, Network, address, network
from tests.ops.stores import Cluster, ObjectStore
from tests.places import ROOT
from tests.service.custody.relay import Relay
from tests.waiting import until

ANSWERS = {
    "full_name": "Анна Example", "date_of_birth": "1979-03-21", "address": "1 Forest Lane",
}  # fmt: skip
NODES = ("node-1", "node-2")


class City:
    """See the module.

    Attributes:
        place: as whoever keeps the office's keys has it.
        machines: by name.
    """

    def __init__(self, net: Network, folder: Path) -> None:
        self.folder = folder
        folder.chmod(0o711)
        self.authority = Authority(folder)
        self.machines: dict[str, Machine] = {}
        self._net = net
        self._parts = contextlib.ExitStack()

    def found(self) -> None:
        """Make all parties, and start them."""
        self.store = ObjectStore(self._machine("store", 3, megabytes=2048))
        self.relay = self._parts.enter_context(Relay(self.store.endpoint, TESTER))
        self.database = Cluster(self._net, self.folder, self.authority)
        self._parts.callback(self.database.close)
        self.database.found()
        self.place = self._ceremony()
        self._start_log()
        self._start_trustees()
        self._start_portal()
        # The authority of the city is none of this machine's.
        self._ssl = authorities.__wrapped__()
        self.http = self._parts.enter_context(self.browser())

    def _machine(self, name: str, number: int, **options: Any) -> Machine:
        made = Machine(self._net, self.folder, name, number, self.authority, **options)
        self.machines[name] = made
        return made

    # Founding -----------------------------------------------------------------------------

    def _ceremony(self) -> Installation:
        """All parties make their keys and agree to one circle, whose addresses are these."""
        home = self.folder / "ceremony"
        home.mkdir(mode=0o700)
        url = {number: f"https://{address(number)}" for number in range(2, 30)}
        desks = {name: f"http://localhost:{8010 + at}" for at, name in enumerate(sample.OFFICES)}
        addresses = Addresses(
            url[2], url[6], tuple(url[11 + each] for each in range(len(sample.TRUSTEES))), desks,
            url[7],
        )  # fmt: skip
        # Not for trying out: its address is one that others reach.
        portal.create(
            home / "portal", portal.Site(portal=url[2]), name="portal.example",
            catalogue=portal.SAMPLE_CATALOGUE,
        )  # fmt: skip
        sample.make(home, addresses)
        return Installation(home, addresses)

    def _bring(self, machine: Machine, name: str) -> Path:
        """A party's folder, on its own disk."""
        folder = machine.disk / "data"
        shutil.copytree(self.place.folder / name, folder)
        machine.own()
        return folder

    @property
    def bucket(self) -> dict[str, str]:
        """How the object store is reached."""
        return {
            "AWS_ENDPOINT": self.relay.url, "AWS_REGION": "us-east-1",
            "AWS_SKIP_SIGNATURE": "true", "AWS_ALLOW_HTTP": "true",
        }  # fmt: skip

    def _start_log(self) -> None:
        log = self._machine("log", 6)
        folder = self._bring(log, "log")
        command = [*HABEAS, "log", "serve", "--data", str(folder)]
        log.serve("log", command, 8001, **self.log_environment)
        # In files of its own, as a small city would have it.
        hours = self._machine("hours-log", 7)
        folder = self._bring(hours, "hours-log")
        hours.serve("log", [*HABEAS, "log", "serve", "--data", str(folder)], 8001)

    @property
    def log_environment(self) -> dict[str, str]:
        """Where the log's state and its public files are."""
        return {
            "HABEAS_LOG_DATABASE": self.database.dsn("log"),
            "HABEAS_LOG_OBJECTS": "s3://log/tiles", **self.bucket,
        }  # fmt: skip

    def _start_trustees(self) -> None:
        for number in range(1, len(sample.TRUSTEES) + 1):
            name = f"trustee-{number}"
            trustee = self._machine(name, 10 + number)
            folder = self._bring(trustee, name)
            command = [*HABEAS, "trustee", "serve", "--data", str(folder)]
            trustee.serve("trustee", command, 8101)

    def _start_portal(self) -> None:
        first, second = (self._machine(name, 21 + at) for at, name in enumerate(NODES))
        folder = self._bring(first, "portal")
        (self.folder / "node").mkdir()
        environment = self.portal_environment
        first.run(*HABEAS, "portal", "migrate", "--data", str(folder), **environment)
        # What the nodes have in common, keys too, is brought to each by its administrator.
        shutil.copytree(folder, second.disk / "data")
        second.own()
        for node in (first, second):
            data = ["--data", str(node.disk / "data")]
            serve = [*HABEAS, "portal", "serve", *data, "--host", node.address, "--workers", "1"]
            certificate, key = self.authority.certify(node.disk, node.address)
            node.own()
            serve += ["--certificate", str(certificate), "--certificate-key", str(key)]
            node.start("web", [*serve, "--proxy", address(2)], **environment)
            node.start("worker", [*HABEAS, "portal", "worker", *data], **environment)
        front = self._machine("front", 2)
        certificate, key = self.authority.certify(front.disk, front.address)
        shipped = (ROOT / "proxy" / "Caddyfile").read_text()
        tls = f"\ttls {certificate} {key}\n\tencode zstd gzip"
        assert "\tencode zstd gzip" in shipped
        (front.disk / "Caddyfile").write_text(shipped.replace("\tencode zstd gzip", tls))
        front.own()
        command = ["caddy", "run", "--config", str(front.disk / "Caddyfile")]
        nodes = " ".join(f"https://{self.machines[name].address}:8000" for name in NODES)
        front.start(
            "tls", [*command, "--adapter", "caddyfile"], HABEAS_SITE=self.place.portal_url,
            HABEAS_PORTAL=nodes,
        )  # fmt: skip

    @property
    def portal_environment(self) -> dict[str, str]:
        """Where the portal's tables and photos are."""
        return {
            "HABEAS_DATABASE": self.database.dsn("portal"), "HABEAS_BLOBS": "s3://log/photos",
            **self.bucket,
        }  # fmt: skip

    def close(self) -> None:
        """End everything, each whatever becomes of the others."""
        with self._parts:
            for each in self.machines.values():
                self._parts.callback(each.close)

    def command(self, party: str, act: str, machine: str) -> list[str]:
        """A command of a party, over its folder."""
        return [*HABEAS, party, act, "--data", str(self.machines[machine].disk / "data")]

    # People -------------------------------------------------------------------------------

    def browser(self) -> httpx.Client:
        """Somebody who trusts the city's authority."""
        return httpx.Client(
            base_url=self.place.portal_url, verify=self._ssl, trust_env=False, timeout=120
        )

    def states(self) -> dict[str, tuple[int, dict[str, str]]]:
        """What each service says of itself: status and problems; 0 where it does not answer."""
        found = {}
        asked = {name: f"https://{each.address}" for name, each in self.machines.items()}
        del asked["store"], asked["front"]
        asked |= {name: f"https://{self.machines[name].address}:8000" for name in NODES}
        with httpx.Client(verify=self._ssl, trust_env=False, timeout=60) as http:
            for name, url in asked.items():
                headers = {"Host": address(2)} if name in NODES else {}
                try:
                    said = http.get(f"{url}/readyz", headers=headers)
                    found[name] = said.status_code, said.json().get("problems", {})
                except (httpx.HTTPError, ValueError) as error:
                    found[name] = 0, {"silent": repr(error)}
        return found

    def green(self) -> None:
        """Wait until every service says that all is well."""
        until(
            lambda: all(status == 200 for status, _ in self.states().values()),
            "all are green", pause=1.0,
        )  # fmt: skip

    def red(self, *names: str, code: str = "") -> None:
        """Wait until these say that something is wrong, or do not answer."""

        def said() -> bool:
            found = self.states()
            return all(
                found[name][0] != 200 and (not code or code in found[name][1]) for name in names
            )

        until(said, f"{names} are red ({code})", pause=1.0)

    def apply(self, photo: bytes) -> tuple[str, Receipt]:
        """Apply with a photo; gives reference and receipt.

        Raises:
            NotTakenError: it was not taken.
            httpx.HTTPError: nobody answered.
        """
        form = {"service": "hunting-licence", "fields": json.dumps(ANSWERS)}
        files = {"photo": ("photo.jpg", photo)}
        answer = self.http.post("/api/applications", data=form, files=files)
        if answer.status_code != httpx.codes.CREATED:
            raise NotTakenError(answer)
        return answer.json()["reference"], Receipt.read(answer.json()["receipt"])

    @contextlib.contextmanager
    def officer(self) -> Iterator[OfficerClient]:
        """An officer at work."""
        client = self.place.officer()
        client._http.close()
        client._http = self.browser()
        with client:
            yield client

    @property
    def pins(self) -> Pins:
        return self.place.pins

    def announce(self) -> None:
        """The offices put their rosters on the log."""
        with LogClient(self.place.log_url) as log:
            for name in sample.OFFICES:
                owed = self.place.office(name).owed()
                if owed is not None:
                    log.append(owed)
                    self.place.office(name).logged()


@contextlib.contextmanager
def city() -> Iterator[City]:
    """A city at work, and its end."""
    if shutil.which("caddy") is None:
        pytest.skip("caddy is not installed: bin/install-test-packages")
    with pytest.MonkeyPatch.context() as environment, network() as net:
        # Not below pytest's folders: those are closed to the parties' users.
        folder = Path(tempfile.mkdtemp(prefix="habeas-ops-"))
        environment.setenv("SSL_CERT_FILE", str(folder / "authority.pem"))
        authorities.cache_clear()
        made = City(net, folder)
        try:
            made.found()
            until(lambda: made.states()["log"][0] == 200, "the log", pause=0.5)
            made.announce()
            made.green()
            yield made
        finally:
            made.close()
            authorities.cache_clear()
            shutil.rmtree(folder, ignore_errors=True)
