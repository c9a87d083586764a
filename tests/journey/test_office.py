"""`habeas office`, as an office runs it: officers come and go while the city works."""

import json

import httpx
import pytest

from tests.commands import habeas
from tests.waiting import until

pytestmark = pytest.mark.slow
OFFICE = "licensing-office"
PASSPHRASE = "a passphrase of her own"


@pytest.fixture
def office(city):
    """Runs `habeas office ...` in the licensing office's folder."""
    folder = city.place.folder / "office" / OFFICE

    def run(*arguments, check=True, **environment):
        return habeas(
            "office", *arguments, "--data", folder, check=check,
            **{"HABEAS_OFFICE_PASSPHRASE": city.place.words[OFFICE].office, **environment},
        )  # fmt: skip

    return run


def publish(city, office):
    desk = city.place.folder / "office" / OFFICE / "desk"
    return office("publish", desk, "--circle", city.place.circle_file).stdout


def ask(city, reference, out, officer, passphrase):
    return habeas(
        "open", reference, "--officer", officer, "--desk", city.place.addresses.desks[OFFICE],
        "--purpose", "decide-application", "--reason", "To decide", "--out", out,
        HABEAS_OFFICER_PASSPHRASE=passphrase,
    )  # fmt: skip


def open_once_known(city, reference, out, officer, passphrase):
    """Ask as soon as those who are asked have read the newest roster from the log."""

    def known():
        tried = ask(city, reference, out, officer, passphrase)
        return None if "newest roster" in tried.stderr else tried

    return until(known, "the newest roster is known", pause=0.5)


def test_officers_come_and_go(city, office, tmp_path):
    reference, _, _ = city.apply()
    log = ["--log", city.place.log_url]
    added = office("roster", "add", "O. Petrova", *log, HABEAS_OFFICER_PASSPHRASE=PASSPHRASE)
    assert "stands on the log" in added.stdout
    listed = json.loads(office("roster", "list", "--json").stdout)
    assert [each["label"] for each in listed] == ["officer", "O. Petrova"]
    before = ask(city, reference, tmp_path / "early.jpg", "O. Petrova", PASSPHRASE)
    assert "knows no officer" in before.stderr  # the desk is not published yet
    assert "serves 2 officers" in publish(city, office)
    wrong = ask(city, reference, tmp_path / "wrong.jpg", "O. Petrova", "not hers at all")
    assert "passphrase" in wrong.stderr

    opened = open_once_known(city, reference, tmp_path / "photo.jpg", "O. Petrova", PASSPHRASE)
    assert opened.returncode == 0, opened.stderr
    assert (tmp_path / "photo.jpg").read_bytes().startswith(b"\xff\xd8")

    office("roster", "revoke", "O. Petrova", *log)
    after = ask(city, reference, tmp_path / "after.jpg", "O. Petrova", PASSPHRASE)
    assert after.returncode == 1  # at once, although the desk still has the old file
    assert not (tmp_path / "after.jpg").exists()
    publish(city, office)
    assert [each["label"] for each in json.loads(office("roster", "list", "--json").stdout)] == [
        "officer"
    ]
    still = open_once_known(
        city, reference, tmp_path / "still.jpg", "officer", city.place.words[OFFICE].officer
    )
    assert still.returncode == 0, still.stderr


def test_another_passphrase_changes_nothing(city, office):
    before = office("roster", "list").stdout
    refused = office(
        "roster", "revoke", "officer", "--log", city.place.log_url, check=False,
        HABEAS_OFFICE_PASSPHRASE="somebody else's guess",
    )  # fmt: skip
    assert refused.returncode == 1
    assert office("roster", "list").stdout == before


def test_the_desk_is_served_with_the_headers_that_confine_it(city):
    desk = city.place.addresses.desks[OFFICE]
    with httpx.Client(base_url=desk, trust_env=False) as http:
        page = http.get("/")
        assert page.status_code == 200
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert f"connect-src 'self' {city.place.portal_url}" in policy
        about = http.get("/office.json").json()
        assert about["circle"] == city.place.circle_file.read_text()
        assert about["portal"] == city.place.portal_url
        assert http.get("/people/").status_code == 404  # nobody lists an office's people
