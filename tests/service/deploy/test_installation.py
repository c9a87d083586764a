"""A one-machine installation: made once, found again as it was left."""

import json

import httpx
import pytest

from habeas.deploy import installation, sample
from habeas.deploy.supervisor import Supervisor
from habeas.office import keys
from habeas.portal.site.folder import Site
from habeas.protocol import verify_circle
from habeas.protocol.sealing import OpeningError
from habeas.tlog import NoteSigner
from habeas.trustee import Settings
from tests.commands import habeas
from tests.waiting import until

pytestmark = pytest.mark.slow


def _officers(place, *arguments):
    where = ("--data", place.folder / "portal")
    return habeas("portal", "officers", *arguments, *where, check=True).stdout


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """An installation that tests only read."""
    return installation.install(tmp_path_factory.mktemp("city"), free_ports=True)


@pytest.fixture
def place(tmp_path):
    return installation.install(tmp_path / "city", free_ports=True)


def _files(place):
    """Everything but what databases write on their own."""
    return {
        path: path.read_bytes()
        for path in place.folder.rglob("*")
        if path.is_file() and "sqlite3" not in path.name and ".db" not in path.name
    }


def test_its_circle_is_signed_by_all_and_one_may_be_silent(made):
    circle = verify_circle(made.circle_file.read_text())
    n = len(circle.trustees)
    assert (n, circle.k, circle.q, circle.r) == (4, 2, 3, 3)
    assert circle.q < n
    assert circle.r < n
    for index in range(n):
        assert (made.trustee(index) / "circle.txt").read_text() == made.circle_file.read_text()
    assert (made.folder / "portal" / "circle.txt").read_text() == made.circle_file.read_text()
    assert {each.office for each in circle.offices} == set(sample.OFFICES)
    assert {each.rp_id for each in circle.offices} == {"localhost"}
    portal = made.portal_url
    assert all(portal not in each.origins for each in circle.offices)


def test_no_party_has_anothers_keys(made):
    """Folders share public keys alone: a private key stands in one folder, once."""
    private = [
        (made.folder / "portal" / "custodian.key").read_text().strip(),
        (made.folder / "recorder" / "recorder.key").read_text().strip(),
        (made.folder / "log" / "log.key").read_text().strip(),
    ]
    contents = list(_files(made).values())
    for key in private:
        assert sum(key.encode() in content for content in contents) == 1
    for name, words in made.words.items():
        folder = made.folder / "office" / name
        keys.load(folder, name, words.office)
        with pytest.raises(OpeningError):
            keys.load(folder, name, words.officer)


def test_secrets_are_for_this_user_alone(made):
    for name in (
        "sign-ins.json", "accounts.json", "portal/custodian.key", "portal/secret-key",
        "portal/site.json", "recorder/recorder.key", "trustee-1/keys.json", "log/log.key",
        "trustee-1/master.key", "office/licensing-office/keys.json",
    ):  # fmt: skip
        assert (made.folder / name).stat().st_mode & 0o077 == 0, name


def test_the_desk_gives_away_nothing_that_opens_without_the_passphrase(made):
    office = made.office("licensing-office")
    words = made.words["licensing-office"]
    served = [each.read_bytes() for each in (office.folder / "desk").rglob("*") if each.is_file()]
    assert any(b"software_key" in content for content in served)
    root = keys.load(office.folder, "licensing-office", words.office).root
    assert isinstance(root, NoteSigner)
    for content in served:
        assert words.officer.encode() not in content
        assert words.office.encode() not in content
        assert root.private.encode() not in content


def test_it_is_found_again_byte_for_byte(place):
    before = _files(place)
    assert installation.install(place.folder) == place
    assert _files(place) == before


def test_what_somebody_changed_stays_changed(place):
    portal = place.folder / "portal"
    site = Site.load(portal).model_copy(update={"hosts": ("photos.city.example",)})
    site.save(portal)
    settings = Settings.load(place.trustee(0)).model_copy(update={"fresh_seconds": 60})
    settings.save(place.trustee(0))
    (portal / "services" / "allotment-garden.toml").unlink()
    installation.install(place.folder)
    assert Site.load(portal).hosts == ("photos.city.example",)
    assert Settings.load(place.trustee(0)).fresh_seconds == 60
    assert not (portal / "services" / "allotment-garden.toml").exists()


def test_accounts_that_somebody_changed_stay_as_they_are(place):
    known = installation.accounts(place)
    assert set(known) == set(sample.OFFICES)
    licensing, _ = known["licensing-office"]
    parks, _ = known["parks-department"]
    _officers(place, "invite", licensing, "--replace")
    _officers(place, "disable", parks)
    again = installation.install(place.folder)
    # What was printed before does not hold any more, so it is printed no more.
    assert set(installation.accounts(again)) == {"interior-ministry"}
    listed = json.loads(_officers(place, "list", "--json"))
    assert {each["name"]: each["disabled"] for each in listed} == {
        licensing: False, parks: True, known["interior-ministry"][0]: False,
    }  # fmt: skip


def test_a_key_that_is_missing_is_not_made_again(place):
    key = place.folder / "portal" / "custodian.key"
    key.unlink()
    installation.install(place.folder)
    assert not key.exists()


@pytest.mark.parametrize(
    "lost", ["portal/circle.txt", "circle.txt", "office/licensing-office/rosters.json"]
)
def test_what_was_cut_off_is_finished(place, lost):
    """As if the first start had been killed before it came so far."""
    before = {name: (place.folder / name).read_bytes() for name in ("trustee-1/keys.json",)}
    (place.folder / "portal" / "circle.txt").unlink()
    (place.folder / lost).unlink(missing_ok=True)
    if lost == "circle.txt":
        for each in place.folder.glob("trustee-*/circle.txt"):
            each.unlink()
    again = installation.install(place.folder)
    assert sample.is_whole(again.folder)
    assert verify_circle(again.circle_file.read_text()).number == 1
    for name, content in before.items():
        assert (place.folder / name).read_bytes() == content


def test_everything_starts_is_healthy_and_stands_on_the_log(place):
    with Supervisor(place.processes(), place.folder / "output") as running:
        running.wait_until_healthy(600)
        installation.announce(place)

        def told():
            states = [
                httpx.get(f"{each.url}/readyz", trust_env=False).json()
                for each in place.circle.trustees
            ]
            assert {each["circle"] for each in states} == {place.circle.digest().hex()}
            # The circle, told by each trustee, and three rosters.
            return all(each["ok"] and each["view"] >= 7 and not each["owed"] for each in states)

        until(told, "trustees that have told the log everything")
        for url in place.addresses.desks.values():
            assert httpx.get(f"{url}/", trust_env=False).status_code == 200
        with place.officer() as officer:
            assert officer.cases() == []
