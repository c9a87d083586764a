"""What cameras recorded, as everybody sees it: by month, on a phone and on a desktop."""

from __future__ import annotations

import pytest

from habeas.cameras.declaration import Camera
from habeas.cameras.recordings import Recordings
from habeas.protocol.footage import RecordedDetails, entry_of
from habeas.protocol.looks import ViewedDetails
from tests.browser.officer import signed_in
from tests.media.video.segments import CAMERA
from tests.unit.portal.conftest import (  # noqa: F401 - fixtures
    PARKS,
    _database,
    _tables,
    browser,
    city,
    data,
)
from tests.unit.portal.test_camera_register import NOW
from tests.unit.protocol.world import CUSTODIAN_KEY, RECORDER_KEY, random

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.fixture
def hours(city, data, tmp_path):  # noqa: F811
    """Two months of two cameras, and a look at one."""
    place = Recordings(data / "recordings")
    file = tmp_path / "camera.toml"
    for name in ("bridge-north", "bridge-south"):
        file.write_text(CAMERA.replace("north-gate", name))
        place.write_camera(Camera.load(file).public(), NOW.date(), RECORDER_KEY)
        for number, hour in enumerate(("2027-01-31T23Z", "2027-02-01T00Z", "2027-02-01T01Z")):
            details = RecordedDetails(
                camera=name, hour=hour, segments=600, seconds=3599, frames=35_990, lost=123,
                whole=45, root="0" * 64,
            )  # fmt: skip
            entry = entry_of(details, NOW.date(), RECORDER_KEY, random(f"{name} {number}"))
            city.log.append(entry.encode())
    viewed = ViewedDetails(
        camera="bridge-north", office=PARKS, purpose="investigation", hour="2027-02-01T00Z",
        minutes=5, commit="0" * 64,
    )  # fmt: skip
    city.log.append(entry_of(viewed, NOW.date(), CUSTODIAN_KEY, random("viewed")).encode())
    city.copy.catch_up()


@pytest.fixture(params=[("desktop", "en"), ("phone", "ru"), ("phone", "pl")], ids="-".join)
def visit(request, aside, axe, city, hours, browser):  # noqa: F811
    width, locale = request.param
    browser.force_login(city.officer(PARKS))
    with signed_in(aside, browser, axe, width, locale, "hours") as inside:
        yield inside


def test_everybody_sees_what_was_recorded(visit):
    visit(_look)


def _look(visitor, page, desk):
    site = desk.removesuffix("/desk/cameras")
    page.goto(f"{site}/cameras/")
    page.click("a[href='/cameras/hours/']")
    page.wait_for_url("**/cameras/hours/")
    page.wait_for_selector("table")
    visitor.look("newest")
    page.click("ul a[href='?month=2027-01']")
    page.wait_for_url("**/cameras/hours/?month=2027-01")
    page.wait_for_selector("table")
    visitor.look("before")
    page.click("table a[href='/cameras/bridge-north/']")
    page.wait_for_url("**/cameras/bridge-north/")
    page.wait_for_selector("table")
    visitor.look("camera")
