"""Advice on whole pictures."""

import io

from PIL import Image

from habeas.portrait import _find


def sent(image):
    out = io.BytesIO()
    image.save(out, "JPEG", quality=92)
    return out.getvalue()


def codes(found):
    return [each.code for each in found.advice]


def head_of(face, above, aside, below):
    """The picture cut around its head, with that much room in distances of eyes and chin."""
    found = _find.find(face)
    t = found.landmarks.height
    x, y = found.landmarks.eye_midpoint
    box = (x - aside * t, y - above * t, x + aside * t, y + below * t)
    size = (round(2 * aside * 400), round((above + below) * 400))
    whole = Image.new("RGB", (1024, 1024), (200, 200, 200))
    whole.paste(face, (256, 256))
    box = tuple(round(each + 256) for each in box)
    return whole.crop(box).resize(size, Image.Resampling.LANCZOS)


def test_framing_is_told_in_true_words(pool, face):
    """The astronaut's hair ends 1.25 T above her eyes; the picture is grey beyond its edges."""
    for room, code in (
        ((1.6, 1.4, 2.0), None),
        ((0.7, 1.4, 2.0), "cut-off"),
        ((1.6, 0.55, 2.0), "cut-off"),
        ((1.6, 1.4, 0.9), "cut-off"),
        ((1.25, 0.85, 1.1), "too-close"),
        ((1.6, 1.4, 1.15), "little-below"),
    ):
        said = codes(pool.check(sent(head_of(face, *room))))
        framing = {"cut-off", "too-close", "little-above", "little-below", "off-side"} & set(said)
        assert framing == ({code} if code else set()), room


def test_a_verdict_alone_makes_no_pictures(pool, face):
    quick = pool.check(sent(face), keep="none")
    assert quick.upright == b""
    assert quick.cropped is None
    whole = pool.check(sent(face))
    assert whole.measures == quick.measures
    assert whole.upright


def test_of_one_picture_only_what_is_kept_is_made(pool, face):
    both, one = (pool.check(sent(face), keep=keep) for keep in ("both", "one"))
    assert both.cropped
    assert (one.kept, one.upright, one.silhouette) == (both.cropped, b"", ())
    close = sent(head_of(face, 0.9, 1.3, 0.8))
    both, one = (pool.check(close, keep=keep) for keep in ("both", "one"))
    assert both.cropped is None
    assert one.kept == one.upright == both.upright
    assert (one.measures, one.advice, one.notes) == (both.measures, both.advice, both.notes)


def test_what_was_done_to_a_photo_is_noted_whatever_is_kept(pool, face):
    turned = sent(face.transpose(Image.Transpose.ROTATE_180))
    for keep in ("one", "both", "none"):
        assert [each.code for each in pool.check(turned, keep=keep).notes] == ["turned-upright"]


def test_outlines_lie_around_the_face(pool, face):
    found = pool.check(sent(face))
    (rx, ry), (lx, ly) = found.pupils
    for outline in (found.outline, found.silhouette):
        xs, ys = zip(*outline, strict=True)
        assert min(xs) < rx < lx < max(xs)
        assert min(ys) < ry < max(ys)
        assert 0 <= min(xs) <= max(xs) <= found.size[0]
    assert ly > 0
