"""The register of cameras: how they fare, who looked how often, and the same for programs."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from unittest.mock import Mock

import pytest
from PIL import Image

from habeas.cameras import health, storage
from habeas.cameras.declaration import Camera
from habeas.cameras.health import CameraHealth
from habeas.cameras.naming import TAKEN
from habeas.cameras.recordings import Recordings
from habeas.cameras.registration import ID
from habeas.portal.cameras import monthly, urls, views
from habeas.portal.cameras.versions import versions
from habeas.portal.looks import urls as looks_urls
from habeas.portal.viewing import urls as viewing_urls
from habeas.protocol.footage import CameraDetails, RecordedDetails, entry_of
from habeas.protocol.looks import HeldDetails, LiftedDetails, LiveDetails, ViewedDetails
from habeas.register.camera_months import CameraMonth
from habeas.register.hours import HoursCopy
from tests.media.video.segments import CAMERA, RECORDER
from tests.unit.protocol.world import CUSTODIAN_KEY, RECORDER_KEY, random

NOW = datetime.now(UTC)
ONE = {"camera": "north-gate", "office": "parks-department"}
LIVE = LiveDetails(**ONE, purpose="emergency", hour="2027-01-15T20Z", minutes=15, commit="0" * 64)
VIEWED = ViewedDetails(
    **ONE, purpose="investigation", hour="2027-01-15T20Z", minutes=5, commit="0" * 64
)
HELD = HeldDetails(
    camera="library", reason="court-order", hour="2027-01-15T20Z", hours=3, until="2027-03-01",
    commit="0" * 64,
)  # fmt: skip
RECORDED = RecordedDetails(
    camera="bridge-north", hour="2027-01-15T20Z", segments=1, seconds=6, frames=60, lost=0,
    whole=0, root="0" * 64,
)  # fmt: skip


@pytest.fixture
def recordings(city, data, tmp_path):
    place = Recordings(data / "recordings")
    for name in ("north-gate", "library"):
        file = tmp_path / "camera.toml"
        file.write_text(CAMERA.replace("north-gate", name))
        place.write_camera(Camera.load(file).public(), NOW.date(), RECORDER)
    return place


@pytest.fixture
def looked(city, recordings):
    """Two months of looks, and an hour that a recorder closed."""
    told = [
        ("2027-01-15", LIVE), ("2027-01-16", VIEWED), ("2027-01-17", VIEWED),
        ("2027-02-01", VIEWED), ("2027-02-02", HELD), ("2027-02-03", RECORDED),
        ("2027-02-04", LiftedDetails(camera="library", hold=4)),
    ]  # fmt: skip
    for number, (said, details) in enumerate(told):
        key = RECORDER_KEY if details is RECORDED else CUSTODIAN_KEY
        day = datetime.fromisoformat(said).date()
        city.log.append(entry_of(details, day, key, random(f"{number}")).encode())
    city.copy.catch_up()


def report(recordings, camera, **said):
    at = datetime.now(UTC).isoformat()
    fields = {"state": "recording", "at": at, "since": at, "picture": at, "frames": 1000,
              "rate": 10.0, "looks": 7.4, **said}  # fmt: skip
    health.write(recordings.place(camera), CameraHealth(**fields))


def page(browser, address):
    answer = browser.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_no_camera_can_be_called_as_a_page_beside_it_is():
    pages = (*urls.urlpatterns, *looks_urls.urlpatterns, *viewing_urls.urlpatterns)
    first = {str(each.pattern).split("/", 1)[0] for each in pages}
    assert {each for each in first if ID.fullmatch(each)} == TAKEN


def test_looks_are_counted_by_office_purpose_and_month(looked, browser):
    lines = list(csv.reader(io.StringIO(page(browser, "/cameras/looks.csv"))))
    assert lines[0] == ["month", "camera", "office", "act", "purpose", "count"]
    parks = ["north-gate", "parks-department"]
    assert lines[1:] == [
        ["2027-02", "library", "", "held", "court-order", "1"],
        ["2027-02", "library", "", "lifted", "", "1"],
        ["2027-02", *parks, "viewed", "investigation", "1"],
        ["2027-01", *parks, "live", "emergency", "1"],
        ["2027-01", *parks, "viewed", "investigation", "2"],
    ]
    found = browser.get("/cameras/looks.json").json()
    assert [list(each.values())[-1] for each in found["looks"]] == [1, 1, 1, 1, 2]
    shown = page(browser, "/cameras/north-gate/")
    assert "watched live: an emergency" in shown
    assert "court" not in shown.split("What the log says")[0].split("Who looked")[1]
    assert "a court’s order" in page(browser, "/cameras/")


def test_the_copy_of_before_counts_what_it_has(looked, city):
    """A register that was copied before there were counters of looks."""
    with city.copy._database.transaction() as connection:
        connection.execute("DROP TABLE looks")
        connection.execute("UPDATE habeas_schema SET version = 1 WHERE part = 'register'")
    from habeas.register.copy import _SCHEMA

    city.copy._database.prepare(_SCHEMA)
    assert sum(each.count for each in city.copy.looks()) == 6


def recorded(city, number, **said):
    details = RECORDED.model_copy(update=said)
    day = datetime.fromisoformat(details.hour[:10]).date()
    entry = entry_of(details, day, RECORDER_KEY, random(f"hour {number}"))
    city.log.append(entry.encode())


HEAD = ["month", "camera", "hours", "seconds", "frames", "lost", "whole", "looks", "exports"]


def test_what_was_recorded_and_looked_at_is_counted_by_camera_and_month(looked, city, browser):
    """Of the month in which it was recorded, whenever the hour was closed."""
    recorded(city, 1, hour="2027-01-31T23Z", seconds=3594, frames=35_940, lost=60, whole=36)
    recorded(city, 2, camera="bridge-south", hour="2027-02-01T00Z")
    city.copy.catch_up()
    lines = list(csv.reader(io.StringIO(page(browser, "/cameras/hours.csv"))))
    assert lines == [
        HEAD,
        ["2027-02", "bridge-south", "1", "6", "60", "0", "0", "0", "0"],
        ["2027-02", "north-gate", "0", "0", "0", "0", "0", "1", "0"],
        ["2027-01", "bridge-north", "2", "3600", "36000", "60", "36", "0", "0"],
        ["2027-01", "north-gate", "0", "0", "0", "0", "0", "3", "0"],
    ]
    one = list(csv.reader(io.StringIO(page(browser, "/cameras/hours.csv?month=2027-02"))))
    assert one == lines[:3]
    found = browser.get("/cameras/hours.json?month=2027-01").json()
    assert [list(each) for each in found["hours"]] == [HEAD, HEAD]
    assert [str(each) for each in found["hours"][0].values()] == lines[3]
    assert browser.get("/cameras/hours.json?month=2026-01").json()["hours"] == []


def test_the_page_of_hours_shows_a_month(looked, city, browser):
    recorded(city, 1, hour="2027-01-31T23Z", seconds=3594, frames=35_940, lost=60, whole=36)
    city.copy.catch_up()
    newest = page(browser, "/cameras/hours/")
    assert "bridge-north" not in newest
    assert "north-gate" in newest
    shown = page(browser, "/cameras/hours/?month=2027-01")
    assert "January 2027" in shown
    row = shown.split("bridge-north</a>")[1].split("</tr>")[0]
    assert " ".join(re.sub("<[^>]+>", " ", row).split()) == "2 1.0 0.2 % 0.1 % 0 0"
    for odd in ("?month=2027-13", "?month=x", "?after=zzz"):
        assert browser.get(f"/cameras/hours/{odd}").status_code == 200
    assert "What the cameras recorded" in page(browser, "/cameras/")


def test_a_month_in_which_nobody_looked_and_nothing_was_recorded_is_none(looked, city, browser):
    entry = entry_of(HELD, datetime(2027, 3, 1, tzinfo=UTC).date(), CUSTODIAN_KEY, random("held"))
    city.log.append(entry.encode())
    city.copy.catch_up()
    assert monthly.months() == ["2027-02", "2027-01"]
    assert "February 2027" in page(browser, "/cameras/hours/?month=2027-03")


def test_a_month_of_many_cameras_comes_in_pages(looked, city, browser, monkeypatch):
    monkeypatch.setattr(views, "_PAGE", 1)
    monkeypatch.setattr(monthly, "_CHUNK", 1)
    first = page(browser, "/cameras/hours/?month=2027-01")
    assert "bridge-north" in first
    assert "north-gate</a>" not in first.replace("bridge-north", "")
    (more,) = re.findall(r'href="(\?month=2027-01&amp;after=[^"]+)"', first)
    second = page(browser, f"/cameras/hours/{more.replace('&amp;', '&')}")
    assert "north-gate" in second
    assert "More cameras" in first
    assert "More cameras" not in second
    assert len(page(browser, "/cameras/hours.csv").splitlines()) == 4


def test_a_city_without_hours_says_so(recordings, city, browser):
    assert "Nothing yet." in page(browser, "/cameras/hours/")
    assert list(csv.reader(io.StringIO(page(browser, "/cameras/hours.csv")))) == [HEAD]


def test_hours_of_both_logs_count_together(looked, city, browser, monkeypatch):
    """Those from before the circle had a log of hours stay where they are."""

    more = CameraMonth("2027-01", "bridge-north", 2, 7200, 72_000, 5, 1)
    hours = Mock(spec=HoursCopy)
    hours.months_recorded.return_value = ["2027-01"]
    hours.of_month.return_value = hours.camera_months.return_value = [more]
    monkeypatch.setattr(monthly, "hours_copy", lambda: hours)
    found = [each.recorded for each in monthly.of_month("2027-01", 9)]
    assert found[0] == CameraMonth("2027-01", "bridge-north", 3, 7206, 72_060, 5, 1)
    assert monthly.of_camera("bridge-north")[0].recorded == found[0]


def test_a_copy_of_before_counts_the_hours_that_it_has_once(looked, city):
    with city.copy._database.transaction() as connection:
        connection.execute("DROP TABLE recorded")
        connection.execute("DELETE FROM copied_by WHERE name = 'recorded'")
        connection.execute("UPDATE habeas_schema SET version = 3 WHERE part = 'register'")
    from habeas.register.copy import _SCHEMA

    for _ in range(2):
        city.copy._database.prepare(_SCHEMA)
        assert [each.hours for each in city.copy.camera_months("bridge-north")] == [1]


def test_news_are_for_feed_readers_without_the_hours(looked, browser):
    answer = browser.get("/cameras/news.atom")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    said = answer.content.decode()
    assert "Viewed by Parks Department: 5 min from 2027-01-15T20Z" in said
    assert "The hold #4 was lifted" in said
    assert "Recorded" not in said


def test_all_that_is_public_of_cameras_is_json(recordings, browser):
    found = browser.get("/cameras/cameras.json").json()["cameras"]
    assert [each["id"] for each in found] == ["library", "north-gate"]
    assert found[0]["entry"] is None  # the log has not been told of it
    assert "url" not in found[0]
    assert "secret" not in browser.get("/cameras/cameras.json").content.decode()


def test_how_they_fare_is_the_same_for_everybody(recordings, browser):
    report(recordings, "north-gate", lost=100, offset=-3600.0)
    storage_file = recordings.folder / "storage.json"
    said = storage.StorageHealth(level="low", free=9 * 10**9, total=100 * 10**9, freed=2)
    storage_file.write_text(said.model_dump_json())
    shown = page(browser, "/cameras/health/")
    assert "Many pictures lost" in shown
    assert "The camera’s clock is off by a minute or more" in shown
    assert "-3600.0\N{NO-BREAK SPACE}s" in shown
    assert "9.1\N{NO-BREAK SPACE}%" in shown
    assert "7.4" in shown
    assert "The recorder does not report" in shown  # of the library
    assert "The disk fills up" in shown
    assert "before their day, to make room: 2" in shown
    found = browser.get("/cameras/health.json").json()
    alarms = {each["camera"]: each["alarms"] for each in found["cameras"]}
    assert alarms == {"north-gate": ["frames-lost", "clock-offset"], "library": ["silent"]}
    assert found["storage"]["alarms"] == ["storage-low"]
    assert "Many pictures lost" in page(browser, "/cameras/north-gate/")


@pytest.mark.parametrize(
    ("said", "alarms"),
    [
        ({}, []),
        ({"state": "resting", "picture": None, "looks": 0.0}, []),
        ({"state": "lost", "because": "It is away."}, ["lost"]),
        ({"picture": (NOW - timedelta(minutes=2)).isoformat()}, ["picture"]),
        ({"state": "waiting", "picture": None,
          "since": (NOW - timedelta(minutes=2)).isoformat()}, ["picture"]),
        ({"behind": 5.0}, ["behind"]),
        ({"looks": 0.5}, ["looks"]),
        ({"lost": 21}, ["frames-lost"]),
        ({"lost": 20}, []),
        ({"whole": 51}, ["covered-whole"]),
        ({"clock": "It jumps."}, ["clock"]),
        ({"offset": 60.0}, ["clock-offset"]),
        ({"offset": -3600.0}, ["clock-offset"]),
        ({"offset": 59.9}, []),
        ({"at": (NOW - timedelta(minutes=1)).isoformat()}, ["silent"]),
    ],
)  # fmt: skip
def test_alarms(recordings, said, alarms):
    report(recordings, "north-gate", **said)
    assert health.alarms(health.read(recordings.place("north-gate"), NOW), NOW) == alarms


def test_who_never_reported_is_silent():
    assert health.alarms(None, NOW) == ["silent"]


def test_the_operator_s_own_picture_lies_under_the_plan(recordings, browser):
    assert browser.get("/cameras/ground").status_code == 404
    Image.new("RGB", (400, 300), "white").save(recordings.folder / "city.png")
    file = recordings.folder / "ground.toml"
    file.write_text('image = "city.png"\nnorth = 55.80\nsouth = 55.70\nwest = 37.5\neast = 37.7\n')
    shown = page(browser, "/cameras/")
    assert '<image href="/cameras/ground" width="400.0" height="300.0"' in shown
    answer = browser.get("/cameras/ground")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert answer.content == (recordings.folder / "city.png").read_bytes()


@pytest.mark.parametrize(
    "text",
    [
        "{", 'image = "city.png"', 'image = "none.png"\nnorth=1\nsouth=0\nwest=0\neast=1',
        'image = "../../custodian.key"\nnorth=1\nsouth=0\nwest=0\neast=1',
        'image = "city.png"\nnorth=0\nsouth=1\nwest=0\neast=1',
        'image = "ground.toml"\nnorth=1\nsouth=0\nwest=0\neast=1',
    ],
)  # fmt: skip
def test_a_picture_that_cannot_be_used_is_none(recordings, browser, text):
    Image.new("RGB", (40, 30), "white").save(recordings.folder / "city.png")
    (recordings.folder / "ground.toml").write_text(text)
    assert "<image" not in page(browser, "/cameras/")
    assert browser.get("/cameras/ground").status_code == 404


def test_each_version_of_an_entry_says_what_it_changed(city, recordings, browser):
    """Zones, hours, holds: nothing of what a camera promises changes without a version."""
    first = recordings.camera("north-gate")
    city.copy.catch_up()
    told = [
        ("registered", first),
        ("changed", first.model_copy(update={"keep_days": 30, "zones": None})),
        ("changed", first.model_copy(update={"keep_days": 30, "latitude_e6": 1, "zones": None})),
    ]
    for number, (act, entry) in enumerate(told):
        camera = entry.model_copy(update={"id": "bridge-north"})
        details = CameraDetails(act=act, camera="bridge-north", entry=camera)
        salt = random(f"version {number}")
        city.log.append(entry_of(details, NOW.date(), RECORDER_KEY, salt).encode())
    city.copy.catch_up()
    newest, middle, oldest = versions("bridge-north")
    assert (newest.act, newest.changed) == ("changed", ("Where",))
    assert middle.changed == ("Days kept", "Parts of the picture")
    assert (oldest.index, oldest.act, oldest.changed) == (0, "registered", ())
    recordings.write_camera(camera, NOW.date(), RECORDER)
    shown = page(browser, "/cameras/bridge-north/")
    assert "Changed: Days kept, Parts of the picture" in shown
