"""Handing recordings over in a browser: from a span to a file that proves itself; every state."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from habeas.cameras.counts import Counts
from habeas.cameras.recordings import Recordings
from habeas.protocol.footage import hour_name
from tests.browser.looking import SHOTS
from tests.browser.officer import send, signed_in
from tests.browser.seen import computed, errors_lead_to, text_of
from tests.media.video.segments import add_segment
from tests.unit.portal.conftest import (  # noqa: F401 - fixtures
    PARKS,
    PASSWORD,
    _database,
    _tables,
    browser,
    circle_note,
    city,
    data,
)
from tests.unit.protocol import world
from tests.unit.protocol.vectors.acts import CAMERA
from tests.waiting import PATIENCE_SECONDS

pytestmark = [pytest.mark.slow, pytest.mark.browser]

START = (datetime.now(UTC) - timedelta(hours=3)).replace(minute=20, second=0, microsecond=0)
#: An hour that is never closed.
OPEN = START + timedelta(hours=1)
NORTH = "bridge-north"


@pytest.fixture
def recordings(city, data):  # noqa: F811
    place = Recordings(data / "recordings")
    public = CAMERA.model_copy(update={"id": NORTH, "viewers": (PARKS,), "keep_days": 14})
    place.write_camera(public, START.date(), world.RECORDER_KEY)
    for number in range(4):
        counts = Counts(lost=number, whole=2 * (number == 2), moving=7 * number)
        add_segment(place, NORTH, START + timedelta(seconds=2 * number), counts, shade=60 + number)
    place.close_hour(NORTH, hour_name(START), START.date(), world.RECORDER_KEY)
    for owed in list(place.owed()):
        place.logged(owed, city.log.append(owed.entry).index)
    add_segment(place, NORTH, OPEN, Counts(0, 0, 0))
    return place


@pytest.fixture(params=[("desktop", "en"), ("phone", "ru"), ("phone", "pl")], ids="-".join)
def visit(request, aside, axe, city, recordings, browser):  # noqa: F811
    width, locale = request.param
    browser.force_login(city.officer(PARKS))
    with signed_in(aside, browser, axe, width, locale, "handing") as inside:
        yield inside


def _wrong(page, *names):
    """Wait until just these fields are said to be wrong: each is led to, and described by it."""
    errors_lead_to(page, *names)
    for each in names:
        expect(page.locator(f"#{each}")).to_have_count(1)
        expect(page.locator(f"#{each}-error")).to_have_count(1)
        page.click(f".govuk-error-summary a[href='#{each}']")
        expect(page.locator(f"#{each}")).to_be_focused()


def _keep_the_report(file, name):
    """The report beside the screenshots, and as pictures of its own where poppler is installed."""
    report = SHOTS / f"{name}.pdf"
    with zipfile.ZipFile(file) as archive:
        report.write_bytes(archive.read("report.pdf"))
    assert report.read_bytes().startswith(b"%PDF-")
    if draw := shutil.which("pdftoppm"):
        drawn = [draw, "-r", "70", "-png", str(report), str(report.with_suffix(""))]
        subprocess.run(drawn, check=True, timeout=PATIENCE_SECONDS)


def _verifies(file, folder):
    """What `habeas verify` says of it, in a folder that has nothing else but the pin."""
    folder.mkdir()
    (folder / "circle.txt").write_text(circle_note())
    shutil.copy(file, folder / "clip.zip")
    return subprocess.run(
        [sys.executable, "-m", "habeas.cli", "verify", "clip.zip", "--pin", "circle.txt"],
        cwd=folder, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False,
    )  # fmt: skip


def test_from_a_span_to_a_file_that_proves_itself(visit, city, tmp_path):  # noqa: F811
    from habeas.portal.viewing import models

    addresses = []
    visit(lambda *scene: addresses.append(_for_a_court(city, tmp_path, *scene)))
    # An hour later nobody fetches it any more.
    models.ExportRow.objects.update(asked=datetime.now(UTC) - timedelta(hours=2))
    visit(lambda *scene: _over(addresses[0], *scene))


def _for_a_court(city, tmp_path, visitor, page, desk):  # noqa: F811
    before = city.log.kinds()
    page.goto(f"{desk}/{NORTH}/?at={START:%Y-%m-%dT%H:%M}")
    page.locator(f"button[formaction$='/{NORTH}/export/']").click()
    page.wait_for_url("**/export/?**")
    expect(page.locator("#day")).to_have_value(f"{START:%Y-%m-%d}")
    expect(page.locator("#time")).to_have_value(re.compile(f"^{START:%H:%M}"))
    visitor.look("form")
    send(page)
    _wrong(page, "purpose", "case_number", "reason", "password")
    visitor.look("errors")
    page.check("input[value=court]")
    page.fill("#case_number", "2-114/2027")
    page.fill("#reason", "The court asks for it in a civil case")
    page.fill("#time", f"{OPEN:%H:%M:%S}")
    send(page, PASSWORD)
    _wrong(page, "day")
    visitor.look("hour-open")
    page.fill("#time", f"{START - timedelta(hours=5):%H:%M:%S}")
    page.fill("#day", f"{START - timedelta(hours=5):%Y-%m-%d}")
    send(page, PASSWORD)
    _wrong(page, "day")
    visitor.look("nothing-recorded")
    assert city.log.kinds() == before
    page.fill("#day", f"{START:%Y-%m-%d}")
    page.fill("#time", f"{START:%H:%M:%S}")
    send(page, PASSWORD)
    page.wait_for_url("**/exports/**")
    assert city.log.kinds() == [*before, "footage"]
    ready = computed(page, "location.href")
    visitor.look("ready")
    told = text_of(page, "p.app-root")
    with page.expect_download() as fetching:
        page.click("a[download]")
    file = tmp_path / "clip.zip"
    fetching.value.save_as(file)
    assert told == f"habeas verify {fetching.value.suggested_filename} --pin circle.txt"
    told = _verifies(file, tmp_path / "elsewhere")
    assert told.returncode == 0, told.stderr
    assert "2-114/2027" in told.stdout
    _keep_the_report(file, f"{visitor.name}-report")
    page.click("a[href^='/register/entries/']")
    page.wait_for_url("**/register/entries/*/")
    visitor.look("entry")
    return ready


def _over(address, visitor, page, _):
    page.goto(address)
    visitor.look("over")
    expect(page.locator("a[download]")).to_have_count(0)


def test_for_the_person_filmed(visit, city, tmp_path):  # noqa: F811
    visit(lambda *scene: _for_the_person(city, tmp_path, *scene))


def _for_the_person(city, tmp_path, visitor, page, desk):  # noqa: F811
    page.goto(f"{desk}/{NORTH}/export/?day={START:%Y-%m-%d}&time={START:%H:%M}&minutes=1")
    page.click("a[href*='/export/person/']")
    page.wait_for_url("**/person/**")
    visitor.look("person")
    # The span that was chosen is that of the other form, too.
    expect(page.locator("#day")).to_have_value(f"{START:%Y-%m-%d}")
    expect(page.locator("#time")).to_have_value(re.compile(f"^{START:%H:%M}"))
    send(page)
    _wrong(page, "case_number", "asked", "seen", "password")
    visitor.look("person-errors")
    page.fill("#asked", f"{START:%Y-%m-%d}")
    page.fill("#case_number", "SAR 7")
    page.check("#seen")
    send(page, PASSWORD)
    page.wait_for_url("**/exports/**")
    visitor.look("person-ready")
    with page.expect_download() as fetching:
        page.click("a[download]")
    file = tmp_path / "clip.zip"
    fetching.value.save_as(file)
    assert _verifies(file, tmp_path / "elsewhere").returncode == 0
    _keep_the_report(file, f"{visitor.name}-person-report")
    assert city.log.decoded()[-1].details["purpose"] == "subject-access"


def test_enough_for_today(visit, city, monkeypatch):  # noqa: F811
    from habeas.portal.viewing.store import DjangoExports

    monkeypatch.setattr(DjangoExports, "since", lambda *_, **__: 10_000)
    visit(_enough)
    assert "exported" not in [each.details.get("act") for each in city.log.decoded()]


def _enough(visitor, page, desk):
    page.goto(f"{desk}/{NORTH}/export/?day={START:%Y-%m-%d}&time={START:%H:%M}&minutes=1")
    page.check("input[value=police]")
    page.fill("#case_number", "77")
    page.fill("#reason", "A theft")
    send(page, PASSWORD)
    _wrong(page, "day")
    visitor.look("enough")
