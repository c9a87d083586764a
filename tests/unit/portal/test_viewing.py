"""Viewing recordings: the store of viewings, and the pages over the cameras' use case."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from habeas.cameras.declaration import Camera
from habeas.cameras.recordings import Recordings
from habeas.cameras.viewers import Viewer
from habeas.cameras.viewing import Viewing, Wish
from habeas.portal.cameras.allowance import allowance
from habeas.portal.looks.store import DjangoActs
from habeas.portal.viewing import models
from habeas.portal.viewing.forms import Form
from habeas.portal.viewing.store import DjangoStore
from tests.media.video.segments import CAMERA, RECORDER, add_segment
from tests.unit.portal.conftest import PASSWORD

START = (datetime.now(UTC) - timedelta(hours=2)).replace(minute=20, second=0, microsecond=0)
ONE = Viewing(
    key="ab" * 16, viewer=Viewer("o.petrova", "parks-department"), camera="north-gate",
    wish=Wish(START, 1, "city-service", "", "A tree has fallen"), segments=(START,),
    salt=bytes(32), entry=b"entry", expires=START + timedelta(hours=1),
)  # fmt: skip


# The store


def test_a_viewing_is_found_as_it_was_kept():
    store = DjangoStore()
    store.add(ONE)
    assert store.find(ONE.key) == ONE
    assert store.find("cd" * 16) is None


def test_opening_one_closes_the_officer_s_others_and_nobody_else_s():
    store = DjangoStore()
    other = replace(ONE, key="cd" * 16, closed=False)
    stranger = replace(
        ONE, key="ef" * 16, closed=False, viewer=Viewer("a.first", "parks-department")
    )
    for each in (ONE, other, stranger):
        store.add(each)
    opened = replace(ONE, index=7, proof="proof", closed=False)
    store.open(opened)
    assert store.find(ONE.key) == opened
    assert store.find(other.key).closed
    assert not store.find(stranger.key).closed
    store.end_all("o.petrova")
    assert store.find(ONE.key).closed
    assert not store.find(stranger.key).closed


# The form


FORM = {
    "day": f"{START:%Y-%m-%d}", "time": f"{START:%H:%M:%S}", "minutes": "1",
    "purpose": "city-service", "case_number": "", "reason": "A tree has fallen on the path",
}  # fmt: skip


def test_a_form_gives_the_wish_in_it():
    form = Form(dict(FORM))
    assert form.wish(datetime.now(UTC)) == Wish(
        START, 1, "city-service", "", "A tree has fallen on the path"
    )
    assert not form.errors


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"day": "31 February"}, "day"),
        ({"day": "9999-12-31"}, "day"),
        ({"minutes": "-1"}, "minutes"),
        ({"minutes": "9" * 30}, "minutes"),
        ({"purpose": " "}, "purpose"),
        ({"purpose": "investigation", "case_number": "?"}, "case_number"),
        ({"reason": ""}, "reason"),
    ],
)
def test_a_form_says_which_field_is_wrong(changed, field):
    form = Form({**FORM, **changed})
    form.wish(datetime.now(UTC))
    assert set(form.errors) == {field}


# The pages


@pytest.fixture
def recordings(city, data, tmp_path):
    place = Recordings(data / "recordings")
    (tmp_path / "camera.toml").write_text(CAMERA)
    place.write_camera(Camera.load(tmp_path / "camera.toml").public(), START.date(), RECORDER)
    add_segment(place, "north-gate", START)
    return place


@pytest.fixture
def viewer(city, browser):
    browser.force_login(city.officer("parks-department"))
    return browser


def _ask(browser, camera="north-gate", **changed):
    form = {**FORM, "password": PASSWORD, **changed}
    return browser.post(f"/desk/cameras/{camera}/ask/", form)


def test_what_is_on_the_log_plays(city, recordings, viewer):
    assert viewer.get("/desk/cameras/now/0.mp4").status_code == 403
    assert _ask(viewer).headers["location"] == "/desk/cameras/now/"
    assert city.log.kinds() == ["footage"]
    page = viewer.get("/desk/cameras/now/").content.decode()
    assert 'href="/register/entries/0/"' in page
    assert f'data-starts="{START.timestamp():.3f}"' in page
    film = viewer.get("/desk/cameras/now/0.mp4")
    assert film.content == recordings.content("north-gate", START)
    assert viewer.get("/desk/cameras/now/1.mp4").status_code == 403
    assert viewer.post("/desk/cameras/now/close/").status_code == 302
    assert viewer.get("/desk/cameras/now/0.mp4").status_code == 403


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ("bytes=0-", 206, slice(0, None)),
        ("bytes=100-199", 206, slice(100, 200)),
        ("bytes=5-4", 416, None),
        ("bytes=99999999-", 416, None),
        ("bytes=-5", 200, slice(0, None)),
        ("bytes=0-1,3-4", 200, slice(0, None)),
        ("lines=0-1", 200, slice(0, None)),
    ],
)
def test_players_get_the_range_that_they_ask_for(city, recordings, viewer, asked, status, part):
    _ask(viewer)
    answer = viewer.get("/desk/cameras/now/0.mp4", HTTP_RANGE=asked)
    assert answer.status_code == status
    if part is not None:
        assert answer.content == recordings.content("north-gate", START)[part]


def test_without_the_log_nothing_plays(city, recordings, viewer):
    city.log.down = True
    assert _ask(viewer).status_code == 503
    assert viewer.get("/desk/cameras/now/0.mp4").status_code == 403
    assert models.ViewingRow.objects.get().closed


def test_nothing_is_logged_before_the_password_is_right(city, recordings, viewer):
    answer = _ask(viewer, password="guess", purpose="recognition")
    assert answer.status_code == 200
    assert "The password is not right." in answer.content.decode()
    assert not city.log.kinds()


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_refusal_is_in_the_visitor_s_language_and_views_nothing(
    city, recordings, viewer, language
):
    form = {**FORM, "password": PASSWORD, "purpose": "curiosity"}
    answer = viewer.post("/desk/cameras/north-gate/ask/", form, HTTP_ACCEPT_LANGUAGE=language)
    assert answer.status_code == 403
    said = {"en": "There is no such purpose.", "ru": "Такой цели нет."}[language]
    assert said in answer.content.decode()
    assert not city.log.kinds()


def test_an_office_that_no_entry_names_sees_no_form(city, recordings, browser):
    browser.force_login(city.officer("licensing-office"))
    assert "North gate" not in browser.get("/desk/cameras/").content.decode()
    assert browser.get("/desk/cameras/north-gate/ask/").status_code == 403
    assert _ask(browser).status_code == 403
    assert not city.log.kinds()


def test_the_register_of_cameras_is_for_everybody(city, recordings, browser):
    assert "North gate" in browser.get("/cameras/").content.decode()
    page = browser.get("/cameras/north-gate/").content.decode()
    assert "Parks Department" in page
    assert "secret" not in page
    for nowhere in ("nowhere/", "north-gate/sample.jpg", "nowhere/sample.jpg"):
        assert browser.get(f"/cameras/{nowhere}").status_code == 404


def test_whoever_has_looked_enough_today_is_told_and_nothing_is_logged(
    city, recordings, viewer, monkeypatch
):
    assert _ask(viewer).status_code == 302
    now, row = datetime.now(UTC), models.ViewingRow.objects.get()
    stores = allowance().stores
    since = now - timedelta(hours=1)
    for officer, counted in ((row.officer, 1), ("another", 0), (None, 1)):
        found = [each.since(since, office="parks-department", officer=officer) for each in stores]
        assert sum(found) == counted
    assert not sum(each.since(since, office="police") for each in stores)
    assert not sum(each.since(now, office="parks-department") for each in stores)
    before = city.log.kinds()
    # As many as a day allows, the most of them live.
    monkeypatch.setattr(DjangoActs, "since", lambda *_, **__: 49)
    page = _ask(viewer).content.decode()
    assert "You have looked as often as a day allows." in page
    assert city.log.kinds() == before
    assert models.ViewingRow.objects.count() == 1
