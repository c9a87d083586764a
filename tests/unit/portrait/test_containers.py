"""Pictures taken out of their files: what decoders get is pixels' own bytes, and nothing else."""

import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from habeas.portrait import _container, _exif, _jpeg, _png, _webp
from habeas.portrait._limits import LIMITS, UnsoundError
from habeas.portrait.errors import AnimatedError, BrokenPhotoError, OtherCodingError


def saved(kind, size=(64, 48), **options):
    image = Image.linear_gradient("L").resize(size).convert("RGB")
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def exif(orientation, order="<", kind=3):
    head = b"II*\0" if order == "<" else b"MM\0*"
    entry = struct.pack(f"{order}HHIHH", 0x0112, kind, 1, orientation, 0)
    return head + struct.pack(f"{order}IH", 8, 1) + entry + bytes(4)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("value", range(1, 9))
def test_the_orientation_is_read(order, value):
    assert _exif.orientation(exif(value, order)) == value
    assert _exif.orientation(b"Exif\0\0" + exif(value, order)) == value


@pytest.mark.parametrize("value", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_is_upright(value):
    assert _exif.orientation(exif(value)) == 1
    assert _exif.orientation(exif(6, kind=2)) == 1


@given(st.binary(max_size=300))
def test_any_bytes_are_an_orientation(content):
    for exif_ in (content, b"II*\0" + content, b"MM\0*" + content):
        assert 1 <= _exif.orientation(exif_) <= 8
    assert _exif.orientation(None) == 1


def segment(marker, body):
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


STUFF = {
    "exif": segment(0xE1, b"Exif\0\0" + b"\xee" * 60_000),
    "xmp": segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta tiff:Orientation='6'/>"),
    "iptc": segment(0xED, b"Photoshop 3.0\0" + b"8BIM" * 200),
    "comment": segment(0xFE, b"a comment"),
    "profile": segment(0xE2, b"ICC_PROFILE\0\1\2" + b"\xff" * 500),
    "thumbnail": segment(0xE0, b"JFIF\0\1\2\0\0\1\0\1\x20\x20" + bytes(3 * 32 * 32)),
}


@pytest.mark.parametrize("name", STUFF)
def test_metadata_of_a_jpeg_is_left_behind(name):
    plain = saved("JPEG")
    found = _jpeg.parse(plain[:2] + STUFF[name] + plain[2:])
    assert found.whole
    assert found.size == (64, 48)
    assert STUFF[name][4:] not in found.content
    assert (
        Image.open(io.BytesIO(found.content)).tobytes() == Image.open(io.BytesIO(plain)).tobytes()
    )


def test_what_follows_a_jpeg_is_left_behind():
    plain = saved("JPEG")
    film = struct.pack(">I", 24) + b"ftypmp42" + bytes(12) + b"\xff\xd9" * 3
    found = _jpeg.parse(plain + film)
    assert found.content.endswith(b"\xff\xd9")
    assert b"ftypmp42" not in found.content
    second = saved("JPEG", (20, 20))
    assert _jpeg.parse(plain + second).size == (64, 48)


def test_a_profile_is_joined_and_half_of_one_is_none():
    plain = saved("JPEG")
    parts = [segment(0xE2, b"ICC_PROFILE\0" + bytes([n, 2]) + bytes([n]) * 50) for n in (2, 1)]
    both = _jpeg.parse(plain[:2] + b"".join(parts) + plain[2:])
    assert both.icc == b"\1" * 50 + b"\2" * 50
    assert _jpeg.parse(plain[:2] + parts[0] + plain[2:]).icc is None


def test_a_jpeg_without_its_end_is_not_whole():
    plain = saved("JPEG")
    assert not _jpeg.parse(plain[:-2]).whole
    assert not _jpeg.parse(plain[:-200]).whole
    broken_off = _jpeg.parse(saved("JPEG", progressive=True)[:-200])
    assert not broken_off.whole
    assert broken_off.content.endswith(b"\xff\xd9")


@pytest.mark.parametrize("frame", [0xC3, 0xC5, 0xC9, 0xCA, 0xCB])
def test_codings_that_decoders_do_not_read_are_named(frame):
    plain = saved("JPEG")
    at = plain.index(b"\xff\xc0")
    with pytest.raises(OtherCodingError):
        _container.bare(plain[: at + 1] + bytes([frame]) + plain[at + 2 :])
    twelve = plain[: at + 4] + b"\x0c" + plain[at + 5 :]
    with pytest.raises(OtherCodingError):
        _container.bare(twelve)


def chunk(kind, body):
    crc = struct.pack(">I", zlib.crc32(kind + body))
    return struct.pack(">I", len(body)) + kind + body + crc


@pytest.mark.parametrize(
    "extra",
    [
        chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(b"\nexif\n 6\nnot hex\n")),
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + b"<x/>" * 400_000),
        chunk(b"tEXt", b"a\0" + b"b" * 2_000_000),
        chunk(b"eXIf", b"\xff" * 999),
        chunk(b"iCCP", b"name\0\0" + b"no zlib"),
        chunk(b"iCCP", b"name\0\0" + zlib.compress(bytes(LIMITS.profile + 1))),
        chunk(b"tIME", b""),
        b"\0\0\0\5teXtabcdeXXXX",
    ],
    ids=["raw profile", "XMP", "text", "EXIF", "ICC", "large ICC", "time", "bad CRC"],
)
def test_metadata_of_a_png_is_left_behind(extra):
    plain = saved("PNG")
    found = _png.parse(plain[:33] + extra + plain[33:])
    assert found.content == plain
    assert found.whole
    assert found.icc is None


