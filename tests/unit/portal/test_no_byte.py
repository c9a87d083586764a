"""Whoever tries to get a byte of video without an entry on the log gets none, whatever they ask."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from django.urls import get_resolver

from habeas.cameras.recordings import Recordings
from habeas.portal.viewing import models
from tests.media.video.segments import add_segment
from tests.unit.portal.conftest import PARKS, PASSWORD
from tests.unit.protocol import world
from tests.unit.protocol.vectors.acts import CAMERA

START = (datetime.now(UTC) - timedelta(hours=3)).replace(minute=20, second=0, microsecond=0)
NORTH = "bridge-north"
FORM = {
    "day": f"{START:%Y-%m-%d}", "time": f"{START:%H:%M:%S}", "minutes": "1",
    "purpose": "city-service", "case_number": "1/27", "reason": "A tree has fallen on the path",
    "password": PASSWORD,
}  # fmt: skip
#: Bytes that are in no page: too many to stand there by chance.
WINDOW = 24
RANGES: list[dict[str, str]] = [{}, {"HTTP_RANGE": "bytes=0-"}]


@pytest.fixture
def film(city, data):
    place = Recordings(data / "recordings")
    public = CAMERA.model_copy(update={"id": NORTH, "viewers": (PARKS,), "keep_days": 14})
    place.write_camera(public, START.date(), world.RECORDER_KEY)
    segment = add_segment(place, NORTH, START)
    return segment.path.read_bytes()


def addresses():
    """Every address below the desk's cameras, and some that guess where files lie."""
    keys = [row.key for row in models.ViewingRow.objects.all()]
    keys += [row.key for row in models.ExportRow.objects.all()]
    given: dict[str, list[Any]] = {
        "camera": [NORTH, "now"],
        "number": [0, 1, 99],
        "key": [*keys, "0"],
    }
    for pattern in get_resolver("habeas.portal.viewing.urls").url_patterns:
        names = list(pattern.pattern.converters)
        for values in product(*(given[name] for name in names)):
            route = str(pattern.pattern)
            for name, value in zip(names, values, strict=True):
                kind = {"camera": "slug", "key": "slug", "number": "int"}[name]
                route = route.replace(f"<{kind}:{name}>", str(value))
            yield f"/desk/cameras/{route}"
    path = f"{NORTH}/{START:%Y-%m-%d}/{START:%H}/{START:%H%M%S}.000Z.mp4"
    for folder in ("desk/cameras", "cameras", "recordings", "static/recordings", "static/../.."):
        yield f"/{folder}/{path}"


def tries(browser, film, methods=("get", "head", "post")):
    """Asks for all of them in all ways; gives those that showed video."""
    shown = []
    for address in addresses():
        for method, headers in ((one, each) for one in methods for each in RANGES):
            answer = getattr(browser, method)(address, **headers)
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
            if answer.headers.get("content-type") in ("video/mp4", "application/zip") or any(
                film[at : at + WINDOW] in content for at in range(0, len(film) - WINDOW, 997)
            ):
                shown.append((method, address))
            answer.close()
    return shown


def test_somebody_who_has_not_signed_in(film, browser):
    assert not tries(browser, film)


@pytest.mark.parametrize("office", [PARKS, "licensing-office"])
def test_an_officer_who_asked_for_nothing(city, film, browser, office):
    browser.force_login(city.officer(office))
    assert not tries(browser, film)
    assert not city.log.entries()


def test_an_officer_whose_entry_the_log_did_not_take(city, film, browser):
    browser.force_login(city.officer(PARKS))
    city.log.down = True
    assert browser.post(f"/desk/cameras/{NORTH}/ask/", FORM).status_code == 503
    assert models.ViewingRow.objects.exists()
    assert not tries(browser, film)


def test_an_officer_whose_viewing_is_over(city, film, browser):
    browser.force_login(city.officer(PARKS))
    assert browser.post(f"/desk/cameras/{NORTH}/ask/", FORM).status_code == 302
    browser.post("/desk/cameras/now/close/")
    assert not tries(browser, film)


def test_a_colleague_of_one_who_may(city, film, browser):
    browser.force_login(city.officer(PARKS))
    browser.post(f"/desk/cameras/{NORTH}/ask/", FORM)
    browser.force_login(city.officer(PARKS))
    assert not tries(browser, film)


def test_the_trial_itself_finds_what_is_shown(city, film, browser):
    browser.force_login(city.officer(PARKS))
    assert browser.post(f"/desk/cameras/{NORTH}/ask/", FORM).status_code == 302
    assert ("get", "/desk/cameras/now/0.mp4") in tries(browser, film, ("get",))
