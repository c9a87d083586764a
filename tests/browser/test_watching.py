"""Watching a camera live and holding its recordings, in a browser: in every state, to the end."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from habeas.cameras.declaration import Camera
from habeas.cameras.live_port import LivePort
from habeas.cameras.recordings import Recordings
from habeas.cameras.window import Window
from habeas.cameras.witnessed import Witnessed
from tests.browser.officer import send, signed_in, wait
from tests.browser.seen import errors_lead_to, text_of
from tests.media.video.segments import CAMERA, add_segment
from tests.unit.cameras.test_watching import frame
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
from tests.unit.protocol.world import RECORDER_KEY
from tests.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.browser]

START = (datetime.now(UTC) - timedelta(hours=2)).replace(minute=20, second=0, microsecond=0)
RULES = """
[live]
minutes = 15
purposes = ["emergency", "investigation"]
[holds]
days = 90
percent = 5
[cover]"""


@pytest.fixture
def recordings(city, data, tmp_path):  # noqa: F811
    place = Recordings(data / "recordings")
    file = tmp_path / "camera.toml"
    file.write_text(CAMERA.replace("[cover]", RULES))
    place.write_camera(Camera.load(file).public(), START.date(), RECORDER_KEY)
    add_segment(place, "north-gate", START)
    return place


@pytest.fixture
def recorder(recordings):
    """Shows a grey picture five times a second; whoever gets it ends that."""
    window = Window(lambda: recordings.camera("north-gate"), Witnessed(circle_note()))
    over = threading.Event()

    def show():
        shade = 60
        while not over.wait(0.2):
            window.show(frame(shade), datetime.now(UTC))
            shade = 60 + (shade + 7) % 120

    showing = threading.Thread(target=show, daemon=True)
    with LivePort({"north-gate": window}, {"north-gate": recordings.place("north-gate")},
                  RECORDER_KEY):  # fmt: skip
        showing.start()
        yield over
        over.set()
        showing.join()


@pytest.fixture(params=[("desktop", "en"), ("phone", "ru")], ids="-".join)
def visit(request, aside, axe, city, recordings, browser):  # noqa: F811
    width, locale = request.param
    browser.force_login(city.officer(PARKS))
    with signed_in(aside, browser, axe, width, locale, "watching") as inside:
        yield inside


#: Of the middle of what is shown; 0 where nothing is.
SHADE = """(c => c.getContext('2d').getImageData(c.width / 2, c.height / 8, 1, 1).data[0])
    (document.querySelector('canvas'))"""


def _shows(page, shades):
    """Wait until so many different pictures were shown."""
    seen = set()
    until(lambda: (seen.add(page.evaluate(SHADE)), len(seen - {0}) >= shades)[1], "a picture")


def test_a_camera_is_watched_until_it_is_ended(visit, city, recorder):  # noqa: F811
    visit(lambda *scene: _watch(city, recorder, *scene))
    acts = [each.details["act"] for each in city.log.decoded()]
    assert acts == ["live", "live-ended", "live", "live-ended"]


def _watch(city, recorder, visitor, page, desk):  # noqa: F811
    page.goto(f"{desk}/")
    visitor.look("choose")
    page.click("a[href$='/north-gate/live/']")
    page.wait_for_url("**/north-gate/live/")
    page.check("input[value=investigation]")
    send(page)
    errors_lead_to(page, "case_number", "reason", "password")
    visitor.look("live-errors")
    assert not city.log.kinds()
    page.check("input[value=emergency]")
    page.fill("#reason", "Smoke is seen")
    send(page, PASSWORD)
    page.wait_for_url("**/live/now/")
    _shows(page, 2)
    text_of(page, "#live [data-delay]")
    visitor.look("live")
    page.click("[data-end] button")
    page.wait_for_url("**/cameras/north-gate/")
    visitor.look("live-ended")
    page.goto(f"{desk}/live/now/")
    visitor.look("live-nothing")
    # Leaving the page ends it, too.
    page.goto(f"{desk}/north-gate/live/")
    page.fill("#reason", "Smoke again")
    send(page, PASSWORD)
    page.wait_for_url("**/live/now/")
    _shows(page, 1)
    recorder.set()
    wait(page, "document.querySelector('[data-problem]').textContent !== ''")
    visitor.look("live-waiting")
    page.goto(f"{desk}/")
    until(lambda: len(city.log.kinds()) == 4, "its end on the log")
    # That no picture comes is answered 503, which the browser reports, as it should be.
    visitor.problems = [each for each in visitor.problems if "status of 503" not in each]


def test_recordings_are_held_and_let_go(visit, city):  # noqa: F811
    visit(lambda *scene: _hold(city, *scene))
    acts = [each.details["act"] for each in city.log.decoded()]
    assert acts == ["held", "lifted"]


def _hold(city, visitor, page, desk):  # noqa: F811
    page.goto(f"{desk}/north-gate/holds/")
    visitor.look("holds-none")
    page.check("input[value=court-order]")
    page.fill("#hours", "100")
    send(page)
    errors_lead_to(page, "case_number", "words", "password")
    visitor.look("holds-errors")
    page.fill("#case_number", "2-114/2027")
    page.fill("#words", "The court wants to see it")
    # More than a twentieth of what is kept; none of it lies ahead.
    page.fill("#day", f"{START - timedelta(days=6):%Y-%m-%d}")
    send(page, PASSWORD)
    errors_lead_to(page, "hours")
    visitor.look("holds-too-much")
    assert not city.log.kinds()
    page.fill("#day", f"{START:%Y-%m-%d}")
    page.fill("#hours", "2")
    send(page, PASSWORD)
    page.wait_for_selector("table")
    visitor.look("holds-asked")
    page.click("table a[href$='/lift/']")
    page.wait_for_url("**/lift/")
    send(page)
    errors_lead_to(page, "password")
    visitor.look("lift-error")
    send(page, PASSWORD)
    page.wait_for_url("**/holds/")
    visitor.look("lifted")