def test_a_png_keeps_its_orientation_and_profile():
    plain = saved("PNG")
    extra = chunk(b"eXIf", exif(6)) + chunk(b"iCCP", b"n\0\0" + zlib.compress(b"profile"))
    found = _container.bare(plain[:33] + extra + plain[33:])
    assert found.orientation == 6
    assert found.icc == b"profile"
    assert not _png.parse(plain[:-12]).whole


def test_moving_pictures_are_told():
    plain = saved("PNG")
    with pytest.raises(AnimatedError):
        _container.bare(plain[:33] + chunk(b"acTL", struct.pack(">II", 2, 0)) + plain[33:])
    one = plain[:33] + chunk(b"acTL", struct.pack(">II", 1, 0)) + plain[33:]
    assert _container.bare(one).content == plain
    frames = [Image.new("RGB", (9, 9), colour) for colour in ("red", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:])
    with pytest.raises(AnimatedError):
        _container.bare(out.getvalue())


@pytest.mark.parametrize("exif_", [b"\xff\xd8 no exif", b"II*\0" + b"\xff" * 90, bytes(9)])
def test_metadata_of_a_webp_is_left_behind(exif_):
    content = saved("WEBP", lossless=True, exif=exif_, xmp=b"<x" * 9, icc_profile=bytes(99))
    found = _webp.parse(content)
    assert exif_ not in found.content
    assert b"<x<x" not in found.content
    assert len(found.content) == 8 + int.from_bytes(found.content[4:8], "little")
    plain = Image.open(io.BytesIO(saved("WEBP", lossless=True))).convert("RGB")
    assert Image.open(io.BytesIO(found.content)).convert("RGB").tobytes() == plain.tobytes()
    assert _container.bare(saved("WEBP", exif=exif(8))).orientation == 8


@given(st.binary(max_size=400))
def test_any_bytes_are_taken_apart(content):
    for start in (
        b"\xff\xd8",
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\0\0\0\0WEBP",
        b"\0\0\0\x18ftypheic",
        b"",
    ):
        try:
            _container.bare(start + content)
        except (BrokenPhotoError, AnimatedError, OtherCodingError):
            continue


@pytest.mark.parametrize(
    ("parse", "content"),
    [
        (_jpeg.parse, b"\xff\xd8" + b"\xff\xe1\0\2" * (LIMITS.segments + 1)),
        (_jpeg.parse, b"\xff\xd8" + b"\xff" * (LIMITS.fill + 2) + b"\xe1\0\2"),
        (_jpeg.parse, b"\xff\xd8" + segment(0xDA, b"") * (LIMITS.scans + 1)),
        (_png.parse, b"\x89PNG\r\n\x1a\n" + chunk(b"teSt", b"") * (LIMITS.chunks + 1)),
        (_webp.parse, b"RIFF\0\0\0\0WEBP" + b"test\0\0\0\0" * (LIMITS.chunks + 1)),
    ],
    ids=["segments", "fill", "scans", "PNG", "WebP"],
)
def test_endless_work_is_refused(parse, content):
    with pytest.raises(UnsoundError):
        parse(content)
