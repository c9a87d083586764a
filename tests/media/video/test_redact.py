"""Real videos, covered: every face gone, everything else as it was."""

import json
import os
import signal
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from habeas import cover, faces
from tests.media.video import films
from tests.waiting import until

SETTINGS = cover.Settings(detector="centerface", quality="fast")
KEPT = cover.Settings(detector="centerface", quality="fast", sound="keep")


def covered(path, frame):
    """Whether the moving face of `films.pictures` is covered in that frame."""
    shown = films.read(path)[frame]
    x, y = 20 + frame * 4, (240 - 73) // 2
    part = films.dark(shown)[y + 12 : y + 60, x + 12 : x + 48]
    return part.mean() > 0.8


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    path = tmp_path_factory.mktemp("plain") / "plain.mp4"
    return films.write(path, films.pictures(40), sound="aac", metadata=True)


def test_every_frame_is_covered_from_the_first_to_the_last(plain, tmp_path):
    report = cover.redact(plain, tmp_path / "out.mp4", SETTINGS)
    assert report.frames == 40
    assert report.faces >= 1
    for frame in range(40):
        assert covered(tmp_path / "out.mp4", frame), frame
    assert not any(covered(plain, frame) for frame in range(40))


def test_what_is_beside_the_cover_stays(plain, tmp_path):
    cover.redact(plain, tmp_path / "out.mp4", SETTINGS)
    for before, after in zip(films.read(plain), films.read(tmp_path / "out.mp4"), strict=True):
        a, b = (next(films.planes(each)).astype(int) for each in (before, after))
        assert abs(a[:40] - b[:40]).mean() < 4


def test_times_size_and_sound_stay_and_metadata_goes(plain, tmp_path):
    out = tmp_path / "out.mp4"
    cover.redact(plain, out, KEPT)
    assert films.times(out) == pytest.approx(films.times(plain), abs=1e-4)
    with av.open(str(plain)) as a, av.open(str(out)) as b:
        assert (b.streams.video[0].width, b.streams.video[0].height) == (320, 240)
        assert b.duration == pytest.approx(a.duration, abs=60_000)
        before = [bytes(each) for each in a.demux(audio=0) if each.size]
        after = [bytes(each) for each in b.demux(audio=0) if each.size]
        assert after == before, "the sound is copied, bit by bit"
    assert b"SpyTitle" in plain.read_bytes()
    for word in (b"SpyTitle", b"SpyHandler"):
        assert word not in out.read_bytes()
    assert b"+51.5-000.1" not in out.read_bytes()


def test_a_variable_rate_stays_variable(tmp_path):
    times = [0, 40, 90, 100, 300, 340, 600, 610, 650, 900]
    source = films.write(
        tmp_path / "vfr.mkv", films.pictures(10), times=times, base=Fraction(1, 1000)
    )
    cover.redact(source, tmp_path / "out.mkv", SETTINGS)
    assert films.times(tmp_path / "out.mkv") == pytest.approx(films.times(source), abs=0.002)


