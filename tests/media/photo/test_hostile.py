"""Files made to break decoders: refused with cause and remedy, soon, in little memory."""

import io
import json
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from fuzz.heif import Coded, grid
from fuzz.photos import peak
from habeas import portrait
from habeas.faces import assets

FINDINGS = sorted((Path(__file__).parent / "findings").iterdir())


def answered(pool, content):
    """The code of the refusal, or the verdict, by a worker that lives on."""
    before = pool.pids
    code = _answer(pool, content)
    assert pool.pids == before or not before
    return code


def _answer(pool, content):
    try:
        return pool.check(content).verdict
    except portrait.PhotoError as error:
        refusal = error
    assert refusal.__cause__ is None, f"the worker died: {refusal.__cause__}"
    assert refusal.cause
    assert refusal.remedy
    return refusal.code


def refused(pool, content):
    """The code of the refusal."""
    code = answered(pool, content)
    assert code not in ("good", "advice")
    return code


def cost(pool, content):
    """Code, and bytes that the worker took beyond what it held."""
    pool.check(assets.path("astronaut.png").read_bytes())  # it runs, and has held what it needs
    process = Path(f"/proc/{pool.pids[0]}")
    (process / "clear_refs").write_text("5")  # the peak counts from here
    before = peak(pool.pids[0])
    code = answered(pool, content)
    return code, peak(pool.pids[0]) - before


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


def claims(kind, side):
    """A small file that says it holds a picture of *side* × *side* pixels."""
    if kind == "PNG":
        return png(side, side, (b"IDAT", zlib.compress(bytes(999))))
    small = Image.new("RGB", (16, 16))
    if kind == "AVIF":
        return grid(Coded.of(saved(small, "AVIF"), (side, side)), 1, 1)
    content = bytearray(saved(small, kind, **{"xmp": b"<x/>"} if kind == "WEBP" else {}))
    if kind == "JPEG":
        at = content.index(b"\xff\xc0") + 5
        content[at : at + 4] = struct.pack(">HH", side, side)
    else:
        at = content.index(b"VP8X") + 12
        content[at : at + 6] = 2 * (side - 1).to_bytes(3, "little")
    return bytes(content)


@pytest.mark.parametrize(("kind", "side"), [("PNG", 60_000), ("JPEG", 65_535), ("AVIF", 20_000),
                                            ("WEBP", 16_384)])  # fmt: skip
