"""A real RTSP camera, recorded: covered, in segments, in real time, and through its losses."""

import contextlib
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from habeas.cameras import live, recorder
from habeas.cameras.declaration import Camera
from habeas.cameras.recorder import Recorder, keep_house
from habeas.cameras.recordings import Recordings
from tests.media.video import films
from tests.waiting import until

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

    def __init__(self, film):
        self.film = film
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            [PYTHON, str(SERVER), str(self.film), str(self.port)], stdout=subprocess.PIPE
        )
        assert self.process.stdout.readline() == b"ready\n"

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    @property
    def url(self):
        return f"rtsp://127.0.0.1:{self.port}/camera"


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


def record(camera, tmp_path, seconds, *, during=None):
    """Run a recorder for a while; its recordings and what it said."""
    declared = Camera.load(declare(tmp_path, camera.url))
    place = Recordings(tmp_path / "recordings")
    place.write_camera(declared.public(), datetime.now(UTC).date())
    said = []
    one = Recorder(declared, place, said.append)
    timer = threading.Timer(seconds, one.stop)
    timer.start()
    if during:
        threading.Thread(target=during, daemon=True).start()
    one.run()
    timer.cancel()
    return place, said, one


def all_segments(place):
    now = datetime.now(UTC)
    return place.segments("north-gate", now - timedelta(hours=1), now + timedelta(minutes=1))


def test_a_camera_is_recorded_covered_in_segments(camera, tmp_path, monkeypatch):
    monkeypatch.setattr(recorder, "SEGMENT_SECONDS", 3.0)
    began = time.time()
    place, said, one = record(camera, tmp_path, 10)
    found = all_segments(place)
    assert len(found) >= 3
    assert one.unchecked == 0
    frames = [films.read(each.path) for each in found]
    assert sum(map(len, frames)) == one.frames > 100
    for each in frames:
        assert all(covered(frame) for frame in each[3:-3])
        assert each[0].key_frame
    # UTC names tell when; segments follow one another without gaps.
    assert abs(found[0].start.timestamp() - began) < 6
    for a, b, shown in zip(found, found[1:], frames, strict=False):
        length = shown[-1].time - shown[0].time + 1 / 15
        assert (b.start - a.start).total_seconds() == pytest.approx(length, abs=0.2)
    assert not list((tmp_path / "recordings" / "north-gate" / ".parts").iterdir())
    assert place.sample("north-gate")
    assert any("15 frames a second" in each for each in said)


def test_a_lost_camera_is_reached_again(camera, tmp_path):
    def lose():
        time.sleep(4)
        camera.kill()
        time.sleep(1)
        camera.start()

    place, said, one = record(camera, tmp_path, 14, during=lose)
    assert sum("recording" in each for each in said) >= 2
    assert any("Trying again" in each for each in said)
    assert not any("rtsp" in each for each in said), "addresses may hold passwords"
    starts = [each.start for each in all_segments(place)]
    assert len(starts) >= 2
    assert one.frames > 80


def test_slow_detection_costs_frames_and_covers_never(camera, tmp_path, monkeypatch):
    """A detector that takes a second: frames become rare, and each of them is covered."""
    from habeas import faces

    real = faces.detector("centerface")

    class Slow:
        name = "slow"
        parallel = 2

        def find(self, picture, threshold):
            time.sleep(0.9)
            return real.find(picture, threshold)

    monkeypatch.setattr(recorder.faces, "detector", lambda *_, **__: Slow())
    place, said, one = record(camera, tmp_path, 14)
    assert any("taking every" in each for each in said), said
    assert one.frames > 5
    for each in all_segments(place):
        assert all(covered(frame) for frame in films.read(each.path)[8:-8])


def test_a_failing_detector_records_nothing_uncovered(camera, tmp_path, monkeypatch):
    class Failing:
        name = "failing"
        parallel = 2

        def find(self, _picture, _threshold):
            raise RuntimeError("out of order")

    monkeypatch.setattr(recorder.faces, "detector", lambda *_, **__: Failing())
    place, _, one = record(camera, tmp_path, 6)
    assert one.unchecked == one.frames > 30
    for each in all_segments(place):
        for frame in films.read(each.path):
            assert films.dark(frame).mean() > 0.99


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
        assert len(films.read(each)) > 30
    done = subprocess.run([*command, "--seconds", "6"], capture_output=True, text=True,
                          timeout=60, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "frames recorded" in done.stderr
    assert set(before) < {each.path for each in all_segments(place)}
    assert not list((tmp_path / "recordings" / "north-gate" / ".parts").iterdir())


class MemoryLog:
    """The log as the recorder sees it; the real one is in `tests/journey/test_cameras.py`."""

    def __init__(self):
        self.entries = []

    def append(self, entry):
        if entry not in self.entries:
            self.entries.append(entry)
        return type("Appended", (), {"index": self.entries.index(entry)})()


def test_hours_are_closed_logged_and_deleted_in_time(camera, tmp_path):
    place, _, _ = record(camera, tmp_path, 5)
    log, now = MemoryLog(), datetime.now(UTC)
    keep_house(place, log, now)
    kinds = [json.loads(each)["kind"] for each in log.entries]
    assert kinds == ["camera"], "the hour is not over yet"
    later = now + timedelta(hours=1, minutes=2)
    hours = place.open_hours("north-gate", later)
    keep_house(place, log, later)
    entry = json.loads(log.entries[-1])
    assert entry["kind"] == "footage"
    closed = place.hour("north-gate", hours[-1])
    assert entry["details"]["root"] == closed.root
    assert closed.index == len(log.entries) - 1
    place.verify_hour("north-gate", hours[-1], closed.root)
    count = len(log.entries)
    keep_house(place, log, later)
    assert len(log.entries) == count
    assert all_segments(place)
    keep_house(place, log, now + timedelta(days=14, hours=2))
    assert not all_segments(place)
    assert place.hour("north-gate", hours[-1]).deleted


def test_a_camera_that_is_not_there_is_said_without_its_address():
    with pytest.raises(live.CameraLostError) as lost:
        live.Live("rtsp://user:secret@127.0.0.1:9/camera")
    assert "secret" not in str(lost.value)


def test_what_comes_too_fast_replaces_the_oldest(camera):
    source = live.Live(camera.url)
    try:
        time.sleep(live._WAITING + 3)
        assert source.dropped > 0
        assert source.lag <= live._WAITING + 0.1
        times = []
        for frame in source.frames():
            times.append(frame.time)
            if len(times) == 20:
                break
        assert times == sorted(times)
    finally:
        source.close()
    assert np.diff(times).max() < 1
