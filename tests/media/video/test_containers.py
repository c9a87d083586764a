"""Whatever the container, pictures and sound are where they were; else nothing is written."""

from dataclasses import replace
from fractions import Fraction

import av
import numpy as np
import pytest

from habeas import cover
from habeas.cover._readback import Written
from habeas.cover.live import Covered, Segment
from tests.media.video import films, small
from tests.media.video.small import SETTINGS

KEPT = replace(SETTINGS, sound="keep")


def test_an_avi_comes_out_as_mp4(tmp_path):
    source = small.write(
        tmp_path / "old.avi", 50, codec="mjpeg", pix_fmt="yuvj420p", options={},
        sound="adpcm_ima_wav", heard={"rate": 8000, "layout": "mono"},
    )  # fmt: skip
    out = cover.beside(source)
    assert out.name == "old.covered.mp4"
    report = cover.redact(source, None, KEPT)
    assert report.frames == 50
    assert small.stamps(out) == pytest.approx([number / 25 for number in range(50)], abs=0.001)
    heard = small.samples(out)
    assert len(heard) / 16_000 == pytest.approx(2.0, abs=0.15)
    assert np.argmax(np.abs(np.fft.rfft(heard))) * 16_000 / len(heard) == pytest.approx(300, abs=4)
    with pytest.raises(cover.OutputError) as refused:
        cover.redact(source, tmp_path / "new.avi", KEPT)
    assert ".mp4" in refused.value.remedy
    assert not (tmp_path / "new.avi").exists()


SOUNDS = {
    "µ-law in MOV": ("a.mov", "pcm_mulaw", {"rate": 8000, "layout": "mono"}),
    "A-law in AVI": ("a.avi", "pcm_alaw", {"rate": 8000, "layout": "mono"}),
    "G.726 in AVI": ("a.avi", "g726", {"rate": 8000, "layout": "mono"}),
    "AC-3 in AVI": ("a.avi", "ac3", {"rate": 48_000}),
    "AAC in AVI": ("a.avi", "aac", {"rate": 48_000}),
    "MP2 in MPEG-2": ("a.ts", "mp2", {"rate": 48_000}),
    "PCM in MOV": ("a.mov", "pcm_s16le", {"rate": 44_100}),
}


@pytest.mark.parametrize("case", SOUNDS)
def test_sound_of_every_kind_is_as_long_as_it_was(tmp_path, case):
    name, codec, heard = SOUNDS[case]
    source = small.write(tmp_path / name, 50, sound=codec, heard=heard)
    out = tmp_path / "out.mp4"
    cover.redact(source, out, KEPT)
    made = small.samples(out)
    assert len(made) / 16_000 == pytest.approx(2.0, abs=0.16)
    assert np.argmax(np.abs(np.fft.rfft(made))) * 16_000 / len(made) == pytest.approx(300, abs=4)
    with av.open(str(out)) as container:
        (sound,) = container.streams.audio
        begin = min(
            float(each.pts * each.time_base)
            for each in container.demux(sound)
            if each.pts is not None
        )
    assert begin == pytest.approx(0, abs=0.15)


@pytest.mark.parametrize("ending", [".mp4", ".mov", ".mkv", ".webm", ".ts"])
def test_stamps_survive_every_container(tmp_path, ending):
    told = [0, 40, 90, 100, 300, 340, 600, 610, 650, 900]
    source = small.write(tmp_path / "a.mkv", 10, stamps=told, base=Fraction(1, 1000))
    out = tmp_path / f"out{ending}"
    cover.redact(source, out, SETTINGS)
    made = small.stamps(out)
    assert [each - made[0] for each in made] == pytest.approx(
        [each / 1000 for each in told], abs=0.002
    )


# What is read back


def written(stamps, base=Fraction(1, 25)):
    found = Written()
    for each in stamps:
        frame = av.VideoFrame(16, 16, "yuv420p")
        frame.pts, frame.time_base = each, base
        found.add(frame)
    return found


def test_a_file_that_holds_what_was_written_is_let_pass(tmp_path):
    path = small.write(tmp_path / "a.mp4", 10, sound="aac", seconds=0.4)
    written(range(10)).compare(path, "mp4", {1: (Fraction(0), Fraction(2, 5))})


@pytest.mark.parametrize(
    ("stamps", "sound", "said"),
    [
        (range(11), Fraction(2, 5), "11 pictures were written, and 10"),
        ([*range(9), 12], Fraction(2, 5), "is at"),
        (range(10), Fraction(9, 10), "Sound that ends at 0.900"),
    ],
)
def test_a_file_that_differs_is_not_given_its_name(tmp_path, stamps, sound, said):
    path = small.write(tmp_path / "a.mp4", 10, sound="aac", seconds=0.4)
    with pytest.raises(cover.OutputError, match=said) as error:
        written(stamps).compare(path, "mp4", {1: (Fraction(0), sound)})
    assert error.value.remedy


def test_a_file_that_cannot_be_read_again_is_not_given_its_name(tmp_path):
    path = tmp_path / "a.mp4"
    whole = small.write(tmp_path / "whole.mp4").read_bytes()
    path.write_bytes(whole[: whole.index(b"moov")])
    with pytest.raises(cover.OutputError, match="cannot be read again"):
        written(range(12)).compare(path, "mp4", {})


