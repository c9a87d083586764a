"""Fuzzing that finds nothing must be known to find: each alarm is set off once."""

import io
import os
import shutil
import signal
import time

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageCms

from fuzz import heif, metadata, photos, video
from fuzz.containers import Part, build, parse
from fuzz.mutate import Mutator, smallest
from habeas.faces import assets

pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")


@pytest.fixture(scope="module")
def face():
    return Image.open(assets.path("astronaut.png")).convert("RGB").crop((130, 20, 330, 220))


def need_encoder(kind):
    if kind.startswith("heic") and shutil.which("heif-enc") is None:
        pytest.skip("heif-enc is not installed: apt-get install libheif-examples")


def of_metadata(kind):
    need_encoder(kind)
    return metadata.seeds(kind)


def corpus(kind):
    need_encoder(kind)
    return photos.seeds(kind) if kind in photos.FORMATS else video.seeds(kind)


@pytest.mark.parametrize("kind", [*photos.FORMATS, *video.FORMATS])
def test_files_are_taken_apart_and_put_together_again(kind):
    for content in corpus(kind):
        file = parse(content)
        assert sum(len(each) for each in file.lists()) > 1, "nothing was understood"
        assert build(file) == content


def test_the_same_number_makes_the_same_files():
    seeds = photos.seeds("jpeg")
    one, same, other = Mutator(seeds, 5), Mutator(seeds, 5), Mutator(seeds, 6)
    first = [one.next() for _ in range(200)]
    assert first == [same.next() for _ in range(200)]
    assert first != [other.next() for _ in range(200)]
    assert len(set(first)) > 180


def test_a_changed_part_keeps_lengths_and_checksums_right():
    file = parse(photos.seeds("png")[0])
    text = Part(b"tEXt", b"a\0b")
    file.parts.insert(1, text)
    image = Image.open(io.BytesIO(build(file)))
    image.load()
    assert image.info["a"] == "b"
    text.lie = 1
    assert parse(build(file)).parts[1].body != text.body


def test_a_box_within_a_box_lengthens_both():
    inner = Part(b"hdlr", b"abc")
    outer = Part(b"moov", b"", [inner])
    content = heif.box(b"ftyp", b"isom") + build(type(parse(b""))("boxes", [outer]))
    inner.body += b"defg"
    longer = build(type(parse(b""))("boxes", [outer]))
    assert content[12:16] == (19).to_bytes(4, "big")
    assert longer[:4] == (23).to_bytes(4, "big")
    assert longer[8:12] == (15).to_bytes(4, "big")


def test_what_is_not_needed_to_fail_goes():
    content = bytes(500) + b"bad" + bytes(500)
    assert smallest(content, lambda shorter: b"bad" in shorter) == b"bad"


def test_a_grid_of_tiles_is_read_as_one_picture(face):
    tile = heif.Coded.of(photos.saved(face, "AVIF", speed=10), face.size)
    for rows, columns, first in ((1, 1, False), (2, 3, False), (1, 2, True)):
        content = heif.grid(tile, rows, columns, exif=photos.tiff(), data_first=first)
        image = Image.open(io.BytesIO(content))
        image.load()
        assert image.size == (200 * columns, 200 * rows)
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    profile = heif.box(b"colr", b"prof", icc)
    assert Image.open(io.BytesIO(heif.grid(tile, 1, 1, properties=[profile]))).info["icc_profile"]


def test_interlaced_and_deep_pngs_are_what_they_say(face):
    small = np.asarray(face.resize((13, 9)))
    for pixels in (small, small.astype(np.uint16) * 257):
        content = photos.png(pixels, 2, interlaced=True)
        assert np.array_equal(np.asarray(Image.open(io.BytesIO(content))), small)


def test_the_hand_made_exif_is_exif(face):
    exif = Image.open(
        io.BytesIO(photos.saved(face, "JPEG", exif=b"Exif\0\0" + photos.tiff(b"thumb")))
    ).getexif()
    assert exif[0x0112] == 6
    assert exif.get_ifd(0x8825)[1] == "N"
    assert exif.get_ifd(ExifTags.IFD.IFD1)[0x0202] == 5


