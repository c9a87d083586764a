"""A whole installation on one machine, for trying out: found, started, and told to the log.

`habeas.deploy.sample` makes its parties; beside their folders lie

    DATA/recordings/   what cameras recorded, faces covered
    DATA/output/       what the processes print
    DATA/sign-ins.json passphrases of the sample offices and officers
    DATA/ports.json    where the parties listen
    DATA/portrait.png  a portrait in the public domain, to try it with
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from habeas.deploy import sample
from habeas.deploy.addresses import Addresses, port_of
from habeas.deploy.supervisor import Process
from habeas.faces import assets
from habeas.foundation import durable, text
from habeas.foundation.errors import HabeasError
from habeas.office.client import OfficerClient
from habeas.office.folder import OfficeFolder
from habeas.protocol import Chain, Circle, Pins


@dataclass(frozen=True)
class Installation:
    """Where everything is."""

    folder: Path
    addresses: Addresses

    @property
    def portal_url(self) -> str:
        """The portal's address."""
        return self.addresses.portal

    @property
    def log_url(self) -> str:
        """The log's address."""
        return self.addresses.log

    @property
    def circle_file(self) -> Path:
        """The circle that its trustees have signed."""
        return self.folder / "circle.txt"

    @property
    def circle(self) -> Circle:
        """The same, read."""
        return Chain.start(text.read(self.circle_file), 0).newest.circle

    @property
    def pins(self) -> Pins:
        """What whoever has this folder knows: its circle."""
        return Pins(circles=frozenset({self.circle.digest().hex()}))

    @property
    def portrait(self) -> Path:
        """A portrait in the public domain, to try it with."""
        return self.folder / "portrait.png"

    @property
    def log_public(self) -> Path:
        """The log's tiles and checkpoint, as anybody may serve them."""
        return self.folder / "log" / "public"

    def trustee(self, index: int) -> Path:
        """The folder of the trustee with that share index."""
        return self.folder / f"trustee-{index + 1}"

    def office(self, name: str) -> OfficeFolder:
        """An office's folder."""
        return OfficeFolder(self.folder / "office" / name)

    @property
    def words(self) -> Mapping[str, sample.Passphrases]:
        """Passphrases of the sample offices."""
        return sample.words(self.folder)

    def officer(self, office: str = "licensing-office") -> OfficerClient:
        """The sample officer of an office, at a terminal."""
        place = self.office(office)
        person = place.person(sample.OFFICER)
        return OfficerClient(
            self.portal_url, person, place.memberships(person.credential),
            self.words[office].officer,
        )  # fmt: skip

    def processes(self) -> Sequence[Process]:
        """All processes, in the order of starting."""
        habeas = [sys.executable, "-m", "habeas.cli"]
        # The log asks its witnesses before it signs: they come first.
        found = []
        for index, url in enumerate(self.addresses.trustees):
            place = self.trustee(index)
            command = [*habeas, "trustee", "serve", "--data", str(place), "--port", port_of(url)]
            found.append(Process(place.name, command, f"{url}/readyz"))
        logs = {"log": self.log_url}
        if self.addresses.hours is not None:
            logs["hours-log"] = self.addresses.hours
        for name, url in logs.items():
            serve = [*habeas, "log", "serve", "--data", str(self.folder / name)]
            found.append(Process(name, [*serve, "--port", port_of(url)], f"{url}/readyz"))
        environment = {
            "HABEAS_DATA": str((self.folder / "portal").resolve()),
            "HABEAS_RECORDINGS": str((self.folder / "recordings").resolve()),
        }
        serve = [*habeas, "portal", "serve", "--port", port_of(self.portal_url)]
        found.append(Process("portal", serve, f"{self.portal_url}/readyz", environment))
        found.append(Process("worker", [*habeas, "portal", "worker"], None, environment))
        for name, url in self.addresses.desks.items():
            desk = str(self.folder / "office" / name / "desk")
            command = [*habeas, "office", "serve", desk, "--port", port_of(url)]
            command += ["--portal", self.portal_url]
            found.append(Process(f"desk-{name}", command, f"{url}/office.json"))
        return found


def install(folder: Path, *, port: int | None = None, free_ports: bool = False) -> Installation:
    """Make an installation, or find the one that *folder* holds.

    What is there is left as it is: settings that somebody changed stay changed.

    Args:
        folder: for everything.
        port: of the portal; the others take the ports after it. By default those of the last
            time, or 8000.
        free_ports: the first time, take whatever ports are free.

    Raises:
        PortError: a port is taken, or is not that of the installation.
        HabeasError: a part cannot be made.
    """
    durable.make(folder, private=True)
    addresses = Addresses.choose(
        folder, len(sample.TRUSTEES), list(sample.OFFICES), port, free=free_ports
    )
    if not sample.is_whole(folder):
        sample.make(folder, addresses)
    place = Installation(folder, addresses)
    if not place.portrait.exists():
        durable.write(place.portrait, assets.path("astronaut.png").read_bytes())
    _prepare_portal(place)
    return place


def _prepare_portal(place: Installation) -> None:
    command = [sys.executable, "-m", "habeas.deploy.sample_officers"]
    command += [str(place.folder / "portal"), str(place.folder / "accounts.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        words = done.stderr.strip().splitlines() or ["it said nothing"]
        raise HabeasError(
            f"The portal could not be prepared: {words[-1]}",
            f"Check that {place.folder} can be written to.",
        )


def announce(place: Installation) -> None:
    """Put on the log what is owed to it: the offices' rosters, and the app's release.

    Trustees tell it of the circle.

    Raises:
        TlogError: the log does not take it now.
    """
    from habeas.deploy.release import release
    from habeas.tlog.client import LogClient

    with LogClient(place.log_url) as log:
        for name in sample.OFFICES:
            office = place.office(name)
            owed = office.owed()
            if owed is not None:
                log.append(owed)
                office.logged()
        trustees = [place.trustee(index) for index in range(len(sample.TRUSTEES))]
        release(
            log, Chain.start(text.read(place.circle_file), 0), trustees, place.folder / "portal"
        )


def accounts(place: Installation) -> dict[str, tuple[str, str]]:
    """Names and passwords for viewing recordings: office -> (user name, password)."""
    known = json.loads((place.folder / "accounts.json").read_text())
    return {office: (user, word) for office, (user, word) in known.items()}


def blobs(place: Installation) -> list[Path]:
    """The sealed photos' files."""
    return sorted((place.folder / "portal" / "blobs").glob("??/*"))
