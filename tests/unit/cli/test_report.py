"""The page of `habeas check --report`: whole, and nobody's file name becomes code in it."""

import io
from html.parser import HTMLParser

import pytest

from habeas.cli._report import PictureReport

CROP = {"x": 1.0, "y": 2.0, "width": 300.0, "height": 400.0, "roll": 2.5}
LIMITS = {"sharpness": 40, "lighting": 30}


class Page(HTMLParser):
    """What a browser would make of the page: elements, their attributes, their text."""

    VOID = frozenset({"meta", "image", "polygon", "rect", "line", "i", "b"})

    def __init__(self, source):
        super().__init__()
        self.elements, self.text, self.open = [], [], []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_data(self, data):
        self.text.append(data)

    def of(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def good(file="me.jpg", crop=True, sharpness=80):
    return {
        "file": file, "verdict": "advice", "size": [600, 800], "for_the_officer": ["expression"],
        "ms": {"decode": 3.2},
        "measures": {
            "sharpness": {"native": 0.123456, "score": sharpness},
            "head_size": {"native": 12.0, "score": 55},
        },
        "notes": [],
        "advice": [{"code": "dark", "cause": "It is <dark>.", "remedy": "Use more light."}],
        "landmarks": {
            "pupils": [[200, 300], [400, 310]],
            "outline": [[1, 2], [3, 4], [5, 6]],
            "person": [[7, 8], [9, 10]],
        },
        "crop": CROP if crop else None,
    }  # fmt: skip


def page(*photos):
    out = io.StringIO()
    with PictureReport(out, LIMITS) as report:
        for told, picture in photos:
            report.add(told, picture)
    return Page(out.getvalue())


def test_every_photo_has_a_section_and_all_are_counted():
    broken = {
        "file": "x",
        "verdict": "unusable",
        "error": {"code": "broken", "cause": "It is broken.", "remedy": "Take another."},
    }
    seen = page((good(), b"jpeg"), (broken, b""), (good(), b"jpeg"))
    assert [each["class"] for each in seen.of("section")] == ["advice", "unusable", "advice"]
    assert "0 good, 2 advice, 1 unusable" in seen.text
    assert "It is broken. Take another." in seen.text
    assert len(seen.of("svg")) == 2, "there is no picture of what cannot be used"


def test_a_name_is_only_a_name():
    seen = page((good(file='<script>alert(1)</script>".jpg'), b"jpeg"))
    assert not seen.of("script")
    assert '<script>alert(1)</script>".jpg' in seen.text
    assert "It is <dark>. Use more light." in seen.text


@pytest.mark.parametrize(("score", "low"), [(39, True), (40, False), (0, True)])
def test_a_bar_is_low_below_its_limit(score, low):
    seen = page((good(sharpness=score), b"jpeg"))
    first, second = (each["class"] for each in seen.of("div") if "bar" in each.get("class", ""))
    assert first == ("bar low" if low else "bar")
    assert second == "bar", "no advice is given on this measure"
    assert [each["style"] for each in seen.of("b")] == ["left:40%"]


def test_the_frame_is_drawn_where_there_is_a_crop():
    assert page((good(), b"jpeg")).of("rect")[0]["width"] == "300.0"
    assert not page((good(crop=False), b"jpeg")).of("rect")


def test_nothing_comes_from_elsewhere():
    seen = page((good(), b"\xff\xd8picture"))
    (image,) = seen.of("image")
    assert image["href"].startswith("data:image/jpeg;base64,")
    assert not [each for _, each in seen.elements if "src" in each]
