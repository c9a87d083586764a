"""A one-machine installation: made once, found again as it was left."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest

from habeas.deploy import installation
from habeas.portal.site.folder import Site
from habeas.tlog import Policy
from habeas.trustee import Settings

pytestmark = pytest.mark.slow


def _officers(place, *arguments, password=""):
    command = [sys.executable, "-m", "habeas.cli", "portal", "officers", *arguments]
    return subprocess.run(
        [*command, "--data", str(place.folder / "portal")],
        env={**os.environ, "HABEAS_PASSWORD": password},
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip


@pytest.fixture
def place(tmp_path):
    return installation.install(tmp_path / "city", free_ports=True)


def _port(place):
    return int(place.portal_url.rpartition(":")[2])


def _files(place):
    """Everything but what databases write on their own."""
    return {
        path: path.read_bytes()
        for path in place.folder.rglob("*")
        if path.is_file() and "sqlite3" not in path.name and path.suffix != ".db"
    }


def test_it_is_found_again_byte_for_byte(place):
    before = _files(place)
    assert installation.install(place.folder) == place
    assert _files(place) == before


def test_what_somebody_changed_stays_changed_also_at_other_ports(place):
    portal = place.folder / "portal"
    site = Site.load(portal).model_copy(update={"hosts": ("photos.city.example",)})
    site.save(portal)
    settings = Settings.load(place.folder / "trustee-1")
    quotas = settings.quotas.model_copy(update={"officer": 7})
    settings.model_copy(update={"quotas": quotas}).save(place.folder / "trustee-1")
    policy = place.folder / "trustee-2" / "policy.txt"
    policy.write_text("# by hand\n" + policy.read_text())
    (portal / "services" / "allotment-garden.toml").unlink()
    other = _port(place) + 100
    again = installation.install(place.folder, port=other)
    assert again == replace(
        place,
        portal_url=f"http://127.0.0.1:{other}",
        log_url=f"http://127.0.0.1:{other + 1}",
        trustees=again.trustees,
    )
    assert [each.url for each in again.trustees] == [
        f"http://127.0.0.1:{other + 2 + number}" for number in range(3)
    ]
    moved = Site.load(portal)
    assert moved.hosts == ("photos.city.example",)
    assert (moved.portal, moved.log) == (again.portal_url, again.log_url)
    assert moved.trustees == again.trustees
    kept = Settings.load(place.folder / "trustee-1")
    assert kept.quotas.officer == 7
    assert (kept.url, kept.log_url) == (again.trustees[0].url, again.log_url)
    assert policy.read_text().startswith("# by hand\n")
    for file in (policy, place.policy_file, portal / "policy.txt"):
        assert f":{other + 3}" in file.read_text()
        Policy.parse(file.read_text())
    assert not (portal / "services" / "allotment-garden.toml").exists()


def test_officers_that_somebody_changed_stay_as_they_are(place):
    signs_in = installation.sign_ins(place)
    assert set(signs_in) == {"licensing-office", "interior-ministry", "parks-department"}
    licensing, _ = signs_in["licensing-office"]
    parks, _ = signs_in["parks-department"]
    _officers(place, "password", licensing, password="of-my-own-choice")
    _officers(place, "disable", parks)
    again = installation.install(place.folder)
    # What was printed before does not hold any more, so it is printed no more.
    assert set(installation.sign_ins(again)) == {"interior-ministry"}
    listed = json.loads(_officers(place, "list", "--json"))
    assert {each["name"]: each["disabled"] for each in listed} == {
        licensing: False, parks: True, signs_in["interior-ministry"][0]: False,
    }  # fmt: skip


def test_a_key_that_is_missing_is_not_made_again(place):
    key = place.folder / "portal" / "keys" / "office-licensing-office.key"
    key.unlink()
    installation.install(place.folder)
    assert not key.exists()


def test_what_was_cut_off_is_finished(place):
    (place.folder / "portal" / "site.json").unlink()
    place.sign_ins_file.unlink()
    again = installation.install(place.folder)
    assert again == place
    assert set(Site.load(place.folder / "portal").trustees) == set(place.trustees)


def test_secrets_are_for_this_user_alone(place):
    for name in (
        "sign-ins.json", "portal/log-token", "portal/secret-key", "portal/site.json",
        "recorder/log-token", "trustee-1/log-token", "log/log.key", "log/submitters.json",
        "portal/keys/office-licensing-office.key",
    ):  # fmt: skip
        assert (place.folder / name).stat().st_mode & 0o077 == 0, name
