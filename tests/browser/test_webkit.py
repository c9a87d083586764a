"""The photo step in WebKitGTK, as Debian ships it: the engine that Safari's is made of."""

from __future__ import annotations

import contextlib
import io
import shutil
import subprocess

import pytest
from PIL import Image

from habeas.deploy import addresses
from habeas.faces import assets
from habeas.protocol.receipt import verify_parts
from habeas.protocol.receipt_file import read_receipt
from tests.browser.looking import SHOTS
from tests.browser.test_sealing import FORM, answered, opened
from tests.browser.webkit import started
from tests.waiting import until
from tests.world.city import City

pytestmark = pytest.mark.browser
#: Keeps what the page offers for saving: the driver saves no files.
KEEPS = """
    const make = URL.createObjectURL.bind(URL);
    URL.createObjectURL = (blob) => { globalThis.offered = blob; return make(blob); };
    globalThis.broken = [];
    document.addEventListener("securitypolicyviolation",
        (event) => broken.push(`${event.violatedDirective} ${event.blockedURI}`));
"""


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    with contextlib.closing(City(tmp_path_factory.mktemp("city"))) as city:
        city.until_released()
        yield city


@pytest.fixture
def webkit():
    (port,) = addresses.free_ports(1)
    with started(port) as browser:
        yield browser


def test_a_photo_is_checked_sealed_kept_and_sent(webkit, city):
    SHOTS.mkdir(parents=True, exist_ok=True)
    webkit.goto(f"{city.url}/apply/hunting-licence/")
    webkit.click(".govuk-button--start")
    # The server's own form comes first, and leads a device that can seal on from there.
    webkit.until_at("/seal/#/details")
    webkit.wait("[name=full_name]")
    webkit.evaluate(KEEPS)
    for name, value in FORM.items():
        webkit.type(f"[name={name}]", value)
    webkit.click("form[novalidate] button[type=submit]")
    webkit.type("#photo", str(assets.path("astronaut.png")))
    webkit.wait("canvas")
    # The same checks as elsewhere have looked at it.
    webkit.becomes("return document.querySelector('[data-unchecked]').hidden", expected=True)
    webkit.shot(SHOTS / "webkit-cut.png")
    webkit.click("[data-use]")
    webkit.wait("[data-promise] li")
    webkit.click("[data-seal]")
    webkit.click("[data-save]")
    saved = until(lambda: webkit.evaluate("return globalThis.offered?.text()"), "what is saved")
    receipt = read_receipt(saved.encode())
    verify_parts(receipt)
    assert receipt.promise.sealed_by == "browser"
    webkit.becomes("return document.querySelector('[data-not-stored]').hidden", expected=True)
    webkit.shot(SHOTS / "webkit-keep.png")
    webkit.click("[data-send]")
    reference = webkit.text("#reference")
    assert reference == receipt.reference
    assert answered(city, reference) == FORM
    with Image.open(io.BytesIO(opened(city, reference))) as picture:
        assert picture.format == "JPEG"
        assert abs(picture.width / picture.height - 35 / 45) < 0.01
    assert webkit.collected("broken") == []
    webkit.click("[data-finish]")
    webkit.wait("h1:not(.govuk-panel__title)")
    webkit.becomes("return indexedDB.databases().then((all) => all.length)", expected=0)


def _files(folder):
    """The same photo in each format that is offered, as far as this machine can write it."""
    with Image.open(assets.path("astronaut.png")) as photo:
        for kind in ("WEBP", "AVIF"):
            file = folder / f"photo.{kind.lower()}"
            photo.convert("RGB").save(file, kind, quality=90)
            yield file
    if encoder := shutil.which("heif-enc"):
        file = folder / "photo.heic"
        command = [encoder, assets.path("astronaut.png"), "-o", file]
        subprocess.run(command, check=True, capture_output=True)
        yield file


def test_the_formats_of_phones_are_looked_at(webkit, city, tmp_path):
    """AVIF by the engine itself; HEIC by what is loaded for it, where the engine has none."""
    webkit.goto(f"{city.url}/apply/hunting-licence/seal/")
    webkit.wait("[name=full_name]")
    for name, value in FORM.items():
        webkit.type(f"[name={name}]", value)
    webkit.click("form[novalidate] button[type=submit]")
    for file in _files(tmp_path):
        webkit.type("#photo", str(file))
        webkit.wait("canvas")
        webkit.becomes("return document.querySelector('[data-unchecked]').hidden", expected=True)
        webkit.click("[data-another]")
