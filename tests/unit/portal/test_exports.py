"""Handing over, on the desk's pages: on the log first, one hour, and a bundle that verifies."""

import io
import re
import zipfile
from datetime import UTC, datetime, timedelta

import pytest

from habeas.cameras.bundle import verify_bundle
from habeas.cameras.counts import Counts
from habeas.cameras.recordings import Recordings
from habeas.portal.viewing import models
from habeas.protocol import Entry, Pins
from habeas.protocol.footage import hour_name
from tests.media.video.segments import add_segment
from tests.unit.portal.conftest import PARKS, PASSWORD
from tests.unit.protocol import world
from tests.unit.protocol.vectors.acts import CAMERA

START = (datetime.now(UTC) - timedelta(hours=3)).replace(minute=20, second=0, microsecond=0)
NORTH = "bridge-north"
FORM = {
    "day": f"{START:%Y-%m-%d}", "time": f"{START:%H:%M:%S}", "minutes": "1", "purpose": "court",
    "case_number": "2-114/2027", "reason": "The court asks for it in a civil case",
}  # fmt: skip
PERSON = {
    **{each: FORM[each] for each in ("day", "time", "minutes")},
    "case_number": "SAR 7", "asked": "2026-11-20", "seen": "yes",
}  # fmt: skip


@pytest.fixture
def recordings(city, data):
    place = Recordings(data / "recordings")
    public = CAMERA.model_copy(update={"id": NORTH, "viewers": (PARKS,), "keep_days": 14})
    place.write_camera(public, START.date(), world.RECORDER_KEY)
    for number in range(3):
        start = START + timedelta(seconds=2 * number)
        add_segment(place, NORTH, start, Counts(1, 2, 9), shade=60 + number)
    return place


def settle(city, recordings):
    recordings.close_hour(NORTH, hour_name(START), START.date(), world.RECORDER_KEY)
    for owed in list(recordings.owed()):
        recordings.logged(owed, city.log.append(owed.entry).index)


@pytest.fixture
def desk(city, recordings, browser):
    settle(city, recordings)
    browser.force_login(city.officer(PARKS))
    return browser


def _ask(browser, fields=FORM, person=False, **changed):
    address = f"/desk/cameras/{NORTH}/export/{'person/' if person else ''}"
    return browser.post(address, {**fields, "password": PASSWORD, **changed})


def _bundle(browser, answer):
    got = browser.get(f"{answer.headers['location']}clip.zip")
    assert got.status_code == 200
    return b"".join(got.streaming_content)


def test_what_is_on_the_log_can_be_fetched_and_verifies(city, desk, tmp_path):
    before = len(city.log.entries())
    answer = _ask(desk)
    assert answer.status_code == 302
    entry = Entry.decode(city.log.entries()[before])
    assert (entry.details["act"], entry.details["purpose"]) == ("exported", "court")
    page = desk.get(answer.headers["location"]).content.decode()
    assert f'href="/register/entries/{before}/"' in page
    file = tmp_path / "clip.zip"
    file.write_bytes(_bundle(desk, answer))
    circle = city.copy.chain.newest.digest
    found = verify_bundle(file, Pins(circles=frozenset({circle})))
    assert found.pinned
    assert found.handover.case_number == FORM["case_number"]
    assert len(found.segments) == 3
    with zipfile.ZipFile(file) as archive:
        assert archive.read("report.pdf").startswith(b"%PDF-")


@pytest.mark.parametrize("language", ["en", "ru", "pl"])
def test_the_report_is_in_the_officer_s_language(city, desk, language):
    answer = _ask(desk)
    desk.cookies["django_language"] = language
    with zipfile.ZipFile(io.BytesIO(_bundle(desk, answer))) as archive:
        report = archive.read("report.pdf")
    assert f"/Lang ({language}".encode() in report
    assert len(report) > 10_000  # the letters are in it


def test_the_person_filmed_has_a_form_and_a_purpose_of_their_own(city, desk):
    answer = _ask(desk, PERSON, person=True)
    assert answer.status_code == 302
    assert Entry.decode(city.log.entries()[-1]).details["purpose"] == "subject-access"
    row = models.ExportRow.objects.get()
    assert row.case_number == "SAR 7"
    assert "2026-11-20" in row.reason


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"purpose": "subject-access"}, "purpose"),
        ({"purpose": "curiosity"}, "purpose"),
        ({"case_number": " "}, "case_number"),
        ({"reason": ""}, "reason"),
        ({"minutes": "16"}, "minutes"),
        ({"minutes": "0"}, "minutes"),
        ({"day": "tomorrow"}, "day"),
        ({"day": "2099-01-01"}, "day"),
        ({"day": "2026-01-01"}, "day"),
        ({"password": "guess"}, "password"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_logged(city, desk, changed, field):
    before = city.log.entries()
    page = _ask(desk, **changed)
    assert page.status_code == 200
    assert f'id="{field}-error"' in page.content.decode()
    assert city.log.entries() == before
    assert not models.ExportRow.objects.exists()


@pytest.mark.parametrize("changed", [{"asked": ""}, {"seen": ""}, {"case_number": ""}])
def test_a_person_s_request_needs_its_number_its_day_and_a_look_at_who_asks(city, desk, changed):
    before = city.log.entries()
    page = _ask(desk, PERSON, person=True, **changed)
    assert f'id="{next(iter(changed))}-error"' in page.content.decode()
    assert city.log.entries() == before


def test_an_hour_that_is_not_closed_is_told_and_not_logged(city, recordings, browser):
    browser.force_login(city.officer(PARKS))
    page = _ask(browser).content.decode()
    assert "That hour is not closed yet." in page
    assert not city.log.entries()


def test_nobody_else_fetches_it_and_nothing_without_an_entry(city, desk, browser):
    location = _ask(desk).headers["location"]
    key = re.search(r"exports/(\w+)/", location)[1]
    models.ExportRow.objects.filter(pk=key).update(index=None)
    assert desk.get(f"{location}clip.zip").status_code == 403
    models.ExportRow.objects.filter(pk=key).update(index=3)
    got = desk.get(f"{location}clip.zip")
    assert got.status_code == 200
    got.close()
    browser.force_login(city.officer(PARKS))
    for address in (location, f"{location}clip.zip", "/desk/cameras/exports/0/clip.zip"):
        assert browser.get(address).status_code == 403
    browser.force_login(city.officer("licensing-office"))
    assert browser.get(f"/desk/cameras/{NORTH}/export/").status_code == 403
    assert _ask(browser).status_code == 403


def test_without_the_log_nothing_is_made(city, desk):
    city.log.down = True
    assert _ask(desk).status_code == 503
    assert not models.ExportRow.objects.filter(index__isnull=False).exists()
