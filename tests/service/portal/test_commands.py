"""`habeas portal`: a portal of one's own, without anything that is for trying out."""

import contextlib
import json
import os
import socket
import subprocess
import sys

import httpx
import pytest

from habeas import tlog
from tests.unit.parties import MemoryLog, MemoryPanel
from tests.waiting import until

pytestmark = pytest.mark.slow


class Portal:
    def __init__(self, folder):
        self.folder = folder
        self.data = folder / "portal"
        self._log = MemoryLog()
        circle = MemoryPanel("one.test", "two.test", "three.test")
        (folder / "policy.txt").write_text(self._log.policy)
        (folder / "token").write_text("a-token\n")
        trustees = [each.fields() for each in circle.identities]
        (folder / "circle.json").write_text(json.dumps({"k": 2, "trustees": trustees}))

    def __call__(self, *arguments, data=True, **environment):
        command = [sys.executable, "-m", "habeas.cli", "portal", *arguments]
        if data:
            command += ["--data", str(self.data)]
        return subprocess.run(
            command, capture_output=True, text=True, env={**os.environ, **environment},
            check=False, timeout=600,
        )  # fmt: skip

    def init(self, **changed):
        options = {
            "--url": "http://127.0.0.1", "--log-url": "http://127.0.0.1:9",
            "--policy": self.folder / "policy.txt", "--circle": self.folder / "circle.json",
            "--log-token": self.folder / "token", **changed,
        }  # fmt: skip
        return self("init", *(str(part) for option in options.items() for part in option))

    def add(self, name="o.petrova", office="licensing-office", password="a-long-enough-password"):  # noqa: S107
        return self("officers", "add", name, "--office", office, HABEAS_PASSWORD=password)

    @contextlib.contextmanager
    def serving(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        command = [sys.executable, "-m", "habeas.cli", "portal", "serve", "--port", str(port)]
        process = subprocess.Popen([*command, "--data", str(self.data)])
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:

                def healthy():
                    assert process.poll() is None
                    with contextlib.suppress(httpx.HTTPError):
                        return http.get("/api/health").status_code == 200

                until(healthy, "the portal", pause=0.1)
                yield http
        finally:
            process.terminate()
            process.wait()


@pytest.fixture
def portal(tmp_path):
    return Portal(tmp_path)


def test_a_portal_is_made_checked_and_served_and_has_no_officer(portal):
    made = portal.init()
    assert made.returncode == 0, made.stderr
    assert "habeas portal officers add" in made.stdout
    assert portal("check").stdout == "Nothing keeps the portal from serving.\n"
    assert "There are no officers." in portal("officers", "list").stdout
    assert portal.add().returncode == 0
    with portal.serving() as http:
        assert "hunting licence" in http.get("/").text
        signed = ("o.petrova", "a-long-enough-password")
        assert http.get("/api/cases", auth=signed).json() == {"cases": []}
        assert portal("officers", "disable", "o.petrova").returncode == 0
        assert http.get("/api/cases", auth=signed).status_code == 401


def test_a_portal_is_made_once(portal):
    assert portal.init().returncode == 0
    key = (portal.data / "secret-key").read_text()
    again = portal.init()
    assert again.returncode == 1
    assert "already" in again.stderr
    assert (portal.data / "secret-key").read_text() == key


def test_settings_that_cannot_be_used_make_nothing(portal):
    (portal.folder / "circle.json").write_text('{"k": 2}')
    refused = portal.init()
    assert refused.returncode == 1
    assert "nothing was made" in refused.stderr
    assert not portal.data.exists()


@pytest.mark.parametrize(
    "missing", ["secret-key", "policy.txt", "keys/office-licensing-office.key", "services"]
)
def test_nothing_is_served_while_a_part_is_missing(portal, missing):
    portal.init()
    part = portal.data / missing
    part.rename(portal.folder / "aside")
    served = portal("serve", "--port", "1")
    assert served.returncode == 1
    assert served.stderr.startswith("Error: ")
    assert portal("check").returncode == 1
    assert not part.exists()


def test_a_new_office_gets_its_key_once(portal):
    portal.init()
    services = portal.data / "services"
    zoo = '\n[zoo]\nname = { en = "Zoo", ru = "Зоопарк" }\n'
    (services / "offices.toml").write_text((services / "offices.toml").read_text() + zoo)
    licence = services / "hunting-licence.toml"
    licence.write_text(licence.read_text().replace('office = "licensing-office"', 'office = "zoo"'))
    assert "The office zoo has no key." in portal("check").stdout
    assert portal("key", "zoo").returncode == 0
    assert portal("check").returncode == 0
    assert "has a key" in portal("key", "zoo").stderr
    assert "There is no office" in portal("key", "aquarium").stderr


def test_officers_that_cannot_be_added_say_why(portal):
    portal.init()
    assert "There is no office zoo" in portal.add(office="zoo").stderr
    assert "too weak" in portal.add(password="short").stderr
    assert portal.add().returncode == 0
    assert "already" in portal.add().stderr
    assert "There is no officer" in portal("officers", "enable", "nobody").stderr
    assert portal("officers", "list").stdout == "licensing-office  o.petrova\n"


def test_a_folder_that_is_none_is_said(portal):
    for act in (["check"], ["officers", "list"], ["migrate"], ["serve"], ["worker"]):
        refused = portal(*act)
        assert refused.returncode == 1, act
        assert "habeas portal init" in refused.stderr


def test_the_policy_names_the_origin(portal):
    portal.init()
    site = json.loads((portal.data / "site.json").read_text())
    assert site["origin"] == tlog.Policy.parse(portal._log.policy).logs[0].name == "log.test"
