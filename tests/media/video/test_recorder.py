"""A real RTSP camera, recorded: covered, in segments, in real time, and through its losses."""

import contextlib
import functools
import json
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from habeas.cameras import live, writing
from habeas.cameras.camera_time import CameraTime
from habeas.cameras.declaration import Camera
from habeas.cameras.house import keep_house
from habeas.cameras.probes import Probes
from habeas.cameras.recorder import Recorder
from habeas.cameras.recordings import Recordings
from habeas.cover.live import is_sound
from habeas.foundation.errors import HabeasError
from tests.media.video import films
from tests.media.video.segments import RECORDER
from tests.service.tlog.servers import free_ports
from tests.waiting import PATIENCE_SECONDS, until

SERVER = Path(__file__).with_name("rtsp_server.py")
PYTHON = "/usr/bin/python3"


def has_gstreamer():
    probe = "import gi; gi.require_version('GstRtspServer', '1.0')"
    command = [PYTHON, "-c", probe]
    with contextlib.suppress(OSError):
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    return False


pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not has_gstreamer(),
        reason="GStreamer's RTSP server is not installed: bin/install-test-packages",
    ),
]


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """Twenty seconds at 15 frames a second, with a face that moves."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    times = range(300)
    frames = films.pictures(300, 640, 480, size=90, step=1)
    from fractions import Fraction

    return films.write(
        path, frames, times=times, base=Fraction(1, 15), options={"g": "15", "bf": "0"}
    )


class Camera_:  # noqa: N801 - a camera, and not the declaration of one
    """The RTSP server as a process that can be killed and started again."""

    def __init__(self, film, *how):
        self.film, self.how = film, how
        (self.port,) = free_ports(1)
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            [PYTHON, str(SERVER), str(self.film), str(self.port), *self.how], stdout=subprocess.PIPE
        )
        try:
            assert self.process.stdout.readline() == b"ready\n"
        except BaseException:
            self.kill()
            raise

    @property
    def away(self):
        return self.process.poll() is not None

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()

    close = kill
    sign_in = ""

    @property
    def url(self):
        return f"rtsp://{self.sign_in}127.0.0.1:{self.port}/camera"


@pytest.fixture
def camera(film):
    served = Camera_(film)
    served.start()
    yield served
    served.kill()


def declare(folder, url, quality="fast"):
    file = folder / "camera.toml"
    file.write_text(
        f"""
id = "north-gate"
name = {{ en = "North gate", ru = "Северные ворота" }}
where = {{ en = "Park Road 1", ru = "Парковая, 1" }}
latitude = 55.75
longitude = 37.61
why = {{ en = "Safety at the crossing", ru = "Безопасность на переходе" }}
url = "{url}"
viewers = ["parks-department"]
keep_days = 14
since = 2026-11-01
[cover]
quality = "{quality}"
detector = "centerface"
"""
    )
    return file


def covered(frame):
    """Whether the film's face is covered wherever it is: nothing is as bright as its skin."""
    return films.dark(frame).sum() > 4000


def kept(folder, frames):
    """Frames that are not as they should be, as pictures that somebody can look at."""
    names = []
    for number, frame in enumerate(frames):
        names.append(folder / f"bare-{number}.png")
        frame.to_image().save(names[-1])
    return names


def record(camera, tmp_path, condition):
    """Record until *condition* holds, told its recordings, what it said, and the recorder."""
    declared = Camera.load(declare(tmp_path, camera.url))
    place = Recordings(tmp_path / "recordings")
    place.write_camera(declared.public(), datetime.now(UTC).date(), RECORDER)
    said = []
    one = Recorder(declared, place, said.append)
    thread = threading.Thread(target=one.run)
    thread.start()
    try:
        until(lambda: condition(place, said, one), "the recorder", pause=0.2)
    except AssertionError:
        raise AssertionError(said) from None
    finally:
        one.stop()
        thread.join()
    return place, said, one


def all_segments(place):
    now = datetime.now(UTC)
    return place.segments("north-gate", now - timedelta(hours=1), now + timedelta(minutes=1))


