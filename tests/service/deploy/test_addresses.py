"""Addresses of an installation are chosen once: they stand in its circle."""

import json
import socket

import pytest

from habeas.deploy.addresses import Addresses, PortError, port_of

OFFICES = ("licensing-office", "parks-department")


def choose(folder, port=None, *, free=False):
    return Addresses.choose(folder, 4, OFFICES, port, free=free)


def test_pages_are_under_a_name_and_machines_need_none(tmp_path):
    found = choose(tmp_path, free=True)
    assert found.portal.startswith("http://localhost:")
    assert found.log.startswith("http://127.0.0.1:")
    assert len(found.trustees) == 4
    assert set(found.desks) == set(OFFICES)
    assert all(each.startswith("http://localhost:") for each in found.desks.values())
    urls = [found.portal, found.log, *found.trustees, *found.desks.values()]
    assert len({port_of(each) for each in urls}) == len(urls) == 8


def test_they_are_the_same_the_next_time(tmp_path):
    found = choose(tmp_path, free=True)
    assert choose(tmp_path) == found
    assert choose(tmp_path, int(port_of(found.portal))) == found


def test_another_port_is_another_installation(tmp_path):
    found = choose(tmp_path, free=True)
    with pytest.raises(PortError, match="stand in its circle"):
        choose(tmp_path, int(port_of(found.portal)) + 1)
    assert choose(tmp_path) == found


def test_a_taken_port_is_said_and_nothing_is_kept(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortError, match=f"Port {port} is taken"):
            choose(tmp_path, port)
    assert not (tmp_path / "ports.json").exists()


def test_a_port_of_an_installation_that_is_taken_is_said(tmp_path):
    choose(tmp_path, free=True)
    portal, log, *_ = json.loads((tmp_path / "ports.json").read_text())
    with socket.create_server(("127.0.0.1", log)), pytest.raises(PortError) as raised:
        choose(tmp_path)
    assert "Stop that program" in raised.value.remedy
    assert portal


@pytest.mark.parametrize("url", ["http://localhost:8001", "http://[::1]:8001"])
def test_the_port_of_an_address(url):
    assert port_of(url) == "8001"