def test_an_odd_angle_is_turned_by_the_nearest_quarter(tmp_path):
    turned = (np.ascontiguousarray(np.rot90(each, -1)) for each in films.pictures(20))
    source = films.write(tmp_path / "turned.mp4", turned, rotation=88)
    report = cover.redact(source, tmp_path / "out.mp4", SETTINGS)
    assert report.covered == 20
    assert films.read(tmp_path / "out.mp4")[0].rotation == 90


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_turned_phone_is_covered_and_stays_turned(tmp_path, rotation):
    turned = (np.ascontiguousarray(np.rot90(each, -rotation // 90)) for each in films.pictures(20))
    source = films.write(tmp_path / "turned.mp4", turned, rotation=rotation)
    shown = films.read(source)[0].rotation
    assert shown % 360 in (90, 180, 270)
    report = cover.redact(source, tmp_path / "out.mp4", SETTINGS)
    assert report.covered == 20
    frames = films.read(tmp_path / "out.mp4")
    assert frames[0].rotation == shown
    upright = np.rot90(films.dark(frames[10]), rotation // 90)
    x, y = 20 + 10 * 4, (240 - 73) // 2
    assert upright[y + 12 : y + 60, x + 12 : x + 48].mean() > 0.8


CASES = {
    "mkv": ("a.mkv", {"sound": "libopus"}),
    "avi": ("a.avi", {"codec": "mpeg4", "sound": "mp2"}),
    "webm": ("a.webm", {"codec": "libvpx", "sound": "libopus"}),
    "ts": ("a.ts", {"codec": "mpeg2video", "sound": "mp2"}),
    "mov": ("a.mov", {"sound": "aac"}),
    "10 bit": ("a.mkv", {"pix_fmt": "yuv420p10le"}),
    "HDR": ("a.mkv", {"pix_fmt": "yuv420p10le", "color_trc": 16, "color_primaries": 9,
                      "colorspace": 9}),
    "4:4:4": ("a.mkv", {"pix_fmt": "yuv444p"}),
    "4:2:2": ("a.mkv", {"pix_fmt": "yuv422p"}),
    "full range": ("a.mp4", {"pix_fmt": "yuvj420p"}),
    "interlaced": ("a.mp4", {"options": {"flags": "+ildct+ilme"}}),
    "MJPEG": ("a.mov", {"codec": "mjpeg", "pix_fmt": "yuvj420p"}),
    "raw RGB": ("a.avi", {"codec": "rawvideo", "pix_fmt": "bgr24"}),
    "long gaps between key frames": ("a.mp4", {"options": {"g": "999"}}),
    "wide pixels": ("a.mp4", {"sample_aspect_ratio": Fraction(4, 3)}),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_every_kind_of_video_is_covered(tmp_path, case):
    name, options = CASES[case]
    source = films.write(tmp_path / name, films.pictures(12), **options)
    out = tmp_path / f"out{cover.beside(source).suffix}"
    report = cover.redact(source, out, KEPT)
    assert report.frames == 12
    assert covered(out, 6)
    with av.open(str(source)) as a, av.open(str(out)) as b:
        va, vb = a.streams.video[0], b.streams.video[0]
        assert (vb.width, vb.height) == (va.width, va.height)
        assert vb.sample_aspect_ratio in (va.sample_aspect_ratio, va.sample_aspect_ratio or 1)
        assert len(b.streams.audio) == len(a.streams.audio)
        if "10 bit" in case or "HDR" in case:
            assert vb.pix_fmt == "yuv420p10le"
            assert vb.codec_context.color_trc == va.codec_context.color_trc


def test_odd_sizes_are_kept(tmp_path):
    odd = (each[:239, :319] for each in films.pictures(8))
    source = films.write(tmp_path / "odd.mkv", odd, pix_fmt="yuv444p")
    cover.redact(source, tmp_path / "out.mkv", SETTINGS)
    frame = films.read(tmp_path / "out.mkv")[0]
    assert (frame.width, frame.height) == (319, 239)


def test_zones_are_always_or_never_covered(plain, tmp_path):
    settings = cover.Settings(
        detector="centerface", quality="fast",
        always=(cover.Zone.parse("80,0,20,30"),), never=(cover.Zone.parse("0,20,100,60"),),
    )  # fmt: skip
    cover.redact(plain, tmp_path / "out.mp4", settings)
    frame = films.read(tmp_path / "out.mp4")[20]
    assert films.dark(frame)[2:70, 258:318].mean() > 0.99, "corners too: a zone is a rectangle"
    assert not covered(tmp_path / "out.mp4", 20)


def test_a_box_covers_corners_too(plain, tmp_path):
    ellipse, box = tmp_path / "e.mp4", tmp_path / "b.mp4"
    cover.redact(plain, ellipse, SETTINGS)
    cover.redact(plain, box, cover.Settings("fast", "centerface", "box"))
    areas = [films.dark(films.read(each)[10]).sum() for each in (ellipse, box)]
    assert areas[1] > 1.15 * areas[0]


def test_a_preview_shows_one_covered_frame(plain, tmp_path):
    from PIL import Image

    cover.write_preview(plain, tmp_path / "p.jpg", SETTINGS, at=0.8)
    picture = np.asarray(Image.open(tmp_path / "p.jpg").convert("L"))
    assert picture.shape == (240, 320)
    x, y = 20 + 20 * 4, (240 - 73) // 2
    assert picture[y + 20 : y + 50, x + 20 : x + 40].mean() < 30


def test_boxes_without_writing(plain):
    found = list(cover.boxes(plain, SETTINGS))
    assert len(found) == 40
    assert all(found)


def habeas(*arguments, **options):
    command = [sys.executable, "-m", "habeas.cli", "redact", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=600, check=False, **options
    )


def test_a_folder_is_taken_up_where_it_stopped(plain, tmp_path):
    folder, out = tmp_path / "in", tmp_path / "out"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.mp4").write_bytes(plain.read_bytes())
    (folder / "deep" / "b.mp4").write_bytes(plain.read_bytes())
    (folder / "broken.mp4").write_bytes(plain.read_bytes()[:99])
    options = ("--detector", "centerface", "--quality", "fast", "--json")
    done = habeas(folder, out, *options)
    assert done.returncode == 1, done.stdout
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [Path(each["file"]).name for each in told] == ["a.mp4", "broken.mp4", "b.mp4"]
    assert told[1]["error"]["cause"]
    assert told[1]["error"]["remedy"]
    assert sorted(p.name for p in out.rglob("*.mp4")) == ["a.covered.mp4", "b.covered.mp4"]
    again = [json.loads(line) for line in habeas(folder, out, *options).stdout.splitlines()]
    assert [each.get("skipped", False) for each in again] == [True, False, True]


def test_the_command_teaches():
    told = habeas("--help")
    assert told.returncode == 0
    for word in ("--quality", "--detector", "--always", "--preview", "never recognised"):
        assert word in told.stdout


def test_wrong_settings_say_what_is_right(plain):
    done = habeas(plain, "--always", "1,2,3")
    assert done.returncode != 0
    assert "left,top,width,height" in done.stdout + done.stderr


def test_a_killed_run_leaves_nothing_under_the_final_name(tmp_path):
    source = films.write(tmp_path / "long.mp4", films.pictures(400, step=0, size=100))
    out = tmp_path / "out" / "long.mp4"
    command = [sys.executable, "-m", "habeas.cli", "redact", str(source), str(out), "--quality",
               "thorough", "--detector", "centerface"]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
    until(lambda: list(out.parent.glob(".long*")), "the first of its output")
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not out.exists()
    cover.redact(source, out, SETTINGS)
    assert [each.name for each in out.parent.iterdir()] == ["long.mp4"], "the leftover is gone"


def test_without_a_gpu_the_same_command_runs_on_the_processor(plain, tmp_path):
    """Where there is one, only the boxes' last digits may differ."""
    one, other = tmp_path / "cpu.mp4", tmp_path / "gpu.mp4"
    cover.redact(plain, one, SETTINGS)
    report = cover.redact(plain, other, cover.Settings("fast", "centerface", gpu=True))
    assert report.frames == 40
    assert report.gpu == faces.detector("centerface", gpu=True).gpu
    for a, b in zip(films.read(one), films.read(other), strict=True):
        assert abs(films.dark(a).sum() - films.dark(b).sum()) < 400
