"""Cameras as they are: without stamps, of clocks that jump; that change, stop, send sound only."""

from __future__ import annotations

import contextlib
import functools
import os
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import av
import pytest

from habeas.cameras import health, live, recorder, writing
from habeas.cameras.declaration import Camera as Declared
from habeas.cameras.recorder import Recorder
from habeas.cameras.recordings import Recordings
from tests.media.video import films, small, streams
from tests.media.video.segments import CAMERA, RECORDER
from tests.waiting import until

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def short_segments(monkeypatch):
    monkeypatch.setattr(writing, "SEGMENT_SECONDS", 2.0)
    monkeypatch.setattr(recorder, "_PAUSES", (0.1,))


class Recorded:
    """What a recorder did: its recordings, what it said, its health while it ran and after."""

    def __init__(self, folder, camera, clock=lambda: datetime.now(UTC), **changes):
        file = folder / "camera.toml"
        text = CAMERA.replace("rtsp://user:secret@10.0.0.7/stream", camera.url)
        text = text.replace('always = ["0,50,30,50"]', "").replace('"thorough"', '"fast"')
        for name, value in changes.items():
            text = text.replace("[cover]", f"{name} = {value}\n[cover]", 1)
        file.write_text(text)
        self.declared = Declared.load(file)
        self.recordings = Recordings(folder / "recordings")
        self.recordings.write_camera(self.declared.public(), datetime.now(UTC).date(), RECORDER)
        self.said = []
        self.recorder = Recorder(self.declared, self.recordings, self.said.append, clock)
        self.reports = []

    def run(self, condition):
        """Record until *condition* is true."""
        thread = threading.Thread(target=self.recorder.run)
        thread.start()
        try:
            until(lambda: self._watched() and condition(self), "the recorder")
        except AssertionError:
            raise AssertionError(self.said) from None
        finally:
            self.recorder.stop()
            thread.join()
        return self

    def _watched(self):
        report = self.health
        if report is not None and report not in self.reports[-1:]:
            self.reports.append(report)
        return True

    @property
    def health(self):
        return health.read(self.recordings.place("north-gate"), datetime.now(UTC))

    @property
    def segments(self):
        now = datetime.now(UTC)
        return self.recordings.segments(
            "north-gate", now - timedelta(hours=1), now + timedelta(minutes=1)
        )

    def told(self, words):
        return sum(words in each for each in self.said)


def covered(frame):
    """Whether the face is covered: nothing else is dark."""
    return films.dark(frame).sum() > 1500


def segments_are(recorded, count):
    return len(recorded.segments) >= count


def test_a_stream_without_stamps_is_recorded_by_arrival(tmp_path):
    content = streams.film(form="h264")
    with av.open(__import__("io").BytesIO(content[0])) as raw:
        assert next(raw.demux(video=0)).pts is None
    began = datetime.now(UTC)
    with streams.Camera(content) as camera:
        recorded = Recorded(tmp_path, camera).run(lambda it: segments_are(it, 2))
    found = recorded.segments
    assert all(began <= each.start <= datetime.now(UTC) for each in found)
    for each in found:
        frames = films.read(each.path)
        assert all(covered(frame) for frame in frames)
        assert frames[-1].time - frames[0].time < 5


def test_a_camera_that_sends_jpegs_over_http_is_recorded(tmp_path):
    with streams.Camera(streams.mjpeg(), scheme="http") as camera:
        recorded = Recorded(tmp_path, camera).run(lambda it: segments_are(it, 2))
    for each in recorded.segments:
        frames = films.read(each.path)
        assert frames
        assert all(covered(frame) for frame in frames)


def test_a_file_in_a_camera_s_place_has_a_camera_s_pace(tmp_path):
    """Read as fast as it goes, it would be over at once, and its stamps would be ahead of it."""
    content, seconds = streams.film(8)
    film = tmp_path / "film.ts"
    film.write_bytes(content)
    with live.CameraConnection(str(film)) as connection:
        times = [frame.pts / live.TICKS for frame in connection.frames()]
    assert times[-1] - times[0] > 0.6 * seconds
    assert "ended the connection" in connection.lost.cause


def test_outside_of_its_hours_a_camera_is_left_alone(tmp_path):
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0) + timedelta(days=1)
    begin, end = (midnight + timedelta(hours=each) for each in (8, 9))

    def ahead(moment):
        return moment - datetime.now(UTC)

    clock = [ahead(begin - timedelta(minutes=5))]
    with streams.Camera(streams.film()) as camera:
        recorded = Recorded(
            tmp_path, camera, lambda: datetime.now(UTC) + clock[0],
            hours='{ begin = "08:00", end = "09:00", time_zone = "UTC" }',
        )  # fmt: skip
        day, moved = (midnight, midnight + timedelta(days=1)), []

        def through_the_day(it):
            resting = it.health is not None and it.health.state == "resting"
            segments = recorded.recordings.segments("north-gate", *day)
            if resting and not moved:
                moved.append(camera.served)
                clock[0] = ahead(begin + timedelta(minutes=5))
            elif len(segments) >= 2 and not resting:
                clock[0] = ahead(end + timedelta(minutes=5))
            return resting and len(segments) >= 2

        recorded.run(through_the_day)
    assert moved == [0]
    assert recorded.told("resting until") == 2
    for each in recorded.recordings.segments("north-gate", *day):
        assert begin <= each.start
        shown = films.read(each.path)
        assert each.start + timedelta(seconds=shown[-1].time - shown[0].time) < end