def test_a_small_file_cannot_claim_a_huge_picture(pool, kind, side):
    code, memory = cost(pool, claims(kind, side))
    # WebP's and AVIF's own readers see first that the parts do not agree.
    own = kind in ("PNG", "JPEG")
    assert code in (["too-many-pixels"] if own else ["broken", "not-a-picture", "too-many-pixels"])
    assert memory < 16_000_000


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
    # A PNG's profile is compressed: what would be too large is not unpacked, and not missed.
    plain = pool.check(saved(face, "PNG"))
    for size in (3_000_000, 60_000_000):
        content = saved(face, "PNG", icc_profile=bytes(size))
        assert pool.check(content).upright == plain.upright


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "grid", "MPO"])
def test_every_truncation_is_answered(pool, face, kind):
    small = face.resize((200, 200))
    if kind == "grid":
        content = grid(Coded.of(saved(small, "AVIF"), (200, 200)), 1, 2)
    else:
        more = {"save_all": True, "append_images": [small]} if kind == "MPO" else {}
        content = saved(small, kind, **more)
    codes = [answered(pool, content[: max(1, len(content) * part // 20)]) for part in range(20)]
    # What shows the whole face is taken, which is in the upper half of this picture.
    assert set(codes) <= {"broken", "not-a-picture", "no-face", "good", "advice"}
    if kind != "MPO":  # of two pictures one is whole soon
        assert not {"good", "advice"} & set(codes[:3])


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF"])
def test_moving_pictures_are_told_from_photos(pool, face, kind):
    small = face.resize((64, 64))
    moving = saved(small, kind, save_all=True, append_images=[small.rotate(90)], duration=100)
    assert refused(pool, moving) == "animated"


def test_a_phones_second_picture_is_no_animation(pool, face):
    content = saved(face, "MPO", save_all=True, append_images=[face.resize((99, 99))])
    assert pool.check(content).faces == 1


def test_of_very_many_pictures_only_the_first_is_decoded(pool, face):
    small = face.resize((64, 64))
    many = saved(face, "MPO", save_all=True, append_images=[small] * 500)
    once = cost(pool, saved(face, "JPEG"))
    code, memory = cost(pool, many)
    assert code == once[0]
    assert memory < once[1] + 32_000_000


#: What every scanner calls malice, so that scanners can be tried: https://www.eicar.org
_EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-" + rb"TEST-FILE!$H+H*"


@pytest.mark.parametrize("place", ["comment", "exif", "profile", "after the end"])
def test_what_scanners_look_for_does_not_outlive_the_encoding(pool, face, place):
    content = saved(face, "JPEG")
    match place:
        case "comment":
            content = saved(face, "JPEG", comment=_EICAR)
        case "exif":
            exif = Image.Exif()
            exif[0x010E] = _EICAR.decode()
            content = saved(face, "JPEG", exif=exif)
        case "profile":
            content = saved(face, "JPEG", icc_profile=_EICAR)
        case _:
            content += _EICAR
    assert _EICAR in content
    found = pool.check(content)
    assert found.faces == 1
    assert b"EICAR" not in found.upright
    assert b"EICAR" not in found.cropped


@pytest.mark.parametrize("size", [(1, 1), (1, 4000), (4000, 1), (1, 65_500), (3, 50_000)])
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_slivers_hold_no_face(pool, kind, size):
    assert refused(pool, saved(Image.new("RGB", size, "red"), kind)) == "no-face"


def test_a_wrong_ending_does_not_matter(face, tmp_path):
    """What a file is called says nothing; what is in it does."""
    for name, kind in (("a.png", "JPEG"), ("b.jpg", "PNG"), ("c.txt", "WEBP")):
        (tmp_path / name).write_bytes(saved(face, kind))
    (tmp_path / "d.jpg").write_bytes(b"MZ" + bytes(5000))
    command = [sys.executable, "-m", "habeas.cli", "check", *sorted(tmp_path.iterdir()), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each["verdict"] for each in told][:3] == ["advice"] * 3
    assert told[3]["error"]["code"] == "not-a-picture"


def test_a_huge_declared_length_takes_nothing(pool):
    """Lengths up to 4 GB, in files of some bytes."""
    most = b"\xff\xff\xff\xff"
    for content in (
        b"\x89PNG\r\n\x1a\n" + most + b"IHDR" + bytes(50),
        png(8, 8)[:33] + most + b"iCCP" + bytes(50),
        b"RIFF" + most + b"WEBPVP8X" + most + bytes(50),
        most + b"ftypheic" + bytes(50),
        struct.pack(">I", 24) + b"ftypavif" + bytes(4) + b"avifmif1" + most + b"meta" + bytes(50),
    ):
        code, memory = cost(pool, content)
        assert code in ("broken", "not-a-picture")
        assert memory < 16_000_000


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"x" * 25_000_001, "too-large"),
        (b"%PDF-1.7 no picture", "other-format"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "other-format"),
        (b"GIF89a" + bytes(99), "other-format"),
        (b"\xff\xd8\xff", "broken"),
        (b"\0\0\0\x1cftypheic" + bytes(99), "broken"),
        (b"RIFF\xff\xff\xff\xffWEBPVP8 " + bytes(99), "broken"),
        (b"\0\0\0\x1cftypisom" + bytes(99), "other-format"),
        (b"II*\0" + bytes(99), "other-format"),
        (b"a letter", "not-a-picture"),
    ],
)
def test_what_is_no_photo_is_named(pool, content, code):
    assert refused(pool, content) == code


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


def scans(count, side=2000):
    """A progressive grey JPEG of *count* scans, most of which say only: nothing here.

    ITU-T T.81 annex G: a run of ends of bands covers up to 32,767 blocks in 15 bits.
    """

    def segment(marker, body):
        return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body

    blocks = (-(-side // 8)) ** 2
    runs = "011111111111111" * -(-blocks // 32_767)
    runs += "1" * (-len(runs) % 8)
    coded = int(runs, 2).to_bytes(len(runs) // 8, "big").replace(b"\xff", b"\xff\0")
    one_code = b"\1" + bytes(15)
    return b"".join((
        b"\xff\xd8",
        segment(0xDB, b"\0" + b"\1" * 64),
        segment(0xC2, struct.pack(">BHHB", 8, side, side, 1) + b"\1\x11\0"),
        segment(0xC4, b"\0" + one_code + b"\0"),
        segment(0xC4, b"\x10" + one_code + b"\xe0"),
        segment(0xDA, b"\1\1\0\0\0\0") + bytes(-(-blocks // 8)),
        (segment(0xDA, b"\1\1\0\1\x3f\0") + coded) * (count - 1),
        b"\xff\xd9",
    ))  # fmt: skip


JPEG = saved(Image.new("RGB", (16, 16), "red"), "JPEG")


@pytest.mark.parametrize(
    "content",
    [
        scans(5_000),
        JPEG[:2] + b"\xff\xe1\0\2" * 2_000_000 + JPEG[2:],
        JPEG[:2] + b"\xff" * 9_000_000 + JPEG[2:],
        png(8, 8, *[(b"teSt", b"")] * 700_000, (b"IDAT", zlib.compress(bytes(200)))),
    ],
    ids=["scans", "segments", "fill", "chunks"],
)
def test_a_file_cannot_ask_for_endless_work(pool, content):
    code, memory = cost(pool, content)
    assert code == "broken"
    assert memory < 32_000_000


def test_a_hundred_scans_and_thousands_of_segments_are_read(pool, face):
    assert refused(pool, scans(100, 400)) == "no-face"
    content = saved(face, "JPEG", progressive=True)
    many = content[:2] + b"\xff\xe5\0\2" * 4_000 + content[2:]
    assert pool.check(many).upright == pool.check(content).upright


def test_a_picture_of_millions_of_rows_is_refused_before_it_is_decoded(pool):
    rows = zlib.compress(bytes(2 * 1_000_000), 9)
    code, _ = cost(pool, png(1, 1_000_000, (b"IDAT", rows)))
    assert code == "too-many-pixels"
