"""The portrait checks on a device: the known answers of Python's, in a browser."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from habeas.portrait import check, words
from tests import places
from tests.browser.seen import becomes, computed, first_of, text_of
from tests.browser.test_sealing import Applicant

pytestmark = pytest.mark.browser
FOLDER = places.VECTORS / "portrait"
NAMES = sorted(path.stem for path in FOLDER.glob("*.jpg"))
#: Most that processors and browsers may differ by: points of a score, shares of the pupils'
#: distance.
SCORE, PUPILS = 1, 0.001
#: What the page measured of its last check: the assessment itself.
DETAIL = "performance.getEntriesByName('photo-check').at(-1)?.detail"


@pytest.fixture(scope="module")
def applicant(chromium, city, axe):
    visitor = Applicant(chromium, axe, "phone", "en", "checks")
    visitor.begin(city.url)
    visitor.page.wait_for_selector("#photo")
    yield visitor
    visitor.close()


def checked(visitor: Applicant, photo: Path) -> dict[str, Any] | str:
    """What the page finds in *photo*; the words of its refusal where it stops."""
    page = visitor.page
    page.wait_for_selector("#photo:enabled")
    page.evaluate("performance.clearMeasures()")
    page.set_input_files("#photo", photo)
    if first_of(page, "canvas", ".govuk-error-summary") != "canvas":
        return text_of(page, ".govuk-error-summary")
    found: dict[str, Any] = computed(page, DETAIL)
    # What is said of it is there with the view.
    found["shown"] = computed(
        page, "[...document.querySelectorAll('[data-advice] li')].map(each => each.innerText)"
    )
    page.click("[data-another]")
    return found


def assert_answer(visitor: Applicant, name: str) -> None:
    """The page finds in a known picture what Python finds, and says it in the same words."""
    known = json.loads((FOLDER / f"{name}.json").read_text())
    assert_known(visitor, FOLDER / f"{name}.jpg", known)


def assert_large(visitor: Applicant, folder: Path) -> None:
    """The same of a picture of 19 million pixels, with an odd number of rows and of columns."""
    file = folder / "large.jpg"
    with Image.open(FOLDER / "plain.jpg") as photo:
        photo.resize((3989, 4705), Image.Resampling.BICUBIC).save(file, quality=85)
    known = check(file.read_bytes(), keep="none")
    assert_known(visitor, file, {
        "advice": {"default": list(known.advice)}, "notes": list(known.notes),
        "turned": known.turned, "faces": known.faces,
        "measures": {name: (each.native, each.score) for name, each in known.measures.items()},
        "landmarks": {"pupils": known.pupils},
    })  # fmt: skip


def assert_known(visitor: Applicant, file: Path, known: dict[str, Any]) -> None:
    """The page finds in *file* what is known of it, and says it in the same words."""
    found = checked(visitor, file)
    if "error" in known:
        assert isinstance(found, str)
        for text in words(known["error"]):
            assert text in found
        return
    assert isinstance(found, dict)
    assert found["advice"] == known["advice"]["default"]
    assert found["verdict"] == ("advice" if found["advice"] else "good")
    assert (found["notes"], found["turned"]) == (known["notes"], known["turned"])
    assert found["faces"] == known["faces"]
    assert found["shown"] == [" ".join(words(code)) for code in [*found["advice"], *found["notes"]]]
    off = {
        measure: (score, found["measures"][measure]["score"])
        for measure, (_, score) in known["measures"].items()
        if abs(found["measures"][measure]["score"] - score) > SCORE
    }
    assert not off, file
    right, left = known["landmarks"]["pupils"]
    for mine, theirs in zip(found["pupils"], (right, left), strict=True):
        assert math.dist(mine, theirs) <= PUPILS * math.dist(right, left)


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_has_python_s_answer(applicant, name):
    assert_answer(applicant, name)


def test_a_picture_above_twelve_million_pixels_has_python_s_answer(applicant, tmp_path):
    assert_large(applicant, tmp_path)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF"])
def test_other_formats_are_looked_at(applicant, tmp_path, kind):
    file = tmp_path / f"photo.{kind.lower()}"
    with Image.open(FOLDER / "plain.jpg") as photo:
        photo.save(file, kind, quality=90)
    found = checked(applicant, file)
    assert isinstance(found, dict)
    assert found["verdict"] == "good"
    # What has no blocks of its own is not called compressed.
    assert found["measures"]["blockiness"]["score"] > 90


def test_heic_is_decoded_by_what_is_loaded_only_then(applicant, tmp_path):
    encoder = shutil.which("heif-enc")
    if encoder is None:
        pytest.skip("heif-enc is not installed: apt-get install libheif-examples")
    with Image.open(FOLDER / "plain.jpg") as photo:
        photo.save(tmp_path / "plain.png")
    file = tmp_path / "photo.heic"
    command = [encoder, tmp_path / "plain.png", "-o", file]
    subprocess.run(command, check=True, capture_output=True)
    loaded = """() => performance.getEntriesByType('resource')
        .filter(each => each.name.includes('/heic.')).length"""
    becomes(lambda: applicant.page.evaluate(loaded), 0)
    found = checked(applicant, file)
    becomes(lambda: applicant.page.evaluate(loaded), 1)
    assert isinstance(found, dict)
    assert found["verdict"] == "good"


@pytest.mark.parametrize("part", ["heic.*.js", "libheif.*.wasm"])
def test_a_decoder_that_is_gone_is_told_as_the_release_that_it_is(chromium, city, tmp_path, part):
    """And one that does not come as a poor line; only the file itself is called unreadable."""
    file = tmp_path / "photo.heic"
    # As large as it says, and nothing in it that a decoder could show.
    file.write_bytes(b"\0\0\0\x18ftypheic" + b"ispe" + bytes(4) + 2 * (64).to_bytes(4, "big"))
    visitor = Applicant(chromium, "", "phone", "en", "no-decoder")
    page = visitor.page
    visitor.begin(city.url)
    told = {
        "The city has renewed this page meanwhile": lambda route: route.fulfill(status=404),
        "No answer came. Everything is still here": lambda route: route.abort(),
        "This device cannot read this file as a photo": lambda route: route.continue_(),
    }
    for text, answer in told.items():
        page.wait_for_selector("#photo:enabled")
        page.route(f"**/static/photo/{part}", answer)
        page.set_input_files("#photo", file)
        visitor.problem(text)
        page.unroute(f"**/static/photo/{part}")
    visitor.profile.close()
