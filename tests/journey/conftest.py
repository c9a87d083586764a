"""A whole installation: portal, log, four trustees and desks, as processes of their own."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from habeas.cli._portal import PortalClient
from habeas.deploy import installation
from habeas.deploy.supervisor import Supervisor
from habeas.faces import assets
from habeas.office.client import OfficerClient
from habeas.protocol import Receipt

FIELDS = {
    "full_name": "Anna Example",
    "date_of_birth": "1980-05-17",
    "address": "1 Forest Lane",
}


@dataclass
class City:
    """Everything that runs, and clients for it."""

    place: installation.Installation
    supervisor: Supervisor

    def applicant(self) -> PortalClient:
        return PortalClient(self.place.portal_url)

    def officer(self, office: str = "licensing-office") -> OfficerClient:
        """An officer with a key; as a context manager, signed in."""
        return self.place.officer(office)

    def apply(self) -> tuple[str, Receipt, str]:
        """Apply with a photo; gives (reference, receipt, sealed picture in base64)."""
        with self.applicant() as client:
            answer = client.apply("hunting-licence", FIELDS, portrait())
        return answer["reference"], Receipt.read(answer["receipt"]), answer["photo"]


def portrait() -> bytes:
    """The public-domain portrait that set-up provides."""
    return assets.path("astronaut.png").read_bytes()


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    place = installation.install(tmp_path_factory.mktemp("city"), free_ports=True)
    with Supervisor(place.processes(), place.folder / "output") as supervisor:
        supervisor.wait_until_healthy(seconds=600)
        installation.announce(place)
        yield City(place, supervisor)
