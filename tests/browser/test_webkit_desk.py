"""The officers' desk in WebKitGTK, whose `Integrity-Policy` lets no script run without a hash."""

from __future__ import annotations

import pytest

from tests.browser.looking import SHOTS
from tests.browser.test_desk import applied, place  # noqa: F401 - fixtures
from tests.browser.test_webkit import webkit  # noqa: F401 - a fixture
from tests.browser.visitor import NO_TIME_PASSES
from tests.waiting import until
from tests.world.city import ANSWERS, LABEL, PASSPHRASE

pytestmark = pytest.mark.browser
#: How light what is shown is, 0 to 255: the face is, and its watermark alone on black is not.
LIGHT = """const canvas = document.querySelector("#view canvas");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const red = data.filter((_, at) => at % 4 === 0);
    return red.reduce((sum, each) => sum + each, 0) / red.length;"""


def test_an_officer_opens_a_photo_and_closes_it(webkit, place, applied):  # noqa: F811 - fixtures
    SHOTS.mkdir(parents=True, exist_ok=True)
    webkit.goto(f"{place.origin}/")
    webkit.wait("#label")
    webkit.evaluate(NO_TIME_PASSES)
    webkit.type("#label", LABEL)
    webkit.click("form button")
    webkit.type("#passphrase", PASSPHRASE)
    webkit.click("form button")
    webkit.click(f"table a[href$='{applied.reference}']")
    webkit.wait("[data-photo]")
    assert ANSWERS["full_name"] in webkit.text("main dl")
    webkit.shot(SHOTS / "webkit-desk-case.png")
    webkit.click("[data-photo] a")
    webkit.type("#reason", "Is this the applicant?")
    webkit.click("label[for=purpose-decide-application]")
    webkit.click("#open-form button")
    webkit.wait("#view canvas")
    until(lambda: webkit.evaluate(LIGHT) > 80, "a picture in WebKitGTK")
    webkit.shot(SHOTS / "webkit-desk-view.png")
    webkit.click("#view button")
    webkit.wait("#over")
    webkit.becomes("return document.querySelector('#view canvas').width", expected=1)
