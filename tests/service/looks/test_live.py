"""Live pictures: not a byte without an entry, after the end, or for another session."""

import contextlib
import re
import socket
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from django.test import Client

from habeas.cameras.declaration import Camera
from habeas.cameras.live_address import (
    FILE,
    LiveAddress,
    LiveAddressError,
    RecorderIdentity,
    read,
    told,
)
from habeas.cameras.live_port import NUMBER, LivePort
from habeas.cameras.recordings import Recordings
from habeas.cameras.window import Window, WindowLimits
from habeas.cameras.witnessed import Witnessed
from habeas.foundation.errors import HabeasError
from habeas.portal.looks.models import ActRow
from habeas.portal.looks.store import DjangoActs
from habeas.portal.looks.telling import settle
from habeas.portal.viewing.store import DjangoStore
from habeas.protocol import commitment
from habeas.protocol.looks import LiveDetails, LiveEndedDetails
from habeas.tlog import NoteSigner
from tests.media.video.segments import CAMERA, RECORDER
from tests.service.tlog.servers import free_ports
from tests.unit.cameras import test_watching
from tests.unit.cameras.street import Street
from tests.unit.cameras.test_watching import frame
from tests.unit.portal.conftest import PASSWORD, circle_note
from tests.unit.protocol.world import RECORDER_KEY

RULES = '[live]\nminutes = 15\npurposes = ["emergency", "investigation"]\n[cover]'
FORM = {
    "purpose": "emergency",
    "case_number": "",
    "reason": "Smoke at the gate",
    "password": PASSWORD,
}
JPEG = b"\xff\xd8\xff"


@dataclass
class Recorder:
    """What a camera's recorder shows."""

    recordings: Recordings
    window: Window

    def show(self):
        self.window.show(frame(), datetime.now(UTC))


@pytest.fixture
def recorder(city, data, tmp_path):
    recordings = Recordings(data / "recordings")
    file = tmp_path / "camera.toml"
    for name in ("north-gate", "library"):
        file.write_text(CAMERA.replace("[cover]", RULES).replace("north-gate", name))
        recordings.write_camera(Camera.load(file).public(), datetime.now(UTC).date(), RECORDER)
    window = Window(
        lambda: recordings.camera("north-gate"), Witnessed(circle_note()),
        limits=WindowLimits(wait=0.0),
    )  # fmt: skip
    places = {"north-gate": recordings.place("north-gate")}
    with LivePort({"north-gate": window}, places, RECORDER_KEY):
        yield Recorder(recordings, window)


@pytest.fixture
def account(city):
    return city.officer("parks-department")


@pytest.fixture
def officer(account, browser):
    browser.force_login(account)
    return browser


def ask(browser, camera="north-gate", **changed):
    return browser.post(f"/desk/cameras/{camera}/live/", {**FORM, **changed})


def picture(browser, after=0):
    return browser.get(f"/desk/cameras/live/now/picture.jpg?after={after}")


def acts(city):
    return [each.details["act"] for each in city.log.decoded()]


def watching(recorder, browser):
    """The first picture of a look that has begun."""
    picture(browser)  # from then on pictures are kept
    recorder.show()
    return picture(browser)


def public(city):
    """Whether everybody reads that somebody watches now."""
    city.copy.catch_up()
    page = Client().get("/cameras/north-gate/").content.decode()
    return "Somebody watches this camera live now: Parks Department" in " ".join(
        re.sub(r"<[^>]+>", " ", page).replace(" :", ":").split()
    )


def nothing(answer):
    """Whether an answer lets nothing out."""
    return answer.status_code in (302, 403, 503) and JPEG not in answer.content


def test_a_look_is_on_the_log_before_its_first_picture(city, recorder, officer):
    recorder.show()
    assert nothing(picture(officer))
    assert ask(officer).headers["location"] == "/desk/cameras/live/now/"
    (entry,) = city.log.decoded()
    said = LiveDetails.read(entry.details)
    assert (said.camera, said.office, said.minutes) == ("north-gate", "parks-department", 15)
    row = ActRow.objects.get()
    assert commitment(bytes(row.salt), row.private) == said.commit
    assert "Smoke at the gate" not in entry.encode().decode()
    found = watching(recorder, officer)
    assert found.content.startswith(JPEG)
    assert found.headers["cache-control"] == "no-store"
    assert float(found.headers["x-habeas-delay"]) >= 0
    page = officer.get("/desk/cameras/live/now/").content.decode()
    assert "It is public that you watch" in page
    assert 'href="/register/entries/0/"' in page
    assert row.private["pseudonym"] in page
    assert public(city)
    # Each picture once: the same is not sent again.
    assert nothing(picture(officer, found.headers["x-habeas-number"]))