JOINED = {
    "an hour back": 7200 - 3600,
    "a day ahead": 7200 + 86_400,
}


@pytest.mark.parametrize("jump", JOINED)
def test_a_clock_that_jumps_does_not_move_recordings(tmp_path, jump):
    one, other = streams.film(3, start=7200), streams.film(3, start=JOINED[jump])
    began = datetime.now(UTC)
    with streams.Camera((one[0] + other[0], 6)) as camera:
        recorded = Recorded(tmp_path, camera).run(lambda it: it.recorder.frames >= 85)
    ended = datetime.now(UTC)
    total = timedelta()
    for each in recorded.segments:
        times = [frame.time for frame in films.read(each.path)]
        length = timedelta(seconds=times[-1] - times[0])
        assert began <= each.start
        assert each.start + length <= ended + timedelta(seconds=3)
        total += length
    assert total < ended - began + timedelta(seconds=3)


def test_the_second_half_of_a_33_bit_clock(tmp_path):
    wrap = 2**33 / 90_000
    with streams.Camera(streams.film(6, start=wrap - 3)) as camera:
        recorded = Recorded(tmp_path, camera).run(lambda it: it.told("ended the connection"))
    assert not recorded.told("stopped sending"), "it was no reason to connect again"
    assert not recorded.told("clock does not count"), "one step is no broken clock"
    lengths = [films.read(each.path)[-1].time for each in recorded.segments]
    assert 0 < sum(lengths) < 12


def test_sound_without_pictures_is_said_and_tried_again(tmp_path):
    with streams.Camera(streams.film(3, pictures=False, sound=True), streams.film(4)) as camera:
        recorded = Recorded(tmp_path, camera).run(lambda it: segments_are(it, 1))
    assert recorded.told("no pictures")
    assert any(each.state == "lost" and "no pictures" in each.because for each in recorded.reports)
    assert not any("tcp://" in each for each in recorded.said)


def test_a_size_that_changes_gives_segments_of_one_size_each(tmp_path):
    one, other = streams.film(3), streams.film(3, width=480, height=320)
    # Again and again: a machine that is behind may lose a connection before its change.
    with streams.Camera(*[(one[0] + other[0], 6), other] * 50) as camera:
        Recorded(tmp_path, camera).run(
            lambda it: (
                it.told("changes from 320 × 240 to 480 × 320")
                and {size(each.path) for each in it.segments} == {(320, 240), (480, 320)}
            )
        )


def test_a_codec_that_changes_is_said_and_recorded_by_a_new_connection(tmp_path, monkeypatch):
    monkeypatch.setattr(
        live, "CameraPatience", functools.partial(live.CameraPatience, undecoded=2.0)
    )
    one = streams.film(3)
    other = small.write(
        tmp_path / "other.ts", 150, codec="libx265", rate=15, base=Fraction(1, 15),
        options={"x265-params": "log-level=none:bframes=0:keyint=15", "preset": "ultrafast"},
    ).read_bytes()  # fmt: skip
    with streams.Camera((one[0] + other, 13), (other, 10)) as camera:
        recorded = Recorded(tmp_path, camera).run(
            lambda it: it.told("its codec may be another") and it.told("recording") >= 2
            and any(size(each.path) == (160, 120) for each in it.segments)
        )  # fmt: skip
    with_face = [each for each in recorded.segments if size(each.path) == (320, 240)]
    assert with_face
    for each in with_face:
        assert all(covered(frame) for frame in films.read(each.path))


def size(path):
    frames = films.read(path)
    sizes = {(each.width, each.height) for each in frames}
    assert len(sizes) == 1
    return sizes.pop()


def test_a_stream_that_ends_is_reached_again(tmp_path):
    with streams.Camera(streams.film(2)) as camera:
        recorded = Recorded(tmp_path, camera).run(lambda it: it.told("recording") >= 3)
        assert camera.served >= 3
    assert recorded.told("has ended the connection")
    assert recorded.recorder.frames > 0, "what was received before the end is written too"


