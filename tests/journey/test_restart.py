"""Stopped and started again on the same folder: same addresses, nothing lost."""

import os
import socket

import pytest

from habeas.cli.verify import verify_live
from habeas.deploy import installation
from habeas.deploy.addresses import PortError
from habeas.deploy.supervisor import Supervisor
from habeas.protocol import Purpose
from tests.journey.conftest import City
from tests.waiting import until


def _run(folder):
    place = installation.install(folder, free_ports=True)
    return place, Supervisor(place.processes(), place.folder / "output")


@pytest.mark.slow
def test_a_city_comes_back_as_it_was(tmp_path):
    place, supervisor = _run(tmp_path)
    with supervisor:
        supervisor.wait_until_healthy(seconds=600)
        installation.announce(place)
        reference, receipt, _ = City(place, supervisor).apply()
    again, supervisor = _run(tmp_path)
    assert again == place
    with supervisor:
        supervisor.wait_until_healthy(seconds=600)
        installation.announce(again)
        with City(again, supervisor).officer() as officer:
            opened = officer.open(reference, Purpose.DECIDE_APPLICATION, "After the restart")
        assert opened.photo.startswith(b"\xff\xd8")

        def seen():
            found = verify_live(receipt, again.pins)
            return found.outcome == "complete" and found

        found = until(seen, "everybody's word on the photo", pause=0.2)
        asked = [act.index for act in found.acts if act.entry.kind == "requested"]
        assert asked == [opened.index]
    for pid in supervisor.pids().values():
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_a_taken_port_is_said(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortError, match="taken") as refused:
            installation.install(tmp_path, port=port)
    assert "--port" in refused.value.remedy