def test_no_picture_is_no_fault_that_is_written_down_and_no_recorder_is(recorder, officer, caplog):
    ask(officer)
    found = picture(officer)
    assert (found.status_code, found.json()) == (503, {"code": "no-picture"})
    assert not caplog.records, "a page asks each second"
    (recorder.recordings.place("north-gate") / FILE).unlink()
    assert picture(officer).json() == {"code": "recorder-away"}
    assert [each.levelname for each in caplog.records] == ["ERROR"]


def test_it_ends_on_the_log_and_nothing_comes_after(city, recorder, officer):
    ask(officer)
    assert watching(recorder, officer).status_code == 200
    assert officer.post("/desk/cameras/live/now/end/").headers["location"] == "/cameras/north-gate/"
    assert acts(city) == ["live", "live-ended"]
    assert not public(city)
    ended = LiveEndedDetails.read(city.log.decoded()[1].details)
    assert (ended.live, ended.camera) == (0, "north-gate")
    recorder.show()
    assert nothing(picture(officer))
    assert officer.get("/desk/cameras/live/now/").status_code == 403
    assert officer.post("/desk/cameras/live/now/end/").status_code == 302
    assert acts(city) == ["live", "live-ended"]


def test_another_session_another_officer_and_a_stranger_get_nothing(
    city, recorder, officer, account
):
    ask(officer)
    assert watching(recorder, officer).status_code == 200
    elsewhere, colleague = Client(), Client()
    elsewhere.force_login(account)
    colleague.force_login(city.officer("parks-department"))
    # Even with the key of the look in its own session.
    session = colleague.session
    session["live"] = ActRow.objects.get().key
    session.save()
    for each in (elsewhere, colleague, Client()):
        recorder.show()
        assert nothing(picture(each))
    assert picture(officer).status_code == 200


def test_one_camera_at_a_time(city, recorder, officer):
    ask(officer)
    assert watching(recorder, officer).status_code == 200
    before = ActRow.objects.get().key
    assert ask(officer, "library").status_code == 302
    assert acts(city) == ["live", "live-ended", "live"]
    session = officer.session
    session["live"] = before
    session.save()
    recorder.show()
    assert nothing(picture(officer))


def test_it_ends_by_itself_and_the_log_hears_of_it(city, recorder, officer):
    ask(officer)
    assert watching(recorder, officer).status_code == 200
    ActRow.objects.update(expires=datetime.now(UTC) - timedelta(seconds=1))
    recorder.show()
    assert nothing(picture(officer))
    assert settle()
    assert settle()
    assert acts(city) == ["live", "live-ended"]


def test_without_the_log_nobody_watches(city, recorder, officer):
    city.log.down = True
    assert ask(officer).status_code == 503
    recorder.show()
    assert nothing(picture(officer))
    session = officer.session
    session["live"] = ActRow.objects.get().key
    session.save()
    assert nothing(picture(officer))


def test_an_end_that_the_log_does_not_take_is_an_end(city, recorder, officer):
    ask(officer)
    assert watching(recorder, officer).status_code == 200
    city.log.down = True
    officer.post("/desk/cameras/live/now/end/")
    session = officer.session
    session["live"] = ActRow.objects.filter(act="live").get().key
    session.save()
    recorder.show()
    assert nothing(picture(officer))
    city.log.down = False
    assert settle()
    assert acts(city) == ["live", "live-ended"]


def test_the_recorder_takes_no_portal_s_word(city, recorder, officer):
    """A portal that was taken over: its tables say what the log does not."""
    ask(officer)
    assert watching(recorder, officer).status_code == 200
    row = ActRow.objects.get()
    for changed in (
        {"entry": bytes(row.entry).replace(b'"minutes":15', b'"minutes":60')},
        {"private": {**row.private, "pseudonym": "00000000"}},
        {"private": {**row.private, "end": "2099-01-01T00:00:00+00:00"}},
        {"salt": bytes(32)},
        {"proof": ""},
    ):
        ActRow.objects.update(entry=row.entry, private=row.private, salt=row.salt, proof=row.proof)
        ActRow.objects.update(**changed)
        recorder.show()
        answer = picture(officer)
        assert answer.status_code >= 403
        assert JPEG not in answer.content


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"password": "guess"}, "The password is not right."),
        ({"reason": " "}, "Say why you need to see it"),
        ({"purpose": "investigation"}, "Enter the case number"),
        ({"purpose": "city-service"}, "This camera is not watched live for that."),
        ({"purpose": "curiosity"}, "This camera is not watched live for that."),
    ],
)
def test_what_cannot_be_watched_is_said_and_nothing_is_logged(
    city, recorder, officer, changed, said
):
    answer = ask(officer, **changed)
    assert said in answer.content.decode()
    assert not city.log.kinds()
    assert not ActRow.objects.exists()


