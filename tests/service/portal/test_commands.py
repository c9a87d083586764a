"""`habeas portal`: a portal of one's own, without anything that is for trying out."""

import contextlib
import json
import subprocess
import sys

import httpx
import pytest

from habeas.portal.site.folder import custodian_key
from habeas.tlog import NoteSigner
from tests.commands import habeas
from tests.service.tlog.servers import free_ports
from tests.unit.protocol import world
from tests.waiting import until

pytestmark = pytest.mark.slow
OFFICES = ("licensing-office", "interior-ministry", "parks-department")


def office_entry(name):
    """How a circle has an office of the sample catalogue."""
    (like,) = world.circle_fields()["offices"]
    return like | {"office": name, "root_vkey": NoteSigner.generate(f"{name}/root").vkey}


class Portal:
    def __init__(self, folder):
        self.folder = folder
        self.data = folder / "portal"
        self.circle = folder / "circle.txt"

    def __call__(self, *arguments, data=True, **environment):
        where = ("--data", self.data) if data else ()
        return habeas("portal", *arguments, *where, **environment)

    def init(self, url="http://localhost"):
        return self("init", "--url", url)

    def agree(self, *offices):
        """The trustees of a circle sign for this portal's key, and the portal adopts it."""
        signer = custodian_key(self.data)
        custodian = {"name": "localhost", "vkey": signer.vkey, "portal": "http://localhost"}
        named = [office_entry(each) for each in offices or OFFICES]
        self.circle.write_text(world.circle_note(custodian=custodian, offices=named))
        return self("adopt", self.circle)

    def add(self, name="o.petrova", office="licensing-office"):
        return self("officers", "add", name, "--office", office)

    @contextlib.contextmanager
    def serving(self, *more, verify=None):
        """A client of the portal as it is served; with *verify*, by https."""
        (port,) = free_ports(1)
        command = [sys.executable, "-m", "habeas.cli", "portal", "serve", "--port", str(port)]
        process = subprocess.Popen([*command, "--data", str(self.data), *more])
        url = f"http://127.0.0.1:{port}" if verify is None else f"https://127.0.0.1:{port}"
        try:
            with httpx.Client(base_url=url, trust_env=False, verify=verify or True) as http:

                def healthy():
                    assert process.poll() is None
                    with contextlib.suppress(httpx.HTTPError):
                        return http.get("/livez").status_code == 200

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
    assert json.loads(made.stdout) == {
        "name": "localhost", "vkey": custodian_key(portal.data).vkey, "portal": "http://localhost",
    }  # fmt: skip
    assert "habeas portal adopt" in made.stderr
    assert portal.agree().returncode == 0
    assert portal("check").stdout == "Nothing keeps the portal from serving.\n"
    assert "There are no officers." in portal("officers", "list").stdout
    with portal.serving() as http:
        assert "hunting licence" in http.get("/").text
        assert http.get("/api/circle").json()["circle"] == portal.circle.read_text()


def test_no_circle_no_service(portal):
    portal.init()
    served = portal("serve", "--port", "1")
    assert served.returncode == 1
    assert "circle" in served.stderr


def test_a_circle_of_another_custodian_is_not_adopted(portal):
    portal.init()
    portal.circle.write_text(world.circle_note())
    refused = portal("adopt", portal.circle)
    assert refused.returncode == 1
    assert "another custodian" in refused.stderr
    assert not (portal.data / "circle.txt").exists()


def test_a_pin_is_not_replaced(portal):
    portal.init()
    assert portal.agree().returncode == 0
    assert portal("adopt", portal.circle).returncode == 0  # the same again
    kept = (portal.data / "circle.txt").read_text()
    other = portal.agree("licensing-office", "interior-ministry")
    assert other.returncode == 1
    assert "agreed to a circle already" in other.stderr
    assert (portal.data / "circle.txt").read_text() == kept


def test_an_office_that_the_circle_lacks_keeps_it_from_serving(portal):
    portal.init()
    portal.agree("parks-department")
    found = portal("check")
    assert found.returncode == 1
    assert "names the office licensing-office" in found.stdout


def test_a_portal_is_made_once(portal):
    assert portal.init().returncode == 0
    key = (portal.data / "secret-key").read_text()
    again = portal.init()
    assert again.returncode == 1
    assert "already" in again.stderr
    assert (portal.data / "secret-key").read_text() == key


def test_settings_that_cannot_be_used_make_nothing(portal):
    refused = portal.init("nowhere")
    assert refused.returncode == 1
    assert "nothing was made" in refused.stderr
    assert not portal.data.exists()


@pytest.mark.parametrize("missing", ["secret-key", "circle.txt", "custodian.key", "services"])
def test_nothing_is_served_while_a_part_is_missing(portal, missing):
    portal.init()
    portal.agree()
    part = portal.data / missing
    part.rename(portal.folder / "aside")
    served = portal("serve", "--port", "1")
    assert served.returncode == 1
    assert served.stderr.startswith("Error: ")
    assert portal("check").returncode == 1
    assert not part.exists()


def test_officers_that_cannot_be_added_say_why(portal):
    portal.init()
    assert "There is no office zoo" in portal.add(office="zoo").stderr
    assert "is no name" in portal.add(name="two words").stderr
    added = portal.add()
    assert added.stdout.startswith("http://localhost/desk/sign-in/passkey/new/#")
    assert "already" in portal.add().stderr
    assert "There is no officer" in portal("officers", "enable", "nobody").stderr
    assert portal("officers", "list").stdout == "licensing-office  o.petrova\n"


def test_a_folder_that_is_none_is_said(portal):
    for act in (["check"], ["officers", "list"], ["migrate"], ["serve"], ["worker"]):
        refused = portal(*act)
        assert refused.returncode == 1, act
        assert "habeas portal init" in refused.stderr
