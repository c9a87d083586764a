"""The archive in a browser: the time line, and a player that steps, leaps and speeds, by keys."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from habeas.cameras.counts import Counts
from habeas.cameras.declaration import Camera
from habeas.cameras.recordings import Recordings
from tests.browser.officer import signed_in, wait
from tests.browser.seen import becomes, text_of
from tests.media.video.segments import CAMERA, RECORDER, write_segment
from tests.unit.portal.conftest import (  # noqa: F401 - fixtures
    PASSWORD,
    _database,
    _tables,
    browser,
    city,
    data,
)
from tests.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.browser]

START = (datetime.now(UTC) - timedelta(hours=2)).replace(minute=20, second=0, microsecond=0)
SECONDS = 6


def fill(place: Recordings, at: list[float], start: datetime = START) -> None:
    """Segments of six seconds that begin so many seconds after *start*, no two alike."""
    content = write_segment(place.new_part("north-gate"), seconds=SECONDS).read_bytes()
    for number, second in enumerate(at):
        part = place.new_part("north-gate")
        # A free box at the end (ISO/IEC 14496-12 section 8.1.2).
        part.write_bytes(content + b"\0\0\0\x0cfree" + number.to_bytes(4, "big"))
        counted = Counts(lost=3 * (number == 7), whole=2 * (number == 7), moving=number * 13 % 61)
        place.add("north-gate", start + timedelta(seconds=second), part, counted)


@pytest.fixture
def recordings(city, data, tmp_path):  # noqa: F811
    place = Recordings(data / "recordings")
    file = tmp_path / "camera.toml"
    file.write_text(CAMERA)
    place.write_camera(Camera.load(file).public(), START.date(), RECORDER)
    # Two minutes and a half, and after 30 seconds of nothing a minute more.
    fill(place, [*range(0, 150, SECONDS), *range(180, 240, SECONDS)])
    return place


@pytest.fixture(params=[("desktop", "en"), ("phone", "ru")], ids="-".join)
def visit(request, aside, axe, city, recordings, browser):  # noqa: F811
    """Runs a scene with a visitor who has signed in."""
    width, locale = request.param
    browser.force_login(city.officer("parks-department"))
    with signed_in(aside, browser, axe, width, locale, "archive") as inside:
        yield inside


def _ask(page):
    page.check("input[value=city-service]")
    page.fill("#reason", "A tree has fallen on the path")
    page.fill("#password", PASSWORD)
    page.locator("form:has(#reason) button").click()
    page.wait_for_url("**/desk/cameras/now/")
    wait(page, "document.querySelector('video').readyState >= 2")


def _clock(page):
    return page.locator("[data-clock]")


def _at(seconds):
    return f"{START + timedelta(seconds=seconds):%H:%M:%S}"


def _shows(page, seconds):
    """Waits until the picture of that second of the span is there, and the clock says so."""
    wait(page, "document.querySelector('video').readyState >= 2")
    expect(_clock(page)).to_have_text(re.compile(f"^{_at(seconds)}"))


def test_from_the_time_line_to_the_picture_with_keys_alone(visit, city):  # noqa: F811
    visit(lambda *scene: _with_keys_alone(city, *scene))


def _with_keys_alone(city, visitor, page, desk):  # noqa: F811
    page.goto(f"{desk}/north-gate/")
    visitor.look("hour")
    expect(page.locator("[aria-labelledby=hours] a")).to_have_count(24)
    expect(page.locator("[aria-labelledby=by-minute] a")).to_have_count(60)
    # A cell of the time line is a link that leads closer: a minute, and its segments.
    page.locator(f"a[href='?at={START:%Y-%m-%dT%H:%M}']").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/?at={START:%Y-%m-%dT%H:%M}")
    visitor.look("minute")
    expect(page.locator("table tbody tr")).to_have_count(10)
    page.select_option("#minutes", "5")
    page.locator("form:has(#minutes) button").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/ask/?**")
    expect(page.locator("#time")).to_have_value(re.compile(f"^{START:%H:%M}"))
    expect(page.locator("#minutes")).to_have_value("5")
    assert not city.log.kinds()
    _ask(page)
    assert city.log.kinds() == ["footage"]
    visitor.look("player")

    page.locator(".app-viewing__picture").focus()
    page.keyboard.press("ArrowRight")
    _shows(page, 5)
    page.keyboard.press(".")
    expect(_clock(page)).to_have_text(f"{_at(5)}.1")
    page.keyboard.press(".")
    expect(_clock(page)).to_have_text(f"{_at(5)}.2")
    page.keyboard.press(",")
    expect(_clock(page)).to_have_text(f"{_at(5)}.1")
    page.keyboard.press("ArrowUp")
    _shows(page, 65)
    page.keyboard.press("ArrowDown")
    _shows(page, 5)
    for speed in ("2", "4", "8", "8"):
        page.keyboard.press("]")
        expect(page.locator("#speed")).to_have_value(speed)
    # Several segments as one, and where nothing was recorded playing goes on after it.
    page.keyboard.press(" ")
    until(lambda: _clock(page).inner_text() >= _at(180), "the gap is leapt over")
    page.keyboard.press(" ")
    wait(page, "document.querySelector('video').paused")
    page.keyboard.press("?")
    expect(page.locator(".app-viewing details")).to_have_attribute("open", "")
    visitor.look("keys")
    # A field keeps its own keys.
    page.locator("#speed").focus()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#speed")).to_have_value("4")


SPAN = f"day={START:%Y-%m-%d}&time={START:%H:%M:%S}&minutes=5"


def test_any_second_is_played_and_only_what_is_near_is_asked_for(visit):
    visit(_any_second)


def _any_second(_, page, desk):
    page.goto(f"{desk}/north-gate/ask/?{SPAN}")
    asked = []
    page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    _ask(page)
    page.evaluate(
        "document.querySelector('#moment').value = 200.3;"
        "document.querySelector('#moment').dispatchEvent(new Event('input'))"
    )
    _shows(page, 200)
    # Segment 25 begins after 180 s, the last after 234.
    parts = {int(each.removesuffix(".mp4")) for each in asked if each.endswith(".mp4")}
    assert 28 in parts
    assert not parts & set(range(10, 25))
    page.evaluate(
        "document.querySelector('#moment').value = 165;"
        "document.querySelector('#moment').dispatchEvent(new Event('input'))"
    )
    _shows(page, 180)


def test_what_is_over_leaves_no_picture(visit, recordings):
    visit(lambda *scene: _over(recordings, *scene))


def _over(recordings, visitor, page, desk):
    page.goto(f"{desk}/north-gate/ask/?{SPAN}")
    _ask(page)
    camera = recordings.camera("north-gate").model_copy(update={"viewers": ()})
    recordings.write_camera(camera, START.date(), RECORDER)
    page.evaluate(
        "document.querySelector('#moment').value = 200;"
        "document.querySelector('#moment').dispatchEvent(new Event('input'))"
    )
    text_of(page, "[data-problem]")
    becomes(lambda: page.evaluate("document.querySelector('video').hasAttribute('src')"), False)
    visitor.look("over")
