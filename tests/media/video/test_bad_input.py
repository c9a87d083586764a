"""Files that are not what they should be: covered as far as they go, or refused and said."""

import pytest

from habeas import cover
from tests.media.video import films, small
from tests.media.video.small import SETTINGS


@pytest.mark.parametrize("ending", [".ts", ".h264"])
def test_a_size_that_changes_on_the_way_is_refused_and_said(tmp_path, ending):
    one = small.write(tmp_path / f"one{ending}", 12)
    other = small.write(tmp_path / f"other{ending}", 12, width=320, height=240)
    source = tmp_path / f"both{ending}"
    source.write_bytes(one.read_bytes() + other.read_bytes())
    out = tmp_path / "out.mp4"
    with pytest.raises(cover.ChangedSizeError) as refused:
        cover.redact(source, out, SETTINGS)
    assert "160 × 120 to 320 × 240" in refused.value.cause
    assert refused.value.remedy
    assert not out.exists()
    assert not list(tmp_path.glob(".out*"))


@pytest.mark.parametrize("codec", ["libx265", "mpeg2video"])
def test_a_codec_that_changes_on_the_way_is_covered_as_far_as_it_goes(tmp_path, codec):
    """Recordings that were joined: what cannot be decoded is counted, and nothing of it is bare."""
    options = {"x265-params": "log-level=none"} if codec == "libx265" else {}
    one = films.write(tmp_path / "one.ts", films.pictures(25), options={"g": "25"})
    other = films.write(tmp_path / "other.ts", films.pictures(25), codec=codec, options=options)
    source = tmp_path / "both.ts"
    source.write_bytes(one.read_bytes() + other.read_bytes())
    report = cover.redact(source, tmp_path / "out.mp4", SETTINGS)
    shown = films.read(tmp_path / "out.mp4")
    assert len(shown) == report.frames >= 20
    assert report.damaged > 10
    assert report.covered == report.frames
    assert sum(bool(films.dark(frame).all()) for frame in shown) == report.whole < 10


def test_a_file_without_its_index_is_refused(tmp_path):
    """An MP4 whose recorder was switched off: `moov` was never written."""
    whole = small.write(tmp_path / "whole.mp4", 25).read_bytes()
    source = tmp_path / "cut.mp4"
    source.write_bytes(whole[: whole.index(b"moov") - 4])
    with pytest.raises(cover.UnreadableVideoError) as refused:
        cover.redact(source, tmp_path / "out.mp4", SETTINGS)
    assert refused.value.remedy


def test_sound_alone_is_refused(tmp_path):
    import av

    source = tmp_path / "sound.mp4"
    with av.open(str(source), "w") as out:
        small.add_tone(out, small.sound_stream(out), 1)
    with pytest.raises(cover.NoVideoError):
        cover.redact(source, tmp_path / "out.mp4", SETTINGS)


def test_motion_jpeg_and_raw_pictures_are_covered(tmp_path):
    for name, codec, form in (("a.avi", "mjpeg", "yuvj420p"), ("b.avi", "rawvideo", "bgr24")):
        source = small.write(tmp_path / name, 12, codec=codec, pix_fmt=form, options={})
        assert cover.redact(source, None, SETTINGS).frames == 12
