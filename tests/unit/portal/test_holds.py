"""Legal holds at the desk: on the log first, within the camera's promise, lifted on the log."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from habeas.cameras import holds
from habeas.cameras.acts import OPERATOR, EndedError
from habeas.cameras.declaration import Camera
from habeas.cameras.holding import HoldWish
from habeas.cameras.holds import HoldRefusedError
from habeas.cameras.recordings import Recordings
from habeas.cameras.witnessed import Witnessed
from habeas.portal.looks.hold_form import HoldForm
from habeas.portal.looks.models import ActRow
from habeas.portal.looks.telling import holding, telling
from habeas.protocol.footage import hour_name
from habeas.protocol.looks import HeldDetails, HoldReason, LiftedDetails
from tests.media.video.segments import CAMERA, RECORDER, add_segment
from tests.unit.portal.conftest import PASSWORD, circle_note

START = (datetime.now(UTC) - timedelta(hours=2)).replace(minute=20, second=0, microsecond=0)
TODAY = datetime.now(UTC).date()
BEFORE = (TODAY - timedelta(days=2)).isoformat()
RULES = "[holds]\ndays = 90\npercent = 5\n[cover]"
FORM = {
    "day": f"{START:%Y-%m-%d}", "hour": f"{START:%H}", "hours": "2",
    "until": (TODAY + timedelta(days=60)).isoformat(), "reason": "incident", "case_number": "",
    "words": "Two cars have met at the crossing", "password": PASSWORD,
}  # fmt: skip


@dataclass
class Street:
    """A camera with a recording, and its recorder."""

    recordings: Recordings
    place: object

    def judge(self):
        """What the recorder does every twenty seconds."""
        camera = self.recordings.camera("north-gate")
        now = datetime.now(UTC)
        holds.judge(self.place, camera, Witnessed(circle_note()), now, lambda _: None)
        return holds.held(self.place, TODAY)

    def declare(self, folder, text):
        (folder / "camera.toml").write_text(text)
        camera = Camera.load(folder / "camera.toml").public()
        self.recordings.write_camera(camera, START.date(), RECORDER)


@pytest.fixture
def street(city, data, tmp_path):
    recordings = Recordings(data / "recordings")
    found = Street(recordings, recordings.place("north-gate"))
    found.declare(tmp_path, CAMERA.replace("[cover]", RULES))
    add_segment(recordings, "north-gate", START)
    return found


@pytest.fixture
def officer(city, street, browser):
    browser.force_login(city.officer("parks-department"))
    return browser


def put(browser, **changed):
    return browser.post("/desk/cameras/north-gate/holds/", {**FORM, **changed})


def test_a_hold_is_on_the_log_before_the_recorder_takes_it_on(city, street, officer):
    assert put(officer).status_code == 302
    (entry,) = city.log.decoded()
    details = HeldDetails.read(entry.details)
    assert (details.hour, details.hours, details.reason) == (
        hour_name(START), 2, HoldReason.INCIDENT,
    )  # fmt: skip
    assert details.until == FORM["until"]
    assert entry.office == "parks-department"
    assert "cars have met" not in entry.encode().decode()
    page = officer.get("/desk/cameras/north-gate/holds/").content.decode()
    assert "Waits for the recorder" in page
    assert street.judge() == {hour_name(START), hour_name(START + timedelta(hours=1))}
    page = officer.get("/desk/cameras/north-gate/holds/").content.decode()
    assert "Waits for the recorder" not in page
    assert 'href="/register/entries/0/"' in page


def test_nothing_is_held_before_the_password_is_right(city, street, officer):
    answer = put(officer, password="guess")
    assert "The password is not right." in answer.content.decode()
    assert not city.log.kinds()
    assert not ActRow.objects.exists()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"hours": "17", "day": BEFORE}, "At most 16 hours of this camera may be held at a time."),
        ({"until": "2099-12-31"}, "for 104 days in all"),
        ({"until": (TODAY - timedelta(days=1)).isoformat()}, "would be over already"),
        ({"day": (TODAY + timedelta(days=3)).isoformat()}, "has not been recorded yet"),
        ({"words": ""}, "Say why it has to be held"),
        ({"reason": "just-in-case"}, "Choose why it is held"),
        ({"reason": "court-order"}, "Enter the number of the order"),
        ({"hours": "many"}, "Enter how many hours"),
        ({"day": "31 February"}, "Enter a day and an hour"),
        ({"hour": "24"}, "Enter a day and an hour"),
        ({"until": "never"}, "Enter the last day of the hold"),
    ],
)
def test_what_cannot_be_held_is_said_and_nothing_is_logged(city, street, officer, changed, said):
    answer = put(officer, **changed)
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert "<title>Error: " in answer.content.decode()
    assert not city.log.kinds()


def test_a_camera_that_promises_no_holds_has_none(city, street, officer, tmp_path):
    street.declare(tmp_path, CAMERA)
    page = officer.get("/desk/cameras/north-gate/holds/").content.decode()
    assert "Nothing of this camera may be held." in page
    assert 'name="until"' not in page
    assert put(officer).status_code == 200
    assert not city.log.kinds()


def test_an_office_that_the_camera_does_not_name_holds_nothing(city, street, browser):
    browser.force_login(city.officer("licensing-office"))
    assert browser.get("/desk/cameras/north-gate/holds/").status_code == 403
    assert put(browser).status_code == 403
    assert not city.log.kinds()
    browser.logout()
    assert put(browser).headers["location"].startswith("/desk/sign-in/")


def test_holds_that_the_recorder_has_not_judged_count_too(city, street, officer):
    for _ in range(8):
        assert (
            put(officer, hour="0", day=(TODAY - timedelta(days=1)).isoformat()).status_code == 302
        )
    answer = put(officer, hours="15")
    assert "At most 16 hours" in answer.content.decode()


def test_what_the_log_did_not_take_holds_nothing_and_is_told_once_it_does(city, street, officer):
    city.log.down = True
    assert put(officer).status_code == 503
    assert street.judge() == frozenset()
    assert not telling().settle()
    city.log.down = False
    assert telling().settle()
    assert telling().settle()
    assert city.log.kinds() == ["footage"]
    assert len(street.judge()) == 2


def test_a_hold_is_lifted_on_the_log_by_its_own_office_once(city, street, officer):
    put(officer)
    assert street.judge()
    page = officer.get("/desk/cameras/north-gate/holds/0/lift/").content.decode()
    assert "then deleted when their days are over" in page
    address = "/desk/cameras/north-gate/holds/0/lift/"
    assert officer.post(address, {"password": "guess"}).status_code == 200
    assert len(city.log.kinds()) == 1
    assert officer.post(address, {"password": PASSWORD}).status_code == 302
    assert LiftedDetails.read(city.log.decoded()[1].details).hold == 0
    assert street.judge() == frozenset()
    assert officer.post(address, {"password": PASSWORD}).status_code == 403
    act = telling().store.of_camera("north-gate", "lifted")[0]
    with pytest.raises(EndedError):
        telling().store.add(act)
    assert len(city.log.kinds()) == 2


def test_the_operator_holds_at_a_court_s_order_and_no_office_lifts_it(city, street, officer):
    wish = HoldWish(
        hour_name(START), 1, TODAY + timedelta(days=30), HoldReason.COURT_ORDER, "2-117/2026", ""
    )
    camera = street.recordings.camera("north-gate")
    assert holding().put(OPERATOR, camera, wish).index == 0
    (entry,) = city.log.decoded()
    assert entry.office is None
    assert "117/2026" not in entry.encode().decode()
    assert street.judge() == {hour_name(START)}
    assert "at a court’s order" in officer.get("/desk/cameras/north-gate/holds/").content.decode()
    address = "/desk/cameras/north-gate/holds/0/lift/"
    assert officer.post(address, {"password": PASSWORD}).status_code == 403
    with pytest.raises(HoldRefusedError):
        holding().lift(OPERATOR, camera, 7)
    holding().lift(OPERATOR, camera, 0)
    assert street.judge() == frozenset()


def test_a_form_takes_no_day_that_the_log_does_not_know():
    form = HoldForm({**FORM, "until": "9999-12-31", "day": "0001-01-01"})
    assert form.wish().until == date.min
    assert set(form.errors) == {"until", "day"}
