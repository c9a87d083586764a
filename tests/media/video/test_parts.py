"""A video in parts is the video: same frames, times and sound, and no face at a seam."""

import itertools
from fractions import Fraction

import av
import numpy as np
import pytest

from habeas import cover
from habeas.cover import _join, _parts
from habeas.cover._way_up import WayUp
from tests.media.video import films
from tests.media.video.test_redact import covered

SETTINGS = cover.Settings(detector="centerface", quality="fast", sound="keep")
#: Frames from one look to the next, of these films of 25 frames a second.
EVERY = SETTINGS.look.interval * 25


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """60 frames, a key frame every 12, a face that moves through all of them."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    options = {"g": "12", "keyint_min": "12", "sc_threshold": "0"}
    return films.write(path, films.pictures(60), options=options, sound="aac")


def in_parts(film, folder, seconds=0.9, order=1, ending=".mp4"):
    folder.mkdir(exist_ok=True)
    parts = _parts.plan(film, seconds)
    files = {}
    for part in parts[::order]:
        files[part.number] = folder / f"{part.number}.mp4"
        _parts.cover_part(film, files[part.number], SETTINGS, part, ending=ending)
    out = folder / f"out{ending}"
    _join.join([files[n] for n in sorted(files)], film, out, SETTINGS, ending)
    return parts, out


def whole(film, folder, ending=".mp4"):
    out = folder / f"whole{ending}"
    cover.redact(film, out, SETTINGS)
    return out


def test_parts_begin_with_key_frames_and_leave_nothing_out(film):
    parts = _parts.plan(film, 0.9)
    assert len(parts) == 3
    assert parts[0].start is None
    assert parts[-1].end is None
    for a, b in itertools.pairwise(parts):
        assert a.end == b.start
        assert b.start * 25 % 12 == pytest.approx(0, abs=0.01)


def test_joined_parts_have_the_frames_times_and_sound_of_the_whole(film, tmp_path):
    _, out = in_parts(film, tmp_path)
    assert films.times(out) == pytest.approx(films.times(whole(film, tmp_path)), abs=1e-6)
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
    one, other = in_parts(film, tmp_path / "a")[1], in_parts(film, tmp_path / "b", order=-1)[1]
    assert one.read_bytes() == other.read_bytes()


def test_a_variable_rate_is_joined_as_it_was(tmp_path):
    times, at = [], 0
    for number in range(50):
        times.append(at)
        at += (33, 40, 47, 160)[number % 4]
    film = films.write(tmp_path / "vfr.mkv", films.pictures(50), times=times,
                       base=Fraction(1, 1000), options={"g": "10", "keyint_min": "10"})  # fmt: skip
    parts, out = in_parts(film, tmp_path)
    assert len(parts) > 1
    assert films.times(out) == pytest.approx(films.times(film), abs=0.002)


@pytest.mark.parametrize("ending", [".ts", ".mkv", ".mov", ".webm"])
def test_every_container_holds_all_frames(film, tmp_path, ending):
    _, out = in_parts(film, tmp_path, ending=ending)
    assert len(films.read(out)) == 60
    for frame in range(0, 60, 7):
        assert covered(out, frame), frame


def test_times_are_kept_to_the_tick(tmp_path):
    times = [number * 3003 + number * number * 37 % 1500 for number in range(60)]
    options = {"g": "12", "keyint_min": "12"}
    film = films.write(tmp_path / "film.mp4", films.pictures(60), times=times,
                       base=Fraction(1, 90_000), options=options)  # fmt: skip
    parts, out = in_parts(film, tmp_path / "parts")
    assert len(parts) > 1
    assert films.times(out) == pytest.approx(films.times(whole(film, tmp_path)), abs=1e-9)


def test_sound_that_begins_before_the_picture_makes_no_empty_part(tmp_path):
    film = films.write(tmp_path / "late.mp4", films.pictures(40), sound="aac",
                       times=list(range(50, 90)), options={"g": "12"})  # fmt: skip
    parts, out = in_parts(film, tmp_path / "parts")
    assert parts[0].end > 2
    assert films.read(out)[0].time == pytest.approx(2.0)
    assert len(films.read(out)) == 40


def test_rotation_and_odd_sizes_stay(tmp_path):
    pictures = films.pictures(30, width=321, height=241)
    film = films.write(tmp_path / "odd.mkv", pictures, pix_fmt="yuv444p", rotation=90,
                       options={"g": "10", "keyint_min": "10"})  # fmt: skip
    _, out = in_parts(film, tmp_path / "parts", 0.4)
    frames = films.read(out)
    assert {(each.width, each.height, each.rotation) for each in frames} == {(321, 241, 90)}


@pytest.mark.parametrize("ending", [".mp4", ".ts", ".mkv"])
def test_a_part_in_the_middle_of_a_long_video_begins_there(tmp_path, ending, monkeypatch):
    """Longer than what a part looks back at, so that it is sought; groups are open."""
    walk = list(films.pictures(60))
    pictures = (walk[abs((number + 59) % 118 - 59)] for number in range(300))
    x264 = "open-gop=1:keyint=12:min-keyint=12:scenecut=0:bframes=3"
    film = films.write(tmp_path / f"film{ending}", pictures, options={"x264-params": x264})
    last = _parts.plan(film, 2.9)[-1]
    part = tmp_path / "part.mp4"
    # How the way up is found has tests of its own, and takes looks of its own.
    monkeypatch.setattr(WayUp, "ways", lambda found, _at: (found.turns,))
    done = _parts.cover_part(film, part, SETTINGS, last)
    whole_times = [each.time for each in films.read(whole(film, tmp_path))]
    start = whole_times[0] if ending != ".mkv" else 0
    expected = [each - start for each in whole_times if last.holds(each - start)]
    assert last.start > 8
    assert [each.time for each in films.read(part)] == pytest.approx(expected, abs=0.001)
    # Not from the front: eleven seconds would take more looks.
    assert done.looks < 300 / EVERY


def test_who_stood_and_is_hidden_when_a_part_begins_stays_covered(tmp_path):
    """The cover lingers for a while; a part that does not look back far enough drops it."""
    shown = next(films.pictures(1)).copy()
    shown[:, 200:] = 255  # a wall, so that hiding the head is no cut to another scene
    hidden = shown.copy()
    hidden[:, :100] = shown[:, 100:200]
    film = films.write(tmp_path / "film.mp4", [*[shown] * 115, *[hidden] * 85],
                       options={"g": "25", "keyint_min": "25", "sc_threshold": "0"})  # fmt: skip
    parts, out = in_parts(film, tmp_path / "parts", 4.9)
    assert parts[1].start == 5.0

    def lingers(path):
        parts = [films.dark(each)[95:143, 32:68].mean() > 0.8 for each in films.read(path)]
        return np.flatnonzero(parts)

    expected = lingers(whole(film, tmp_path))
    assert expected[-1] > 130  # of frames; the part begins with 125
    found = lingers(out)
    assert list(found) == list(range(len(found)))
    # A part takes its looks at other frames than the whole does.
    assert abs(found[-1] - expected[-1]) < EVERY


def test_a_part_that_does_not_fit_is_refused(film, tmp_path):
    one, other = tmp_path / "1.mp4", tmp_path / "2.mp4"
    films.write(one, films.pictures(5))
    films.write(other, films.pictures(5, width=160, height=128))
    with pytest.raises(cover.OutputError):
        _join.join([one, other], film, tmp_path / "out.mp4", SETTINGS, ".mp4")
