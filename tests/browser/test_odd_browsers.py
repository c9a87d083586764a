"""The photo step in Chromium where something is missing, and with the camera: a way on in each."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests import places
from tests.browser.conftest import launched
from tests.browser.seen import computed
from tests.browser.test_sealing import Applicant

pytestmark = pytest.mark.browser
#: What browsers without SIMD say of a program that needs it.
NO_SIMD = "WebAssembly.validate = () => false;"
#: A browser that keeps nothing: its disk is full, or it may not.
FULL = """
    IDBFactory.prototype.open = () => { throw new DOMException("full", "QuotaExceededError"); };
"""


def seal_unchecked(visitor: Applicant, url: str) -> None:
    visitor.begin(url)
    visitor.choose()
    expect(visitor.page.locator("[data-unchecked]")).to_be_visible()
    visitor.page.click("[data-use]")
    visitor.page.wait_for_selector("[data-promise] li")
    visitor.page.click("[data-seal]")
    assert visitor.save().promise.sealed_by == "browser"
    visitor.send()


def film(folder: Path, size: tuple[int, int] = (640, 480)) -> Path:
    """A film of one picture: somebody who sits where the oval is (YUV4MPEG2)."""
    file = folder / "sitting.y4m"
    with Image.open(places.VECTORS / "portrait" / "plain.jpg") as photo:
        sitting = photo.crop((2, 0, 526, 393)).resize(size).convert("YCbCr")
    luma, *chroma = sitting.split()
    half = [each.resize((size[0] // 2, size[1] // 2)).tobytes() for each in chroma]
    frame = b"FRAME\n" + luma.tobytes() + b"".join(half)
    file.write_bytes(b"YUV4MPEG2 W%d H%d F10:1 Ip A1:1 C420jpeg\n" % size + frame * 10)
    return file


@pytest.fixture(scope="module")
def filmed(tmp_path_factory):
    file = film(tmp_path_factory.mktemp("film"))
    arguments = (
        "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={file}",
    )  # fmt: skip
    with launched(*arguments) as browser:
        yield browser


def test_the_camera_guides_and_takes_the_photo_by_itself(filmed, city, axe):
    visitor = Applicant(filmed, axe, "phone", "en", "camera")
    visitor.profile.grant_permissions(["camera"])
    page = visitor.page
    visitor.begin(city.url)
    page.wait_for_selector("#photo")
    page.click("#camera button")
    page.wait_for_selector("#camera[data-hint=good]")
    visitor.look("live")
    expect(page.locator(".app-hint")).to_have_text("Good. Hold still.")
    expect(page.locator("#said")).to_have_text("Good. Hold still.")
    expect(page.locator("canvas")).to_have_count(0)  # nobody has asked for that
    page.check("#auto", force=True)
    page.wait_for_selector("canvas")
    visitor.look("taken")
    # Another one is taken with the camera, which opens by itself.
    page.click("[data-another]")
    page.wait_for_selector("#camera[data-hint]")
    page.click("#camera button:visible")
    page.wait_for_selector("canvas")
    expect(page.locator("[data-another]")).to_have_text("Take it again")
    visitor.close()


def test_with_the_keyboard_alone(filmed, city, axe):
    visitor = Applicant(filmed, axe, "desktop", "en", "keyboard")
    page = visitor.page
    visitor.profile.grant_permissions(["camera"])

    def go(selector: str, key: str = "Enter") -> None:
        page.wait_for_selector(selector)
        for _ in range(40):
            # A key has been handled when the press ends: what has the focus is at rest.
            if computed(page, "at => document.activeElement.matches(at)", selector):
                page.keyboard.press(key)
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"{selector} cannot be reached with the keyboard")

    visitor.begin(city.url)
    page.wait_for_selector("#photo")
    go("#camera button")
    page.wait_for_selector("#camera [data-t=take]:focus")  # it has a film to take
    page.keyboard.press("Enter")
    page.wait_for_selector("canvas")
    go("#size", "ArrowLeft")
    go("#whole", "Space")
    go("[data-use]")
    page.wait_for_selector("[data-promise] li")
    go("[data-seal]")
    page.wait_for_selector("[data-save]")
    with page.expect_download():
        go("[data-save]")
    go("[data-send]")
    page.wait_for_selector("#reference")
    go("[data-finish]")
    page.wait_for_selector("h1:not(.govuk-panel__title)")
    visitor.close()


@pytest.mark.parametrize("fault", [NO_SIMD, FULL], ids=["no SIMD", "full storage"])
def test_something_is_missing_and_the_device_seals_all_the_same(filmed, city, axe, fault):
    visitor = Applicant(filmed, axe, "phone", "en", "missing")
    visitor.page.add_init_script(fault)
    if fault == NO_SIMD:
        seal_unchecked(visitor, city.url)
    else:
        visitor.begin(city.url)
        visitor.seal()
        visitor.page.wait_for_selector("[data-save]")
        expect(visitor.page.locator("[data-not-stored]")).to_be_visible()
        visitor.look("not-stored")
        visitor.save()
        visitor.send()
    visitor.close()


def test_files_of_the_checks_that_are_others_are_not_run(filmed, city, axe):
    visitor = Applicant(filmed, axe, "phone", "en", "foreign")

    def other(route):
        content = bytearray(route.fetch(timeout=0).body())
        content[len(content) // 2] ^= 1
        route.fulfill(body=bytes(content), content_type="application/octet-stream")

    visitor.page.route("**/models/iris_landmark.*", other)
    seal_unchecked(visitor, city.url)
    visitor.close()


def test_offline_between_sealing_and_sending_loses_nothing(filmed, city, axe):
    visitor = Applicant(filmed, axe, "phone", "en", "offline")
    visitor.begin(city.url)
    visitor.seal()
    receipt = visitor.save()
    visitor.profile.set_offline(True)
    visitor.page.click("[data-send]")
    visitor.problem("No answer came")
    visitor.look("offline")
    visitor.profile.set_offline(False)
    visitor.problems.clear()  # the browser says that it was offline
    assert visitor.send() == receipt.reference
    visitor.close()