def test_a_camera_is_recorded_covered_in_segments(camera, tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "SEGMENT_SECONDS", 3.0)
    began = datetime.now(UTC)
    place, said, one = record(camera, tmp_path, lambda place, *_: len(all_segments(place)) >= 3)
    ended = datetime.now(UTC)
    found = all_segments(place)
    assert one.whole == 0
    frames = [films.read(each.path) for each in found]
    assert sum(map(len, frames)) == one.frames
    for each in frames:
        assert all(covered(frame) for frame in each)
        assert each[0].key_frame
    # UTC names tell when; segments follow one another.
    assert began <= found[0].start
    assert found[-1].start <= ended
    for a, b, shown in zip(found, found[1:], frames, strict=False):
        length = shown[-1].time - shown[0].time
        assert (b.start - a.start).total_seconds() > length - 0.01
    assert not list((tmp_path / "recordings" / "north-gate" / ".parts").iterdir())
    assert place.sample("north-gate")
    assert any("15 frames a second" in each for each in said)


def test_a_lost_camera_is_reached_again(camera, tmp_path):
    before = []

    def lose(_place, said, one):
        if one.frames > 20 and not before:
            camera.kill()
            before.append(one.frames)
        elif before and camera.away and any("Trying again" in each for each in said):
            camera.start()
            before.append(one.frames)
        return len(before) == 2 and one.frames > before[1] + 20

    place, said, _ = record(camera, tmp_path, lose)
    assert sum("recording" in each for each in said) >= 2
    assert any("Trying again" in each for each in said)
    assert not any("rtsp" in each for each in said), "addresses may hold passwords"
    assert len(all_segments(place)) >= 2


@pytest.mark.parametrize(
    "how",
    [
        ("udp",),
        ("udp", "loss=0.02"),
        ("udp", "loss=0.1"),
        ("user=officer:secret",),
        ("no-rtcp",),
        ("udp", "no-rtcp"),
    ],
    ids=" ".join,
)
def test_cameras_that_speak_udp_lose_packets_ask_who_is_there_or_tell_no_time(
    film, tmp_path, how, monkeypatch
):
    # The way that gives nothing is given up after that, twice, before the other is tried.
    patience = functools.partial(live.CameraPatience, silence=10.0)
    monkeypatch.setattr(live, "CameraPatience", patience)
    with contextlib.closing(Camera_(film, *how)) as camera:
        camera.start()
        if "user=officer:secret" in how:
            with pytest.raises(live.CameraLostError) as refused:
                live.CameraConnection(camera.url)
            assert "secret" not in str(refused.value)
            camera.sign_in = "officer:secret@"
        # Without RTCP nobody says that the film has ended: who has not got enough of it by then
        # waits twice as long as a silence may last, and sees it from its beginning.
        enough = 15 if "no-rtcp" in how else 60
        place, said, _ = record(camera, tmp_path, lambda *given: given[2].frames > enough)
    assert not any("secret" in each for each in said)
    shown = [frame for each in all_segments(place) for frame in films.read(each.path)]
    assert kept(tmp_path, [frame for frame in shown if not covered(frame)]) == []


@pytest.mark.parametrize("loss", ["0.02", "0.1"])
def test_pictures_that_are_held_sound_are_those_that_were_sent(film, loss):
    sent = {picture_of(each) for each in films.read(film)}
    with contextlib.closing(Camera_(film, "udp", f"loss={loss}")) as camera:
        camera.start()
        with contextlib.closing(live.CameraConnection(camera.url)) as one:
            seen = [
                (is_sound(frame), picture_of(frame))
                for frame, _ in zip(one.frames(), range(150), strict=False)
            ]
    assert len(seen) == 150
    assert not all(sound for sound, _ in seen)
    assert {picture for sound, picture in seen if sound} <= sent


def heard(film, *how):
    """By how much the camera's time is ahead of a clock that is an hour fast, once it is told."""
    told = CameraTime(lambda: datetime.now(UTC) + timedelta(hours=1))
    with contextlib.closing(Camera_(film, *how)) as camera:
        camera.start()
        with contextlib.closing(live.CameraConnection(camera.url, told=told)) as one:
            for _ in one.frames():
                if one.told.offset is not None:
                    break
    return told.offset


def test_what_time_the_camera_says_it_is_is_heard(film):
    # As late as a busy machine may be.
    assert -3600 - PATIENCE_SECONDS < heard(film) < -3590


def test_a_camera_that_says_no_time_is_off_by_nothing(film):
    assert heard(film, "udp", "no-rtcp") is None


def picture_of(frame):
    """The picture, to compare."""
    return b"".join(plane.tobytes() for plane in films.planes(frame))


