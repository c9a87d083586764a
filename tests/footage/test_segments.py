"""A video in parts is the video: same frames, times and sound, and no face at a seam."""

import importlib.util
import itertools
import threading
import time
from pathlib import Path

import av
import pytest

from habeas import footage
from habeas.footage import _segments
from tests.footage import films
from tests.footage.test_redact import covered

SETTINGS = footage.Settings(detector="centerface", quality="fast")


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """60 frames, a key frame every 12, a face that moves through all of them."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    options = {"g": "12", "keyint_min": "12", "sc_threshold": "0"}
    return films.write(path, films.pictures(60), options=options, sound="aac")


def in_parts(film, folder, seconds=0.9, order=1):
    segments = _segments.plan(film, seconds)
    parts = {}
    for segment in segments[::order]:
        parts[segment.number] = folder / f"{segment.number}.mp4"
        _segments.cover_segment(film, parts[segment.number], SETTINGS, segment)
    out = folder / "out.mp4"
    _segments.join([parts[n] for n in sorted(parts)], film, out, ".mp4")
    return segments, out


def test_parts_begin_with_key_frames_and_leave_nothing_out(film):
    segments = _segments.plan(film, 0.9)
    assert len(segments) == 3
    assert segments[0].start is None
    assert segments[-1].end is None
    for a, b in itertools.pairwise(segments):
        assert a.end == b.start
        assert b.start * 25 % 12 == pytest.approx(0, abs=0.01)


def test_joined_parts_have_the_frames_times_and_sound_of_the_whole(film, tmp_path):
    _, out = in_parts(film, tmp_path)
    whole = tmp_path / "whole.mp4"
    footage.redact(film, whole, SETTINGS)
    assert films.times(out) == pytest.approx(films.times(whole), abs=1e-6)
    assert len(films.times(out)) == 60
    with av.open(str(film)) as a, av.open(str(out)) as b:
        assert [bytes(p) for p in a.demux(audio=0) if p.size] == [
            bytes(p) for p in b.demux(audio=0) if p.size
        ]


def test_no_face_is_seen_at_a_seam(film, tmp_path):
    _, out = in_parts(film, tmp_path)
    for frame in range(60):
        assert covered(out, frame), frame


def test_the_same_plan_gives_the_same_bytes_in_any_order(film, tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one, other = in_parts(film, tmp_path / "a")[1], in_parts(film, tmp_path / "b", order=-1)[1]
    assert one.read_bytes() == other.read_bytes()


def test_a_variable_rate_is_joined_as_it_was(tmp_path):
    times, at = [], 0
    for number in range(50):
        times.append(at)
        at += (33, 40, 47, 160)[number % 4]
    from fractions import Fraction

    film = films.write(tmp_path / "vfr.mkv", films.pictures(50), times=times,
                       base=Fraction(1, 1000), options={"g": "10", "keyint_min": "10"})  # fmt: skip
    segments, out = in_parts(film, tmp_path)
    assert len(segments) > 1
    assert films.times(out) == pytest.approx(films.times(film), abs=0.002)


ray_there = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None, reason="ray is not installed: pip install ray"
)


@pytest.fixture
def two_machines(monkeypatch):
    """A Ray cluster of two nodes on this machine."""
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setenv("RAY_DISABLE_IMPORT_WARNING", "1")
    monkeypatch.setenv("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    monkeypatch.setenv("PYTHONPATH", str(Path.cwd()))
    import ray
    from ray.cluster_utils import Cluster

    cluster = Cluster(
        initialize_head=True,
        head_node_args={"num_cpus": 1, "include_dashboard": False},
    )
    second = cluster.add_node(num_cpus=1)
    ray.init(address=cluster.address, logging_level="ERROR", log_to_driver=False)
    yield cluster, second
    ray.shutdown()
    cluster.shutdown()


@ray_there
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_machine_that_dies_in_the_middle_costs_nothing_but_time(film, tmp_path, two_machines):
    from habeas.footage.cluster import redact_on

    cluster, second = two_machines
    (tmp_path / "one").mkdir()
    (tmp_path / "undisturbed").mkdir()
    _, undisturbed = in_parts(film, tmp_path / "undisturbed", 0.4)
    seen = []
    killer = threading.Timer(2.0, lambda: cluster.remove_node(second, allow_graceful=False))

    def progress(frames, at, total):
        seen.append((frames, at, total))
        if len(seen) == 1:
            killer.start()

    out = tmp_path / "one" / "out.mp4"
    report = redact_on("auto", film, out, SETTINGS, seconds=0.4, progress=progress)
    killer.join()
    assert report.frames == 60
    assert len(seen) == 5
    assert seen[-1][0] == 60
    assert seen[-1][1] == pytest.approx(seen[-1][2])
    assert out.read_bytes() == undisturbed.read_bytes()
    assert [each.name for each in out.parent.iterdir()] == ["out.mp4"]
    deadline = time.monotonic() + 20
    import ray

    while time.monotonic() < deadline and sum(each["Alive"] for each in ray.nodes()) > 1:
        time.sleep(0.2)
    assert sum(each["Alive"] for each in ray.nodes()) == 1


@ray_there
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_what_the_video_is_to_blame_for_is_said_as_ever(tmp_path, two_machines):
    from habeas.footage.cluster import redact_on

    (tmp_path / "no.mp4").write_bytes(b"no video")
    with pytest.raises(footage.UnreadableVideoError):
        redact_on("auto", tmp_path / "no.mp4", tmp_path / "out.mp4", SETTINGS)
    assert not (tmp_path / "out.mp4").exists()


def test_a_cluster_that_is_not_there_is_said(film, tmp_path):
    from habeas.footage.cluster import ClusterError, redact_on

    with pytest.raises(ClusterError) as error:
        redact_on("ray://127.0.0.1:9", film, tmp_path / "out.mp4", SETTINGS)
    assert error.value.remedy
