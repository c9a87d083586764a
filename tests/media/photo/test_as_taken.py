"""Photographs as people take and keep them: each test makes one of a kind that once failed."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageDraw

from bench.portrait.clean import Clean
from bench.portrait.light import backlight, brim, grey, sepia, side_light
from habeas import faces, portrait
from habeas.faces import assets
from habeas.portrait import _find


@pytest.fixture(scope="module")
def face():
    """A portrait in the middle of a plain wall: the astronaut's, twice enlarged."""
    whole = Image.open(assets.path("astronaut.png")).convert("RGB")
    return whole.crop((60, 0, 400, 400)).resize((1020, 1200), Image.Resampling.LANCZOS)


def saved(image, kind="JPEG", **options):
    out = io.BytesIO()
    image.save(out, kind, **({"quality": 92} if kind == "JPEG" else {}) | options)
    return out.getvalue()


def codes(found):
    return {each.code for each in found.advice}


def notes(found):
    return [each.code for each in found.notes]


def alike(a, b):
    a = Image.open(io.BytesIO(a)).convert("RGB")
    b = Image.open(io.BytesIO(b)).convert("RGB").resize(a.size)
    return float(np.abs(np.asarray(a, float) - np.asarray(b, float)).mean())


@pytest.mark.parametrize("turn", [90, 180, 270])
@pytest.mark.parametrize("exif", [None, 6])
def test_a_turned_picture_is_turned_and_the_crop_with_it(pool, face, turn, exif):
    upright = pool.check(saved(face))
    options = {}
    if exif:
        options["exif"] = Image.Exif()
        options["exif"][0x0112] = exif
    stored = face.rotate(turn, expand=True)
    turned = pool.check(saved(stored, **options))
    assert notes(turned) == (
        [] if exif and turn == 90 else ["turned-upright"]
    )  # EXIF's 6 says what turns 90 back
    assert turned.size == upright.size
    assert alike(turned.upright, upright.upright) < 6
    assert alike(turned.cropped, upright.cropped) < 12
    assert codes(turned) <= codes(upright) | {"compressed"}


@pytest.mark.parametrize("stops", [3, 4])
def test_a_face_under_a_window_is_told_of_the_window(pool, face, stops):
    clean = _clean(face)
    assert "backlit" in codes(pool.check(backlight(clean, stops)))
    assert not {"backlit", "too-dark"} & codes(pool.check(backlight(clean, 0)))


def test_partial_shade_is_told(pool, face):
    clean = _clean(face)
    for made in (side_light(clean, 0.1), brim(clean, 0.08)):
        assert {"shadow", "uneven-light"} & codes(pool.check(made))
    # Daylight through a window beside somebody.
    assert not {"shadow", "uneven-light"} & codes(pool.check(side_light(clean, 0.6)))


def test_black_and_white_a_tint_and_odd_colours_are_three_things(pool, face):
    clean = _clean(face)
    colours = {"black-and-white", "tinted", "odd-colours"}
    assert not colours & codes(pool.check(saved(face)))
    assert colours & codes(pool.check(grey(clean, 1))) == {"black-and-white"}
    assert colours & codes(pool.check(saved(face.convert("L")))) == {"black-and-white"}
    assert colours & codes(pool.check(sepia(clean, 1))) == {"tinted"}
    gains = (0.5, 0.9, 1.6)
    bands = zip(face.split(), gains, strict=True)
    blue = Image.merge(
        "RGB", [band.point(lambda v, k=k: min(255, int(v * k))) for band, k in bands]
    )
    assert colours & codes(pool.check(saved(blue))) == {"odd-colours"}


def _clean(image):
    found = _find.find(image)
    return Clean("sample", image, found.landmarks, image, image)