def test_the_command_stops_cleanly_and_survives_a_kill(camera, tmp_path):
    file = declare(tmp_path, camera.url)
    command = [sys.executable, "-m", "habeas.cli", "record", str(file),
               "--recordings", str(tmp_path / "recordings")]  # fmt: skip
    killed = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    place = Recordings(tmp_path / "recordings")
    until(lambda: all_segments(place), "a segment", pause=0.2)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    before = [each.path for each in all_segments(place)]
    assert before
    for each in before:
        assert films.read(each)
    done = subprocess.run([*command, "--seconds", "6"], capture_output=True, text=True,
                          timeout=600, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "frames recorded" in done.stderr
    assert set(before) < {each.path for each in all_segments(place)}
    assert not list((tmp_path / "recordings" / "north-gate" / ".parts").iterdir())


def test_the_command_answers_probes(camera, tmp_path):
    recordings = tmp_path / "recordings"
    command = [sys.executable, "-m", "habeas.cli", "record", str(declare(tmp_path, camera.url)),
               "--recordings", str(recordings), "--health-port", "0"]  # fmt: skip
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as running:
        line = next(each for each in running.stderr if "/readyz" in each)
        address = line.split()[-1]
        assert {"NoNewPrivs:\t1", "Seccomp:\t2"} <= set(
            Path(f"/proc/{running.pid}/status").read_text().splitlines()
        )

        def ready():
            return httpx.get(f"{address}/readyz", trust_env=False, timeout=60)

        assert httpx.get(f"{address}/livez", trust_env=False, timeout=60).text == "ok\n"
        well = until(lambda: (it := ready()).status_code == 200 and it, "well")
        assert well.json()["ok"]
        assert httpx.get(f"{address}/else", trust_env=False, timeout=60).status_code == 404

        def figures():
            return httpx.get(f"{address}/metrics", trust_env=False, timeout=60).text

        # A machine that is busy may make it fall behind for a moment.
        until(lambda: "habeas_recorder_ready 1\n" in figures(), "ready")
        assert 'habeas_recorder_success_age_seconds{of="picture"}' in figures()
        camera.kill()
        lost = until(lambda: (it := ready()).status_code == 503 and it, "a camera that is lost")
        assert set(lost.json()["problems"]) & {"lost", "picture"}
        with pytest.raises(HabeasError, match="cannot listen on port") as taken:
            Probes(int(address.rpartition(":")[2]), lambda: pytest.fail("never asked"))
        assert "--health-port" in taken.value.remedy
        running.send_signal(signal.SIGTERM)
        running.stderr.read()
    assert running.returncode == 0


class MemoryLog:
    """The log as the recorder sees it; the real one is in `tests/journey/test_cameras.py`."""

    def __init__(self):
        self.entries = []

    def append(self, entry):
        if entry not in self.entries:
            self.entries.append(entry)
        return type("Appended", (), {"index": self.entries.index(entry)})()


def test_hours_are_closed_logged_and_deleted_in_time(camera, tmp_path):
    place, _, _ = record(camera, tmp_path, lambda place, *_: all_segments(place))
    # Not this moment: the hour may have ended meanwhile.
    log, now = MemoryLog(), all_segments(place)[0].start
    keep_house(place, RECORDER, log, now)
    kinds = [json.loads(each)["kind"] for each in log.entries]
    assert kinds == ["camera"], "the hour is not over yet"
    later = now + timedelta(hours=1, minutes=2)
    hours = place.open_hours("north-gate", later)
    keep_house(place, RECORDER, log, later)
    entry = json.loads(log.entries[-1])
    assert entry["kind"] == "footage"
    closed = place.hour("north-gate", hours[-1])
    assert entry["details"]["root"] == closed.root
    assert closed.index == len(log.entries) - 1
    place.verify_hour("north-gate", hours[-1], closed.root)
    count = len(log.entries)
    keep_house(place, RECORDER, log, later)
    assert len(log.entries) == count
    assert all_segments(place)
    keep_house(place, RECORDER, log, now + timedelta(days=14, hours=2))
    assert not all_segments(place)
    assert place.hour("north-gate", hours[-1]).deleted


def test_a_camera_that_is_not_there_is_said_without_its_address():
    with pytest.raises(live.CameraLostError) as lost:
        live.CameraConnection("rtsp://user:secret@127.0.0.1:9/camera")
    assert "secret" not in str(lost.value)
