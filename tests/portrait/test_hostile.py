"""Files made to break decoders: refused with cause and remedy, soon, in little memory."""

import io
import struct
import time
import zlib
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from habeas import assets, portrait

FINDINGS = sorted((Path(__file__).parent / "findings").iterdir())


@pytest.fixture(scope="module")
def pool():
    with portrait.CheckPool(1) as workers:
        yield workers


@pytest.fixture(scope="module")
def face():
    return Image.open(assets.path("astronaut.png")).convert("RGB")


def worker(pool):
    one = pool._free.get()
    pool._free.put(one)
    return one.pid if one else None


def refused(pool, content):
    """The code of the refusal, by a worker that lives on and took neither time nor memory."""
    start, before = time.monotonic(), worker(pool)
    with pytest.raises(portrait.PhotoError) as refusal:
        pool.check(content)
    assert not isinstance(refusal.value.__cause__, EOFError), "the worker died"
    assert refusal.value.cause
    assert refusal.value.remedy
    assert before is None or worker(pool) == before
    assert time.monotonic() - start < 15
    return refusal.value.code


@pytest.mark.parametrize("finding", FINDINGS, ids=lambda path: path.name)
def test_what_fuzzing_found_is_refused(pool, finding):
    assert refused(pool, finding.read_bytes()) == "broken"


def saved(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def png(width, height, *chunks):
    """A PNG that claims a size, and has these chunks."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", header), *chunks, (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in parts
    )


def test_a_small_file_cannot_claim_a_huge_picture(pool):
    assert refused(pool, png(60_000, 60_000, (b"IDAT", zlib.compress(bytes(999))))) == (
        "too-many-pixels"
    )
    jpeg = bytearray(saved(Image.new("RGB", (8, 8)), "JPEG"))
    at = jpeg.index(b"\xff\xc0")
    jpeg[at + 5 : at + 9] = b"\xff\xff\xff\xff"
    assert refused(pool, bytes(jpeg)) == "too-many-pixels"


def test_fifty_megapixels_of_nothing_stay_within_the_workers_memory(pool):
    rows = zlib.compress(bytes(7000 * 3 + 1) * 7000, 9)
    assert refused(pool, png(7000, 7000, (b"IDAT", rows))) == "no-face"


def test_compressed_text_is_no_bomb(pool, face):
    bomb = (b"zTXt", b"a\0\0" + zlib.compress(bytes(300_000_000), 9))
    assert refused(pool, png(8, 8, bomb, (b"IDAT", zlib.compress(bytes(25 * 8))))) in (
        "broken", "no-face",
    )  # fmt: skip


def test_a_huge_profile_of_nothing_is_no_profile(pool, face):
    before = pool.check(saved(face, "JPEG"))
    found = pool.check(saved(face, "JPEG", icc_profile=bytes(3_000_000)))
    assert found.upright == before.upright
    # A PNG's profile is compressed: more than a megabyte of it is not even unpacked.
    assert refused(pool, saved(face, "PNG", icc_profile=bytes(3_000_000))) == "broken"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_every_truncation_is_answered(pool, face, kind):
    content = saved(face.resize((200, 200)), kind)
    codes = {refused(pool, content[: max(1, len(content) * part // 20)]) for part in range(12)}
    assert codes <= {"broken", "not-a-picture", "no-face"}


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF"])
def test_moving_pictures_are_told_from_photos(pool, face, kind):
    small = face.resize((64, 64))
    moving = saved(small, kind, save_all=True, append_images=[small.rotate(90)], duration=100)
    assert refused(pool, moving) == "animated"


def test_a_phones_second_picture_is_no_animation(pool, face):
    content = saved(face, "MPO", save_all=True, append_images=[face.resize((99, 99))])
    assert pool.check(content).faces == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"x" * 10_000_001, "too-large"),
        (b"%PDF-1.7 no picture", "not-a-picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not-a-picture"),
        (b"GIF89a" + bytes(99), "not-a-picture"),
        (b"\xff\xd8\xff", "broken"),
        (b"\0\0\0\x1cftypheic" + bytes(99), "broken"),
        (b"RIFF\xff\xff\xff\xffWEBPVP8 " + bytes(99), "broken"),
    ],
)
def test_what_is_no_photo_is_named(pool, content, code):
    assert refused(pool, content) in (code, "not-a-picture")


def test_boxes_within_boxes(pool):
    box = b""
    for _ in range(5000):
        box = struct.pack(">I", len(box) + 8) + b"meta" + box
    head = struct.pack(">I", 24) + b"ftypheic" + bytes(4) + b"heicmif1"
    assert refused(pool, head + box) in ("broken", "not-a-picture")


def test_text_in_many_chunks(pool):
    text = PngImagePlugin.PngInfo()
    for number in range(2000):
        text.add_text(f"k{number}", "v" * 400)
    content = saved(Image.new("RGB", (32, 32)), "PNG", pnginfo=text)
    assert refused(pool, content) == "no-face"