# The way up


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_camera_that_hangs_sideways_is_turned(tmp_path, turn):
    """No tag says so: the picture is stored turned, and comes out upright."""
    stored = (np.ascontiguousarray(np.rot90(each, turn // 90)) for each in films.pictures(12))
    source = films.write(tmp_path / "hangs.mp4", stored)
    out = tmp_path / "out.mp4"
    report = cover.redact(source, out, replace(SETTINGS, turn=turn))
    assert report.covered == 12
    frame = films.read(out)[6]
    assert (frame.width, frame.height, frame.rotation) == (320, 240, 0)
    x, y = 20 + 6 * 4, (240 - 73) // 2
    assert films.dark(frame)[y + 12 : y + 60, x + 12 : x + 48].mean() > 0.8


def test_a_turned_picture_has_its_pixels_turned_too(tmp_path):
    source = films.write(
        tmp_path / "wide.mp4", films.pictures(4), sample_aspect_ratio=Fraction(16, 11)
    )
    cover.redact(source, tmp_path / "out.mp4", replace(SETTINGS, turn=90))
    with av.open(str(tmp_path / "out.mp4")) as container:
        assert container.streams.video[0].sample_aspect_ratio == Fraction(11, 16)


@pytest.mark.parametrize("ending", [".ts", ".mkv", ".webm"])
def test_a_phone_s_tag_is_kept_or_its_picture_turned(tmp_path, ending):
    turned = (np.ascontiguousarray(np.rot90(each, -1)) for each in films.pictures(12))
    source = films.write(tmp_path / "phone.mp4", turned, rotation=90)
    out = tmp_path / f"out{ending}"
    cover.redact(source, out, SETTINGS)
    frame = films.read(out)[6]
    upright = np.rot90(films.dark(frame), round(frame.rotation / 90) % 4)
    assert upright.shape == (240, 320)
    x, y = 20 + 6 * 4, (240 - 73) // 2
    assert upright[y + 12 : y + 60, x + 12 : x + 48].mean() > 0.8


@pytest.mark.parametrize(
    ("turn", "ending"), [(90, ".mp4"), (180, ".mkv"), (270, ".mp4"), (90, ".webm"), (270, ".ts")]
)
def test_the_way_up_that_is_found_is_written(tmp_path, turn, ending):
    """Nothing and nobody says that the camera hangs sideways: its faces do."""
    report, frame, upright = found_upright(tmp_path, turn, ending, films.pictures(20, size=28))
    assert report.turn == turn
    assert upright.shape == (240, 320)
    x, y = 20 + 12 * 4, (240 - 34) // 2
    assert upright[y + 6 : y + 28, x + 6 : x + 22].mean() > 0.8
    assert (frame.rotation == 0) == (ending == ".ts")


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_the_way_up_is_written_where_nobody_is_in_sight_at_first(tmp_path, turn):
    """For seconds longer than is looked ahead; an MP4 tells at its end."""
    shown = list(films.pictures(20, size=28))
    empty = np.median(shown[:1] + shown[9:10] + shown[-1:], axis=0).astype(np.uint8)
    # A second from one frame to the next, and then as films are.
    stamps = [*range(0, 225, 25), *range(225, 245)]
    report, frame, upright = found_upright(
        tmp_path, turn, ".mp4", [empty] * 9 + shown, times=stamps
    )
    assert report.turn == turn
    assert round(frame.rotation) % 360 == -turn % 360
    assert upright.shape == (240, 320)


def found_upright(tmp_path, turn, ending, pictures, **how):
    stored = (np.ascontiguousarray(np.rot90(each, turn // 90)) for each in pictures)
    source = films.write(tmp_path / "hangs.mp4", stored, **how)
    out = tmp_path / f"out{ending}"
    report = cover.redact(source, out, replace(SETTINGS, quality="balanced"))
    frame = films.read(out)[12]
    return report, frame, np.rot90(films.dark(frame), round(frame.rotation / 90) % 4)


def test_a_large_face_that_is_found_on_its_side_too_leaves_a_file_untagged(tmp_path):
    report, frame, _ = found_upright(tmp_path, 0, ".mp4", films.pictures(40))
    assert report.turn == frame.rotation == 0


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_recorder_s_segment_says_which_way_up_it_is(tmp_path, turn):
    stored = (np.ascontiguousarray(np.rot90(each, turn // 90)) for each in films.pictures(6))
    frames = films.read(films.write(tmp_path / "hangs.mp4", stored))
    items = [Covered(frame, ()) for frame in frames]
    out = tmp_path / "segment.mp4"
    segment = Segment(out, items[0], SETTINGS, fps=25, aspect=None, turn=turn)
    for item in items:
        segment.write(item)
    segment.close()
    frame = films.read(out)[3]
    assert round(frame.rotation) % 360 == -turn % 360
    picture = np.asarray(frame.to_ndarray(format="rgb24"))
    upright = np.rot90(picture, round(frame.rotation / 90) % 4)
    assert np.abs(upright - list(films.pictures(6))[3].astype(int)).mean() < 12


def test_a_camera_of_two_lenses_is_covered_in_both_halves(tmp_path):
    """Two pictures side by side, as cameras of two lenses send them: very wide."""
    halves = zip(
        films.pictures(10, width=1920, height=1080, size=120, seed=1),
        films.pictures(10, width=1920, height=1080, size=120, step=-1, seed=2),
        strict=True,
    )
    source = films.write(tmp_path / "wide.mp4", (np.hstack(each) for each in halves))
    out = tmp_path / "out.mp4"
    report = cover.redact(source, out, SETTINGS)
    assert (report.frames, report.covered) == (10, 10)
    for number, frame in enumerate(films.read(out)):
        assert (frame.width, frame.height) == (3840, 1080)
        dark = films.dark(frame)
        for left in (20 + 4 * number, 1920 + 20 - number):
            top = (1080 - 146) // 2
            assert dark[top + 30 : top + 115, left + 28 : left + 92].mean() > 0.8
