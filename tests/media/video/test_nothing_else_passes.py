"""Only the picture passes, and the sound that was asked for; what stayed behind is said."""

import gc
import re
from dataclasses import replace

import av
import numpy as np
import pytest

from habeas import cover
from habeas.cover._source import Source
from tests.media.video import films, nal, small
from tests.media.video.small import SETTINGS


def test_captions_messages_and_hdr_metadata_are_dropped_and_said(tmp_path):
    plain = small.write(tmp_path / "plain.h264").read_bytes()
    source = tmp_path / "messages.h264"
    source.write_bytes(nal.with_messages(plain, nal.captions(), nal.place(), nal.light()))
    before = small.side_data(source)
    expected = {"A53_CC", "SEI_UNREGISTERED", "MASTERING_DISPLAY_METADATA", "CONTENT_LIGHT_LEVEL"}
    assert expected <= set(before)
    assert nal.WORDS[:2] in before["A53_CC"]
    out = tmp_path / "out.mp4"
    report = cover.redact(source, out, SETTINGS)
    assert report.frames == 12
    # The encoder says of itself with which settings it worked, and nothing else.
    after = small.side_data(out)
    assert set(after) <= {"SEI_UNREGISTERED"}
    assert b"x264" in after.get("SEI_UNREGISTERED", b"x264")
    assert b"51.500N" not in out.read_bytes()
    assert set(report.left_out) == {
        "closed captions", "HDR metadata", "notes of the encoder or the camera (SEI)",
    }  # fmt: skip


def test_a_frame_that_was_read_is_freed_at_once(tmp_path):
    """Frames that only the collector of garbage frees pile up: a gigabyte of them at 1080p."""
    source = Source(small.write(tmp_path / "plain.mp4"), SETTINGS)
    # By their type: what is asked for its class may be a proxy that answers with an error.
    kept = lambda: sum(issubclass(type(each), av.VideoFrame) for each in gc.get_objects())  # noqa: E731
    gc.collect()
    gc.disable()
    try:
        before = kept()
        found = [kept() - before for _ in source.frames()]
    finally:
        gc.enable()
        source.close()
    assert len(found) == 12
    assert max(found) <= 3


def test_what_says_how_colours_are_meant_stays(tmp_path):
    source = tmp_path / "hdr.mkv"
    with av.open(str(source), "w") as out:
        stream = out.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p10le"
        context = stream.codec_context
        context.color_primaries, context.color_trc, context.colorspace = 9, 16, 9
        for number, pixels in enumerate(small.pictures(4)):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(
                format="yuv420p10le"
            )
            frame.pts = number
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    made = tmp_path / "out.mkv"
    cover.redact(source, made, SETTINGS)
    with av.open(str(made)) as container:
        context = container.streams.video[0].codec_context
        assert (context.color_primaries, context.color_trc, context.colorspace) == (9, 16, 9)


def test_dolby_vision_metadata_does_not_pass(tmp_path):
    plain = films.write(
        tmp_path / "plain.h265", films.pictures(12), codec="libx265",
        options={"x265-params": "log-level=none"},
    )  # fmt: skip
    source = tmp_path / "dolby.h265"
    source.write_bytes(nal.with_dolby_vision(plain.read_bytes()))
    assert source.read_bytes().count(nal.SHOT) == 12
    report = cover.redact(source, tmp_path / "out.mp4", SETTINGS)
    assert (report.frames, report.covered, report.whole) == (12, 12, 0)
    assert nal.SHOT not in (tmp_path / "out.mp4").read_bytes()


def test_a_second_lens_is_dropped_and_said(tmp_path):
    source = tmp_path / "lenses.mkv"
    with av.open(str(source), "w") as out:
        first = out.add_stream("libx264", rate=25)
        second = out.add_stream("libx264", rate=25)
        out.add_attachment("serial.txt", "text/plain", b"serial number 4711")
        for stream, width in ((first, 160), (second, 80)):
            stream.width, stream.height, stream.pix_fmt = width, 120, "yuv420p"
        for number in range(5):
            for stream in (first, second):
                pixels = np.full((120, stream.width, 3), 90 + number, np.uint8)
                frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
                frame.pts = number
                out.mux(stream.encode(frame))
        for stream in (first, second):
            out.mux(stream.encode(None))
    made = tmp_path / "out.mkv"
    report = cover.redact(source, made, SETTINGS)
    assert set(report.left_out) >= {"another video track", "attachments"}
    with av.open(str(made)) as container:
        assert [each.type for each in container.streams] == ["video"]
        assert container.streams.video[0].width == 160
    assert b"serial number 4711" not in made.read_bytes()


@pytest.fixture(scope="module")
def spoken(tmp_path_factory):
    """Two seconds, with a tone in Russian."""
    path = tmp_path_factory.mktemp("spoken") / "spoken.mp4"
    return small.write(path, 50, sound="aac", heard={"language": "rus"}, language="eng")


def test_sound_is_left_out_unless_asked_for_and_said(spoken, tmp_path):
    report = cover.redact(spoken, tmp_path / "out.mp4", SETTINGS)
    assert "sound" in report.left_out
    assert report.sound == "none"
    with av.open(str(tmp_path / "out.mp4")) as container:
        assert not container.streams.audio


@pytest.mark.parametrize("ending", [".mp4", ".mkv", ".ts", ".webm"])
def test_kept_sound_keeps_its_language(spoken, tmp_path, ending):
    out = tmp_path / f"out{ending}"
    report = cover.redact(spoken, out, replace(SETTINGS, sound="keep"))
    assert "sound" not in report.left_out
    with av.open(str(out)) as container:
        assert container.streams.audio[0].language == "rus"
    heard = small.samples(out)
    assert len(heard) / 16_000 == pytest.approx(2.0, abs=0.1)
    assert dominant(heard) == pytest.approx(300, abs=3)


@pytest.mark.parametrize("ending", [".mp4", ".webm"])
def test_distorted_sound_is_as_long_and_has_no_pitch(spoken, tmp_path, ending):
    out = tmp_path / f"out{ending}"
    report = cover.redact(spoken, out, replace(SETTINGS, sound="distort"))
    assert report.sound == "distort"
    heard = small.samples(out)
    assert len(heard) / 16_000 == pytest.approx(2.0, abs=0.1)
    loud = np.abs(np.fft.rfft(heard))
    assert loud.max() < 12 * np.median(loud[120:1500]), "one frequency stands out"
    assert np.sqrt(np.mean(np.square(heard))) > 0.03, "it is not silence either"
    with av.open(str(out)) as container:
        assert container.streams.audio[0].language == "rus"


def dominant(heard):
    loud = np.abs(np.fft.rfft(heard))
    return float(np.argmax(loud)) * 16_000 / len(heard)


def test_the_command_says_what_it_left_out(spoken, tmp_path):
    import subprocess
    import sys

    command = [sys.executable, "-m", "habeas.cli", "redact", str(spoken),
               str(tmp_path / "out.mp4"), "--detector", "centerface",
               "--quality", "fast"]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    assert re.search(r"left out: .*sound", done.stdout)