def test_pixels_keep_their_shape_and_sound_stays_out(tmp_path):
    with streams.Camera(streams.film(6, aspect=Fraction(16, 11), sound=True)) as camera:
        recorded = Recorded(tmp_path, camera).run(lambda it: segments_are(it, 1))
        for each in recorded.segments:
            with av.open(str(each.path)) as container:
                assert container.streams.video[0].sample_aspect_ratio == Fraction(16, 11)
                assert not container.streams.audio


def test_a_camera_that_hangs_upside_down_is_turned(tmp_path):
    content = streams.film(6)
    turned = upside_down(content[0])
    with streams.Camera((turned, 6)) as camera:
        recorded = Recorded(tmp_path, camera, turn=180).run(lambda it: segments_are(it, 1))
    frame = films.read(recorded.segments[0].path)[5]
    _, columns = films.dark(frame).nonzero()
    # Upright it comes from the left, as the film has it.
    assert columns.mean() < 160


def upside_down(content):
    import io

    out = io.BytesIO()
    with av.open(io.BytesIO(content)) as source, av.open(out, "w", format="mpegts") as target:
        stream = target.add_stream("libx264", rate=15, options={"bf": "0", "g": "15"})
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for frame in source.decode(video=0):
            pixels = frame.to_ndarray(format="rgb24")[::-1, ::-1].copy()
            made = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            made.pts, made.time_base = frame.pts, frame.time_base
            target.mux(stream.encode(made))
        target.mux(stream.encode(None))
    return out.getvalue()


# Behind


class Slow:
    """A real detector that takes much longer than the camera allows."""

    name = "slow"
    parallel = 1
    gpu = False

    def __init__(self, real, seconds):
        self._real, self._seconds = real, seconds

    def find(self, picture, threshold):
        time.sleep(self._seconds)  # noqa: TID251 - a slow detector
        return self._real.find(picture, threshold)


def test_a_slow_detector_costs_pictures_and_never_a_cover(tmp_path, monkeypatch):
    from habeas import faces

    real = faces.detector("centerface")
    monkeypatch.setattr("habeas.faces.detector", lambda *_, **__: Slow(real, 0.6))
    with streams.Camera(streams.film(30)) as camera:
        recorded = Recorded(tmp_path, camera).run(
            lambda it: it.told("behind") and it.recorder.frames > 12 and it.segments
        )
    one = recorded.recorder
    assert one.lost > 0
    assert one.whole == 0
    for each in recorded.segments:
        assert all(covered(frame) for frame in films.read(each.path))
    assert any(each.one_of > 1 and each.lost > 0 for each in recorded.reports)
    hours = recorded.recordings.open_hours("north-gate", datetime.now(UTC) + timedelta(hours=2))
    closed = [
        recorded.recordings.close_hour("north-gate", each, datetime.now(UTC).date(), RECORDER)
        for each in hours
    ]
    assert sum(each.lost for hour in closed for each in hour.segments) > 0
    assert sum(each.frames for hour in closed for each in hour.segments) == one.frames


def test_what_could_not_be_looked_at_is_covered_whole_and_counted(tmp_path, monkeypatch):
    class Failing:
        name = "failing"
        parallel = 2
        gpu = False

        def find(self, _picture, _threshold):
            raise RuntimeError("out of order")

    monkeypatch.setattr("habeas.faces.detector", lambda *_, **__: Failing())
    with streams.Camera(streams.film(6)) as camera:
        recorded = Recorded(tmp_path, camera).run(lambda it: segments_are(it, 2))
    assert recorded.recorder.whole == recorded.recorder.frames > 0
    for each in recorded.segments:
        assert all(films.dark(frame).mean() > 0.99 for frame in films.read(each.path))
    assert recorded.health.whole == recorded.recorder.whole
    (hour, *_) = recorded.recordings.open_hours(
        "north-gate", datetime.now(UTC) + timedelta(hours=2)
    )
    closed = recorded.recordings.close_hour("north-gate", hour, datetime.now(UTC).date(), RECORDER)
    assert all(each.whole == each.frames for each in closed.segments)


@contextlib.contextmanager
def busy(count):
    """So many loops that want all of the machine; ended, one by one, in the end."""
    # A little nice, so that whoever shares this machine still gets on.
    loop = ["nice", "-n", "5", sys.executable, "-c", "while True: pass"]
    loops = [subprocess.Popen(loop) for _ in range(count)]
    try:
        yield
    finally:
        for each in loops:
            each.kill()
            each.wait()


def test_on_a_loaded_machine_no_frame_is_bare(tmp_path):
    content = streams.film(30, fps=25, width=640, height=480)
    with streams.Camera(content) as camera, busy(2 * (os.cpu_count() or 1)):
        recorded = Recorded(tmp_path, camera).run(lambda it: it.recorder.frames >= 100)
    frames = [frame for each in recorded.segments for frame in films.read(each.path)]
    assert len(frames) == recorded.recorder.frames
    assert all(covered(frame) for frame in frames)