def test_an_office_that_is_not_named_and_a_camera_that_promises_nothing(
    city, recorder, officer, browser, tmp_path
):
    browser.force_login(city.officer("licensing-office"))
    assert browser.get("/desk/cameras/north-gate/live/").status_code == 403
    assert ask(browser).status_code == 403
    browser.force_login(city.officer("parks-department"))
    (tmp_path / "plain.toml").write_text(CAMERA)
    plain = Camera.load(tmp_path / "plain.toml").public()
    recorder.recordings.write_camera(plain, datetime.now(UTC).date(), RECORDER)
    assert ask(browser).status_code == 403
    assert not city.log.kinds()


def test_whoever_has_looked_enough_today_watches_nothing(city, recorder, officer, monkeypatch):
    assert ask(officer).status_code == 302
    row = ActRow.objects.get()
    since = datetime.now(UTC) - timedelta(hours=1)
    assert DjangoActs().since(since, office=row.office, officer=row.officer) == 1
    assert DjangoActs().since(since, office=row.office, officer="another") == 0
    assert DjangoActs().since(datetime.now(UTC), office=row.office) == 0
    monkeypatch.setattr(DjangoStore, "since", lambda *_, **__: 49)
    assert "You have looked as often as a day allows." in ask(officer).content.decode()
    assert acts(city) == ["live"]


def test_a_recorder_that_is_away_is_said(city, recorder, officer):
    ask(officer, "library")
    answer = picture(officer)
    assert (answer.status_code, answer.json()["code"]) == (503, "recorder-away")
    nowhere = told(
        "library", LiveAddress("127.0.0.1", 1), RecorderIdentity.make("127.0.0.1"), RECORDER_KEY
    )
    (recorder.recordings.place("library") / FILE).write_bytes(nowhere)
    assert picture(officer).json()["code"] == "recorder-away"


# Of who answers in the recorder's place


@pytest.fixture
def thief(recorder):
    """A machine that learns what it is asked, and the place that leads to it."""
    heard = []
    window: Any = SimpleNamespace(picture=lambda content, _: heard.append(content))
    places = {"north-gate": recorder.recordings.place("north-gate")}

    return SimpleNamespace(
        heard=heard, steal=lambda signer: LivePort({"north-gate": window}, places, signer)
    )


def test_nobody_is_asked_whom_the_recorder_s_key_does_not_name(city, recorder, officer, thief):
    """Whoever writes to the recordings' folder, or stands in the network, learns no opening."""
    ask(officer)
    assert watching(recorder, officer).status_code == 200
    file = recorder.recordings.place("north-gate") / FILE
    own = file.read_bytes()
    with thief.steal(NoteSigner.generate("thief.test/recorder")):
        assert picture(officer).json()["code"] == "recorder-away"
    with thief.steal(RECORDER_KEY) as port:
        # The recorder's own word, and another machine at that address.
        lines = own.decode().split("\n")
        lines[2] = str(port.address)
        file.write_text("\n".join(lines))
        assert picture(officer).json()["code"] == "recorder-away"
        certificate = own.decode().split("\n")[3]
        text = f"{lines[0]}\nnorth-gate\n{port.address}\n{certificate}\n"
        file.write_text(RECORDER_KEY.sign(text))
        assert picture(officer).json()["code"] == "recorder-away"
    for wrong in (b"", b"\xff", b"{}", own.replace(b"north-gate", b"library"), own[:-9]):
        file.write_bytes(wrong)
        assert picture(officer).json()["code"] == "recorder-away"
    assert not thief.heard


def test_another_camera_s_recorder_is_not_this_one_s(city, recorder, officer):
    ask(officer)
    file = recorder.recordings.place("north-gate") / FILE
    where, identity = LiveAddress("127.0.0.1", 1), RecorderIdentity.make("127.0.0.1")
    file.write_bytes(told("library", where, identity, RECORDER_KEY))
    assert picture(officer).json()["code"] == "recorder-away"


# Of the recorder's own port


@pytest.fixture
def street(tmp_path):
    return Street(tmp_path, more=test_watching.LIVE)


def asked(file, port):
    """A client that trusts whom the recorder names, and nobody else."""
    where, context = read(file.read_bytes(), "north-gate", [RECORDER_KEY.verifier])
    assert where == port.address
    return httpx.Client(base_url=f"https://{where}", verify=context, trust_env=False)