@pytest.mark.parametrize(("number", "outcome"), [(signal.SIGSEGV, "SIGSEGV"),
                                                 (signal.SIGSTOP, "Nothing came")])  # fmt: skip
def test_a_worker_that_dies_or_hangs_is_a_finding(monkeypatch, number, outcome):
    monkeypatch.setattr(photos, "_SECONDS", 8)  # a worker starts within that
    target = photos.Target()
    try:
        content = photos.seeds("jpeg")[0]
        assert target(content) == "advice"
        assert target.memory > 10_000_000
        os.kill(target._pool.pids[0], number)
        said = target(content)
        assert said.startswith("!")
        assert outcome in said
    finally:
        target.close()


def test_a_kept_picture_with_more_than_pixels_is_a_finding(face):
    plain = photos.saved(face, "JPEG")
    assert photos.is_bare(plain)
    for more in ({"comment": b"c"}, {"exif": b"Exif\0\0" + photos.tiff()}, {"xmp": b"<x/>"}):
        assert not photos.is_bare(photos.saved(face, "JPEG", **more))
    assert not photos.is_bare(plain + b"more")
    assert not photos.is_bare(plain[: len(plain) // 2])


@pytest.fixture
def films(tmp_path):
    source, target = tmp_path / "in.mp4", tmp_path / "out" / "out.mp4"
    target.parent.mkdir()
    source.write_bytes(video.seeds("mp4")[1])
    return source, target


def test_a_video_that_was_written_uncovered_or_in_part_is_a_finding(films):
    source, target = films
    assert video._cover(source, target) == 0
    assert video.looked_over(target, 5) == 0
    assert video.looked_over(target, 6) == 4
    assert video.looked_over(source, 5) == 3


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_the_covered_half_is_looked_for_where_it_is_shown(tmp_path, face, turned):
    (tmp_path / "in.mp4").write_bytes(video._video("mp4", face.resize((96, 64)), 3, turned=turned))
    assert video._cover(tmp_path / "in.mp4", tmp_path / "out.mp4") == 0


def _dying(_source, _target):
    os.kill(os.getpid(), signal.SIGKILL)


def _hanging(_source, _target):
    time.sleep(60)  # noqa: TID251 - an input that hangs


def _raising(_source, _target):
    raise IndexError


@pytest.mark.parametrize(("work", "outcome"), [(_dying, "!SIGKILL"), (_hanging, "!late"),
                                               (_raising, "!exception")])  # fmt: skip
def test_a_fork_that_dies_hangs_or_raises_is_a_finding(monkeypatch, work, outcome):
    monkeypatch.setattr(video, "_cover", work)
    monkeypatch.setattr(video, "_SECONDS", 1 if work is _hanging else 60)
    target = video.Target("mp4")
    try:
        assert target(b"x") == outcome
    finally:
        target.close()


def test_metadata_is_put_into_every_format_and_the_same_for_the_same_number():
    for kind in metadata.FORMATS:
        seeds = of_metadata(kind)
        one, same = metadata.Stuffer(seeds, 5), metadata.Stuffer(seeds, 5)
        made = [one.next() for _ in range(40)]
        assert made == [same.next() for _ in range(40)]
        assert len(set(made)) > 30, kind
        if kind.startswith(("avif", "heic")):
            assert all(known in seeds[0] for known in metadata.IN_BOXES.values())


def test_metadata_that_decides_is_found():
    target = metadata.Target("jpeg+metadata")
    try:
        plain = metadata.seeds("jpeg+metadata")[0]
        assert not target(plain).startswith("!")
        assert target(plain[:2] + b"\xff\xfe\0\x06free" + plain[2:]) == target(plain)
        assert target(b"no picture") == "!not-a-picture"
        other = Image.open(io.BytesIO(plain)).point(lambda value: min(255, value + 3))
        assert target(photos.saved(other, "JPEG")) == "!changed"
    finally:
        target.close()


@pytest.mark.parametrize("kind", metadata.FORMATS)
def test_metadata_does_not_decide(kind):
    seeds = of_metadata(kind)
    target = metadata.Target(kind)
    try:
        stuffer = metadata.Stuffer(seeds, 24)
        outcomes = {target(stuffer.next()) for _ in range(12)}
    finally:
        target.close()
    assert not {outcome for outcome in outcomes if outcome.startswith("!")}
