"""Every format and mode comes out as the same bare, upright sRGB JPEG."""

import io
import shutil
import subprocess

import numpy as np
import pytest
from PIL import Image, ImageCms, TiffImagePlugin


def encoded(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def picture(content):
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def _alike(a, b):
    b = b.resize(a.size)
    return float(np.abs(np.asarray(a, float) - np.asarray(b, float)).mean())


FORMATS = {
    "JPEG": lambda face: encoded(face, "JPEG", quality=92),
    "PNG": lambda face: encoded(face, "PNG"),
    "WebP": lambda face: encoded(face, "WEBP", quality=92),
    "AVIF": lambda face: encoded(face, "AVIF", quality=92),
    "grey": lambda face: encoded(face.convert("L"), "PNG"),
    "alpha": lambda face: encoded(face.convert("RGBA"), "PNG"),
    "palette": lambda face: encoded(face.quantize(255), "PNG"),
    "CMYK": lambda face: encoded(face.convert("CMYK"), "JPEG", quality=92),
    "progressive": lambda face: encoded(face, "JPEG", progressive=True, quality=92),
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_read(pool, face, name):
    kept = picture(pool.check(FORMATS[name](face)).upright)
    assert kept.mode == "RGB"
    assert kept.size == face.size
    limit = 40 if name == "grey" else 8
    assert _alike(kept, face) < limit


def test_heic_is_read(pool, face, tmp_path):
    encoder = shutil.which("heif-enc")
    if encoder is None:
        pytest.skip("heif-enc is not installed: apt-get install libheif-examples")
    face.save(tmp_path / "a.png")
    command = [encoder, tmp_path / "a.png", "-o", tmp_path / "a.heic"]
    subprocess.run(command, check=True, capture_output=True, timeout=600)
    kept = picture(pool.check((tmp_path / "a.heic").read_bytes()).upright)
    assert _alike(kept, face) < 8


def test_sixteen_bits_keep_their_upper_eight(pool, face):
    grey = np.asarray(face.convert("L"), np.uint16) * 257
    content = encoded(Image.fromarray(grey), "PNG")
    kept = picture(pool.check(content).upright).convert("L")
    assert _alike(kept, face.convert("L")) < 6


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_comes_out_upright(pool, face, orientation):
    turns = {
        2: [Image.Transpose.FLIP_LEFT_RIGHT], 3: [Image.Transpose.ROTATE_180],
        4: [Image.Transpose.FLIP_TOP_BOTTOM], 5: [Image.Transpose.TRANSPOSE],
        6: [Image.Transpose.ROTATE_90], 7: [Image.Transpose.TRANSVERSE],
        8: [Image.Transpose.ROTATE_270],
    }  # fmt: skip
    stored = face
    for turn in turns.get(orientation, []):
        stored = stored.transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation
    assessment = pool.check(encoded(stored, "JPEG", quality=92, exif=exif))
    assert _alike(picture(assessment.upright), face) < 8
    assert assessment.size == face.size


SPIES = (b"SpyMaker", b"SpyModel", b"SpyComment", b"SpyXmp", b"SpyIptc", b"SpyTrailer")


def _stuffed(face):
    """A JPEG full of what must not be kept."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0132] = "SpyMaker", "SpyModel", "2026:11:23 10:00:00"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2] = "N", tuple(TiffImagePlugin.IFDRational(each) for each in (51, 30, 26))
    content = encoded(
        face, "JPEG", quality=92, exif=exif, comment=b"SpyComment", dpi=(300, 300),
        icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
        xmp=b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>SpyXmp</x:xmpmeta>",
    )  # fmt: skip
    iptc = b"Photoshop 3.0\x008BIM\x04\x04\x00\x00\x00\x00\x00\x0bSpyIptc-by-"
    segment = b"\xff\xed" + (len(iptc) + 2).to_bytes(2, "big") + iptc
    thumbnail = encoded(face.resize((80, 80)), "JPEG")
    app1 = b"\xff\xe2" + (len(thumbnail) + 2).to_bytes(2, "big") + thumbnail
    return content[:2] + segment + app1 + content[2:] + b"SpyTrailer" + thumbnail


def test_nothing_but_pixels_is_kept(pool, face):
    content = _stuffed(face)
    assert not [word for word in SPIES if word not in content]
    assessment = pool.check(content)
    for kept in (assessment.upright, assessment.cropped):
        # Pixels may spell three letters by chance, and no whole word of these.
        assert not [word for word in SPIES if word in kept]
        assert kept.endswith(b"\xff\xd9")
        assert kept.count(b"\xff\xd8\xff") == 1  # no thumbnail
        markers = _markers(kept)
        # Start, JFIF header, tables, frame, scan; no APP1, APP2, APP13, comment.
        assert markers <= {0xE0, 0xDB, 0xC0, 0xC4, 0xDA}
        image = picture(kept)
        assert not image.getexif()
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def _markers(jpeg):
    found, at = set(), 2
    while at < len(jpeg):
        marker, length = jpeg[at + 1], int.from_bytes(jpeg[at + 2 : at + 4], "big")
        found.add(marker)
        if marker == 0xDA:
            return found
        at += 2 + length
    return found


def test_a_wide_gamut_profile_becomes_srgb(pool, face):
    # A profile whose primaries are swapped shows whether it was applied at all.
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    plain = picture(pool.check(encoded(face, "PNG", icc_profile=lab.tobytes())).upright)
    assert _alike(plain, face) < 6
    broken = pool.check(encoded(face, "PNG", icc_profile=b"no profile"))
    assert _alike(picture(broken.upright), face) < 6


def test_the_crop_is_upright_and_never_enlarged(pool, face):
    turned = face.rotate(12, Image.Resampling.BICUBIC, fillcolor="white")
    assessment = pool.check(encoded(turned, "PNG"))
    assert abs(assessment.crop.roll + 12 - pool.check(encoded(face, "PNG")).crop.roll) < 3
    again = pool.check(assessment.cropped)
    assert abs(again.measures["roll"].native) < 4
    cropped = picture(assessment.cropped)
    assert cropped.height <= round(assessment.crop.height)
    assert abs(cropped.width / cropped.height - 35 / 45) < 0.01