def test_no_connection_keeps_others_or_the_recorder_waiting(street):
    window = Window(lambda: street.camera, street.witnessed, limits=WindowLimits(wait=0.0))
    with LivePort({"north-gate": window}, {"north-gate": street.place}, RECORDER_KEY) as port:
        where = (port.address.host, port.address.port)
        with contextlib.ExitStack() as many:
            # Of strangers who say nothing, and of one who speaks no TLS.
            for _ in range(8):
                many.enter_context(socket.create_connection(where))
            many.enter_context(socket.create_connection(where)).sendall(b"GET / HTTP/1.0\r\n\r\n")
            with asked(street.place / FILE, port) as http:
                assert http.post("/live/north-gate", content=b"{}").status_code == 403


def test_over_http_pictures_come_only_for_what_the_log_proves(street):
    clock = test_watching.Clock()
    limits = WindowLimits(wait=0.0)
    window = Window(lambda: street.camera, street.witnessed, clock, clock.seconds, limits)
    content = test_watching.ask(street)
    with (
        LivePort({"north-gate": window}, {"north-gate": street.place}, RECORDER_KEY) as port,
        asked(street.place / FILE, port) as http,
    ):
        assert http.post("/live/north-gate", content=content).status_code == 503
        window.show(frame(), clock.at)
        answer = http.post("/live/north-gate?after=0", content=content)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers[NUMBER] == "1"
        for address, sent in (
            ("/live/library", content), ("/live/north-gate", b"{}"), ("/live/../north-gate", b""),
            ("/live/north-gate?after=x", b"x" * 70_000), ("/", content),
        ):  # fmt: skip
            refused = http.post(address, content=sent)
            assert refused.status_code in (403, 404)
            assert b"\xff\xd8" not in refused.content
        assert http.get("/live/north-gate").status_code == 501
        clock.at += timedelta(minutes=15)
        assert http.post("/live/north-gate", content=content).status_code == 403
    assert not (street.place / FILE).exists()


def test_whose_lease_it_is_tells_where_pictures_are_and_nobody_else(street):
    window, place = Window(lambda: street.camera, street.witnessed), street.place
    windows, places = {"north-gate": window}, {"north-gate": place}
    with LivePort(windows, places, RECORDER_KEY, leased=True) as second:
        with LivePort(windows, places, RECORDER_KEY, leased=True) as first:
            assert not (place / FILE).exists()
            first.announce("north-gate")
            first.announce("library")
            assert str(first.address) in (place / FILE).read_text()
            second.announce("north-gate")
        assert str(second.address) in (place / FILE).read_text(), "what another told since stays"
    assert not (place / FILE).exists()


def test_of_several_ports_a_recorder_takes_the_first_that_is_free(street):
    windows = {"north-gate": Window(lambda: street.camera, street.witnessed)}
    places = {"north-gate": street.place}
    free = free_ports(2)
    where = [LiveAddress("127.0.0.1", each) for each in free]
    with (
        LivePort(windows, places, RECORDER_KEY, where, leased=True) as first,
        LivePort(windows, places, RECORDER_KEY, where, leased=True) as second,
    ):
        assert [first.address, second.address] == where
        second.announce("north-gate")
        with asked(street.place / FILE, second) as http:
            assert http.post("/live/north-gate", content=b"{}").status_code == 403
        with pytest.raises(HabeasError, match=f"cannot be had at 127.0.0.1:{free[1]}"):
            LivePort(windows, places, RECORDER_KEY, where)


@pytest.mark.parametrize(
    ("text", "ports"),
    [
        ("127.0.0.1:8444", [8444]),
        ("127.0.0.1:8444-8446", [8444, 8445, 8446]),
        ("[::1]:8444-8445", [8444, 8445]),
        ("recorder-3.city.example:8444", [8444]),
        ("recorder-3.city-8.example:1-2", [1, 2]),
    ],
)
def test_an_address_has_one_port_or_a_choice_of_them(text, ports):
    found = LiveAddress.choice(text)
    assert [each.port for each in found] == ports
    assert {each.host for each in found} == {text.rpartition(":")[0].strip("[]")}


@pytest.mark.parametrize(
    "text", ["127.0.0.1:8446-8444", "127.0.0.1:0-5", "127.0.0.1:1-65536", "8444-8446", "a:1-b", ""]
)
def test_what_is_no_choice_of_ports_is_refused(text):
    with pytest.raises(LiveAddressError):
        LiveAddress.choice(text)