def _group(face, count):
    """Many people: the same portrait in rows, each a little different."""
    across = 5
    canvas = Image.new("RGB", (across * 320, -(-count // across) * 380), (150, 150, 150))
    for number in range(count):
        one = face.resize((300, 353)).point(
            lambda value, n=number: min(255, value * (20 + n) // 22)
        )
        canvas.paste(one, (number % across * 320 + 10, number // across * 380 + 13))
    return canvas


@pytest.mark.parametrize("count", [3, 20])
def test_a_group_is_several_faces_and_not_one_that_is_too_small(pool, face, count):
    found = pool.check(saved(_group(face, count)))
    assert count // 2 < found.faces <= count
    assert found.advice[0].code == "several-faces"
    assert "too-small" not in codes(found)


def test_a_small_face_behind_may_be_a_picture(pool, face):
    wall = Image.new("RGB", (1700, 1200), (190, 190, 190))
    wall.paste(face, (0, 0))
    wall.paste(face.resize((459, 540)), (1200, 60))
    found = pool.check(saved(wall))
    assert "small-face" in codes(found)
    assert "several-faces" not in codes(found)


def _shelves(size):
    """Rows of books, bright and dark."""
    width, height = size
    y, x = np.mgrid[:height, :width]
    books = np.where((x // 45) % 2 == (y // 160) % 2, 215, 60)
    return np.repeat(books[..., None], 3, axis=2).astype(np.uint8)


def test_a_background_counts_where_it_is_kept(pool, face):
    """A shelf at the other end of the room is cut off; one behind the head is not."""
    room = np.full((1200, 3400, 3), 190, np.uint8)
    room[:, 2200:] = _shelves((1200, 1200))
    far = Image.fromarray(room)
    far.paste(face, (300, 0))
    assert "busy-background" not in codes(pool.check(saved(far)))
    person = Image.fromarray((255 * faces.find_person(np.asarray(face))).astype(np.uint8)).resize(
        face.size
    )
    behind = Image.composite(face, Image.fromarray(_shelves(face.size)), person)
    assert "busy-background" in codes(pool.check(saved(behind)))


def test_rough_plaster_is_a_plain_wall(pool, face):
    person = Image.fromarray((255 * faces.find_person(np.asarray(face))).astype(np.uint8)).resize(
        face.size
    )
    grain = np.random.default_rng(3).normal(150, 40, (face.height // 4, face.width // 4))
    plaster = Image.fromarray(np.clip(grain, 0, 255).astype(np.uint8)).resize(face.size)
    found = pool.check(saved(Image.composite(face, plaster.convert("RGB"), person)))
    assert "busy-background" not in codes(found)


def test_black_glasses_are_no_shadow(pool, face):
    glasses = face.copy()
    landmarks = _find.find(face).landmarks
    for lids, pupil in zip(landmarks.lids, landmarks.pupils, strict=True):
        reach = 0.9 * float(np.ptp(lids[:, 0]))
        box = [float(v) for v in (*(pupil - reach * 0.9), *(pupil + reach * 0.9))]
        ImageDraw.Draw(glasses).ellipse(box, fill=(6, 6, 7))
    assert not {"shadow", "uneven-light", "eyes-closed"} & codes(pool.check(saved(glasses)))


def test_a_mesh_that_is_invented_in_a_face_upside_down_does_not_fit(face):
    (upright,) = faces.find_faces(face)
    assert faces.find_landmarks(face, upright).fits
    over = face.transpose(Image.Transpose.ROTATE_180)
    box, size = upright.box, np.array(face.size)
    turned = faces.Box(*(size - (box.right, box.bottom)), *(size - (box.left, box.top)))
    # As a detector that takes it for upright would place the points.
    points = upright.points + np.array([turned.left - box.left, turned.top - box.top], np.float32)
    invented = faces.find_landmarks(over, faces.Face(turned, upright.score, points))
    assert invented.presence > 0.9
    assert not invented.fits


def test_a_fine_picture_may_be_as_large_as_files_may_be(pool, face):
    # A motion photograph: its film is most of the file.
    photo = saved(face).ljust(portrait.MAX_BYTES, b"\x5a")
    assert pool.check(photo).size == face.size
    with pytest.raises(portrait.PhotoError) as large:
        pool.check(photo + b"\x5a")
    assert large.value.code == "too-large"


#: A sound EXIF: the maker of a camera.
_MAKER = struct.pack(">2sHIHHHI", b"MM", 42, 8, 1, 0x010F, 2, 4) + b"abc\0\0\0\0\0"


def _overwritten(content, part):
    assert part in content
    return content.replace(part, b"\xfe" * len(part))


def _stuffed(face):
    """The same pixels in files whose metadata is broken, wrong or large."""
    jpeg, png = saved(face), saved(face, "PNG")
    xmp = (
        b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x='adobe:ns:meta/'>"
        b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
        b"<rdf:Description xmlns:tiff='http://ns.adobe.com/tiff/1.0/' tiff:Orientation='6'/>"
    )

    def segment(body):
        return jpeg[:2] + struct.pack(">BBH", 0xFF, 0xE1, len(body) + 2) + body + jpeg[2:]

    def chunk(kind, body):
        crc = struct.pack(">I", zlib.crc32(kind + body))
        return png[:33] + struct.pack(">I", len(body)) + kind + body + crc + png[33:]

    return {
        "EXIF of nonsense": segment(b"Exif\0\0" + b"\xfe" * 9_000),
        "EXIF without an end": segment(b"Exif\0\0II*\0\xff\xff\xff\xff"),
        "XMP's orientation": segment(xmp),
        "a raw profile that is no hex": chunk(
            b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(b"\nexif\n 9\nzzzz\n")
        ),
        "XMP of 1.2 MB": chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + b"x" * 1_200_000),
        "a comment that unpacks to 80 MB": chunk(
            b"zTXt", b"c\0\0" + zlib.compress(bytes(80_000_000), 9)
        ),
        "WebP's EXIF of nonsense": saved(face, "WEBP", quality=92, exif=b"\xff\xd8 nonsense"),
        "AVIF's EXIF of nonsense": _overwritten(
            saved(face, "AVIF", quality=92, exif=_MAKER), _MAKER
        ),
        "AVIF's XMP": saved(face, "AVIF", quality=92, xmp=b"<x" * 500),
        "a film behind": jpeg + struct.pack(">I", 24) + b"ftypmp42" + b"\xff\xd8\xff" * 300_000,
    }


NAMES = (
    "EXIF of nonsense", "EXIF without an end", "XMP's orientation",
    "a raw profile that is no hex", "XMP of 1.2 MB", "a comment that unpacks to 80 MB",
    "WebP's EXIF of nonsense", "AVIF's EXIF of nonsense", "AVIF's XMP", "a film behind",
)  # fmt: skip


@pytest.fixture(scope="module")
def stuffed(face):
    """Made once: AVIF takes seconds."""
    return _stuffed(face)


@pytest.mark.parametrize("name", NAMES)
def test_metadata_never_decides(pool, face, stuffed, name):
    plain = pool.check(saved(face))
    assert set(stuffed) == set(NAMES)
    found = pool.check(stuffed[name])
    assert found.verdict == plain.verdict
    assert notes(found) == []
    assert alike(found.upright, plain.upright) < 6


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_an_end_that_is_missing_below_the_face_is_no_harm(pool, face, kind):
    content = saved(face, kind)
    found = pool.check(content[:-2])
    assert found.size == face.size
    assert notes(found) == []
    cut = pool.check(content[: len(content) * 9 // 10])
    assert notes(cut) == ["end-missing"]
    assert cut.size[0] == face.width
    assert face.height * 0.7 < cut.size[1] < face.height
    with pytest.raises(portrait.PhotoError) as broken:
        pool.check(content[: len(content) // 4])
    assert broken.value.code == "broken"


def test_a_progressive_picture_that_breaks_off_is_taken_coarser(pool, face):
    content = saved(face, progressive=True)
    found = pool.check(content[: len(content) * 3 // 4])
    assert found.faces == 1
    assert found.size == face.size


def test_fifty_megapixels_are_taken_and_more_by_reduced_decoding(pool, face):
    for size in ((6144, 8160), (9000, 12000)):
        found = pool.check(saved(face.resize(size, Image.Resampling.BILINEAR), quality=80))
        assert found.size == size
        assert max(Image.open(io.BytesIO(found.upright)).size) == 1600
    with pytest.raises(portrait.PhotoError) as large:
        pool.check(saved(Image.new("L", (9000, 12000)), "PNG"))
    assert large.value.code == "too-many-pixels"


def test_arithmetic_coding_is_refused_with_its_reason_and_a_way_out(pool, face):
    content = saved(face)
    at = content.index(b"\xff\xc0")
    with pytest.raises(portrait.PhotoError) as refused:
        pool.check(content[: at + 1] + b"\xc9" + content[at + 2 :])
    assert refused.value.code == "other-coding"
    assert "screenshot" in refused.value.remedy


def test_a_wide_gamut_is_brought_to_srgb(pool, face):
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    plain = pool.check(saved(face))
    odd = pool.check(saved(face, icc_profile=lab.tobytes()))  # not a profile of RGB
    assert alike(odd.upright, plain.upright) < 3
