"""The portrait checks on a device: the known answers of Python's, in a browser."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from habeas.portrait import words
from tests import places
from tests.browser.test_sealing import Applicant
from tests.world.city import City

pytestmark = pytest.mark.browser
FOLDER = places.VECTORS / "portrait"
NAMES = sorted(path.stem for path in FOLDER.glob("*.jpg"))
#: Most that processors and browsers may differ by: points of a score, shares of the pupils'
#: distance.
SCORE, PUPILS = 1, 0.001
#: What the page measured of its last check: the assessment itself.
DETAIL = "performance.getEntriesByName('photo-check').at(-1)?.detail"


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    city = City(tmp_path_factory.mktemp("city"))
    yield city
    city.close()


@pytest.fixture(scope="module")
def applicant(chromium, city, axe):
    visitor = Applicant(chromium, axe, "phone", "en", "checks")
    visitor.begin(city.url)
    visitor.page.wait_for_url("**/seal/")
    yield visitor
    visitor.close()


def checked(visitor: Applicant, photo: Path) -> dict[str, Any] | str:
    """What the page finds in *photo*; the words of its refusal where it stops."""
    page = visitor.page
    page.wait_for_selector("#photo")
    page.evaluate("performance.clearMeasures()")
    page.set_input_files("#photo", photo)
    page.wait_for_selector("canvas, .govuk-error-summary")
    if page.locator(".govuk-error-summary").count():
        return page.inner_text(".govuk-error-summary")
    found: dict[str, Any] = page.evaluate(DETAIL)
    found["shown"] = page.eval_on_selector_all(
        "[data-advice] li", "all => all.map(each => each.innerText)"
    )
    page.click("[data-another]")
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_has_python_s_answer(applicant, name):
    known = json.loads((FOLDER / f"{name}.json").read_text())
    found = checked(applicant, FOLDER / f"{name}.jpg")
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
    assert not off
    right, left = known["landmarks"]["pupils"]
    for mine, theirs in zip(found["pupils"], (right, left), strict=True):
        assert math.dist(mine, theirs) <= PUPILS * math.dist(right, left)
