"""`<habeas-photo>` in a city's own form, of another site than the portal: in Chromium, for real.

The form is the one of docs/examples/form, served at an origin that the service names. A second
copy of it stands at an origin that nobody named.
"""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from types import ModuleType
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import expect

from habeas.faces import assets
from habeas.protocol import Receipt
from habeas.protocol.receipt import verify_parts
from habeas.protocol.receipt_file import read_receipt
from tests.browser.seen import becomes, computed, frames, heard, says, text_of
from tests.browser.visitor import Visitor
from tests.places import ROOT
from tests.waiting import until
from tests.world.city import City
from tests.world.world import listening

pytestmark = pytest.mark.browser
EXAMPLE = ROOT / "docs" / "examples" / "form" / "form.py"
PHOTO = "astronaut.png"
#: What the page around is told, and what the frame is, kept where a test can read it.
LISTENS = """
    globalThis.told = [];
    addEventListener("message", (event) => {
        told.push([event.origin, event.data]);
        // The frame is in a closed tree, and so in no list of frames: its messages give it away.
        if (event.source !== window) globalThis.inner ??= event.source;
    });
    globalThis.states = [];
    addEventListener("habeas-photo", (event) => states.push(event.detail.state));
"""


def example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("example_form", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@contextmanager
def served(application: Any, socket: Any) -> Iterator[None]:
    server = uvicorn.Server(uvicorn.Config(application, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]}, daemon=True)
    thread.start()
    until(lambda: server.started, "the form is not served")
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


class FramedCity(City):
    """A city whose hunting licence may be framed by one origin."""

    def __init__(self, folder: Any, origin: str) -> None:
        self._frames = origin
        super().__init__(folder)

    def _make_portal(self) -> None:
        super()._make_portal()
        file = self.data / "services" / "hunting-licence.toml"
        file.write_text(f'frame_ancestors = ["{self._frames}"]\n{file.read_text()}')


@pytest.fixture(scope="module")
def sites(tmp_path_factory):
    """City, and the addresses of a form that may hold the photo step and of one that may not."""
    with listening() as allowed, listening() as other:
        # 127.0.0.1 is another site than the portal's localhost: its frame is a stranger's.
        urls = [f"http://127.0.0.1:{each.getsockname()[1]}" for each in (allowed, other)]
        with closing(FramedCity(tmp_path_factory.mktemp("city"), urls[0])) as city:
            city.until_released()
            form = example()
            vars(form)["PORTAL"] = city.url
            with served(form.app, allowed), served(form.app, other):
                yield city, *urls


class Formed(Visitor):
    """Somebody at the city's form."""

    def open(self, url: str) -> None:
        self.page.add_init_script(LISTENS)
        self.page.goto(url)

    @property
    def frame(self) -> Any:
        """The photo step's frame, once it is there."""

        def found() -> list[Any]:
            return [each for each in self.page.frames if "/embedded/seal/" in each.url]

        (frame,) = heard(self.page, found, "the frame")
        return frame

    def tab(self) -> None:
        """Go on to what comes next, which may be in the frame, or behind it."""
        at = "[...document.querySelectorAll('*')].indexOf(document.activeElement)"

        def where() -> list[Any]:
            return [each.evaluate(f"[{at}, document.hasFocus()]") for each in self.page.frames]

        before = where()
        self.page.keyboard.press("Tab")
        until(lambda: where() != before, "another place")

    def until(self, state: str) -> None:
        self.page.wait_for_function(
            "state => document.querySelector('habeas-photo').state === state", arg=state
        )

    def choose(self) -> None:
        self.frame.wait_for_selector("#photo")
        self.frame.set_input_files("#photo", assets.path(PHOTO))
        self.frame.wait_for_selector("canvas")

    def seal(self) -> None:
        self.frame.click("[data-use]")
        self.frame.wait_for_selector("[data-promise] li")
        self.frame.click("[data-seal]")
        self.frame.wait_for_selector("[data-save]")

    def save(self) -> Receipt:
        return read_receipt(self.saved("[data-save]", self.frame))

    def add(self) -> str:
        self.frame.click("[data-send]")
        return text_of(self.frame, "#reference")


@pytest.mark.parametrize(("width", "locale"), [("phone", "ru"), ("desktop", "en")])
def test_a_form_of_another_site_gets_the_reference_and_nothing_else(
    chromium, sites, axe, width, locale
):
    city, url, _ = sites
    visitor = Formed(chromium, axe, width, locale, "embedded")
    page = visitor.page
    visitor.open(f"{url}/?lang={locale}")
    visitor.frame.wait_for_selector("#photo")
    visitor.until("choosing")
    visitor.look("choose")
    becomes(lambda: page.evaluate("document.activeElement.tagName"), "BODY")
    # It speaks the language of the page around it, and takes all the height that it needs.
    expect(visitor.frame.locator("html")).to_have_attribute("lang", locale)
    page.wait_for_function("told.some(([, data]) => data.height > 700)")
    higher = "document.documentElement.scrollHeight - innerHeight"
    until(lambda: visitor.frame.evaluate(higher) <= 1, "the frame is too low")
    visitor.choose()
    visitor.look("cut")
    visitor.seal()
    visitor.until("sealed")
    visitor.look("keep")
    # A sealed photo is not left behind by mistake.
    page.fill("#full-name", "Anna Example")
    page.click("button:not([type])")
    becomes(lambda: page.evaluate("document.forms[0].checkValidity()"), False)
    receipt = visitor.save()
    verify_parts(receipt)
    reference = visitor.add()
    assert reference == receipt.reference
    visitor.until("added")
    visitor.look("added")
    field = "new FormData(document.forms[0]).get('photo_reference')"
    becomes(lambda: page.evaluate(field), reference)
    told = computed(page, "told")
    portal = {origin for origin, _ in told}
    assert portal == {city.url}
    for _, data in told:
        assert set(data) == {"mark", "state", "reference", "height"}
        assert data["state"] in {"choosing", "sealed", "added"}
        assert data["reference"] == ("" if data["state"] != "added" else reference)
    # A frame that is slow to speak is said to be missing at first.
    becomes(lambda: page.evaluate("states.slice(-2)"), ["sealed", "added"])
    assert not visitor.profile.cookies(city.url)
    page.click("button:not([type])")
    page.wait_for_selector("h2")
    says(page, "main", reference)
    visitor.close()
    assert city.manage(
        "from habeas.portal.cases.models import Case; import sys;"
        "print(Case.objects.filter(reference=sys.argv[1]).count())", reference,
    ).strip() == "1"  # fmt: skip


def test_a_form_that_comes_back_keeps_its_photo_and_the_next_person_gets_none(chromium, sites, axe):
    _, url, _ = sites
    visitor = Formed(chromium, axe, "desktop", "en", "embedded-again")
    visitor.open(url)
    visitor.choose()
    visitor.seal()
    visitor.save()
    reference = visitor.add()
    visitor.until("added")
    visitor.page.click("button:not([type])")  # the name is missing
    visitor.page.wait_for_selector("[role=alert]")
    field = "new FormData(document.forms[0]).get('photo_reference')"
    # Nothing is the element's before its script has come.
    becomes(lambda: visitor.page.evaluate(field), reference)
    visitor.look("came-back")
    visitor.page.goto(url)
    visitor.frame.wait_for_selector("#photo")
    becomes(lambda: visitor.page.evaluate(field), "")
    visitor.profile.close()


def test_an_origin_that_nobody_named_frames_nothing_and_its_form_can_be_sent(chromium, sites, axe):
    _, _, other = sites
    visitor = Formed(chromium, axe, "phone", "en", "embedded-refused")
    visitor.open(other)
    visitor.until("unavailable")
    visitor.look("refused")
    assert computed(visitor.page, "told") == []
    refused = "the browser's refusal"
    heard(visitor.page, lambda: [x for x in visitor.problems if "frame-ancestors" in x], refused)
    # The slot's text is in the closed root: what people read is in the picture and in the tree.
    visitor.page.fill("#full-name", "Anna Example")
    visitor.page.click("button:not([type])")
    visitor.page.wait_for_selector("h2")
    says(visitor.page, "main", "no photo")
    visitor.profile.close()


@pytest.mark.parametrize("path", ["/", "/apply/hunting-licence/seal/", "/receipt/", "/register/"])
def test_no_other_page_is_framed_by_the_named_origin_either(chromium, sites, axe, path):
    city, url, _ = sites
    visitor = Formed(chromium, axe, "desktop", "en", "embedded-other")
    visitor.open(f"{url}/applications/HL-0000-0000")
    with visitor.page.expect_console_message(lambda said: "frame-ancestors" in said.text):
        visitor.page.evaluate(
            "address => { const frame = document.createElement('iframe'); frame.src = address;"
            " document.body.append(frame); }",
            f"{city.url}{path}",
        )
    visitor.profile.close()


def test_a_hostile_page_moves_nothing_by_its_messages(chromium, sites, axe):
    """The page around is the named one, and hostile: a cross-site script runs in it."""
    _, url, _ = sites
    visitor = Formed(chromium, axe, "desktop", "en", "embedded-hostile")
    visitor.open(url)
    visitor.choose()
    visitor.seal()
    visitor.until("sealed")
    heading = text_of(visitor.frame, "h1")
    before, heard_before = (computed(each, "told.length") for each in (visitor.page, visitor.frame))
    hostile = [
        {"mark": "habeas-photo/1", "state": "added", "reference": "HL-0000-0000", "height": 1},
        {"mark": "habeas-photo/1", "hello": True, "send": True},
        {"mark": "habeas-photo/1", "hello": "yes"}, {"hello": True}, None, "seal", 7, [],
        {"mark": "habeas-photo/1", "state": "cleared"},
    ]  # fmt: skip
    # To the frame, and to the element as if the frame had told it.
    visitor.page.evaluate(
        """messages => {
            for (const each of messages) { inner.postMessage(each, "*"); postMessage(each, "*"); }
        }""",
        hostile,
    )
    # Another frame of the page speaks to both, too.
    visitor.page.evaluate(
        """() => new Promise((done) => {
            const frame = document.createElement("iframe");
            frame.name = "third"; frame.onload = done; document.body.append(frame);
        })"""
    )
    (third,) = [each for each in visitor.page.frames if each.name == "third"]
    third.evaluate(
        """messages => { for (const each of messages) {
            parent.postMessage(each, "*"); parent.inner.postMessage(each, "*"); } }""",
        hostile,
    )
    # Both have got every message, and have had the time to show what they make of it.
    for each, others in ((visitor.page, before), (visitor.frame, heard_before)):
        all_of_them = others + 2 * len(hostile)
        until(lambda: each.evaluate("told.length") >= all_of_them, "messages")  # noqa: B023
        frames(each)
    state = "document.querySelector('habeas-photo').state"
    becomes(lambda: visitor.page.evaluate(state), "sealed")
    expect(visitor.frame.locator("h1")).to_have_text(heading)
    field = "new FormData(document.forms[0]).get('photo_reference')"
    becomes(lambda: visitor.page.evaluate(field), "")
    # What the frame tells after all that is still its state, its reference and its height.
    answers = computed(visitor.page, "n => told.slice(n).map(([o, d]) => [o, d])", before)
    portal = computed(visitor.frame, "location.origin")
    for origin, data in answers:
        if origin == portal:
            assert (data["state"], data["reference"]) == ("sealed", "")
    visitor.save()
    assert visitor.add().startswith("HL-")
    visitor.profile.close()


def test_a_browser_that_keeps_nothing_for_frames_can_still_add_a_photo(chromium, sites, axe):
    _, url, _ = sites
    visitor = Formed(chromium, axe, "phone", "en", "embedded-nothing-kept")
    visitor.page.add_init_script(
        """if (self !== top) {
            for (const name of ["sessionStorage", "localStorage", "indexedDB"])
                Object.defineProperty(self, name, { get() { throw new DOMException("no"); } });
        }"""
    )
    visitor.open(url)
    visitor.choose()
    visitor.seal()
    expect(visitor.frame.locator("[data-not-stored]")).to_be_visible()
    visitor.look("not-stored")
    visitor.save()
    assert visitor.add().startswith("HL-")
    visitor.close()


def test_without_a_photo_by_keyboard_alone(chromium, sites, axe):
    _, url, _ = sites
    visitor = Formed(chromium, axe, "desktop", "en", "embedded-keys")
    visitor.open(url)
    visitor.frame.wait_for_selector("#photo")
    visitor.page.focus("#full-name")
    visitor.page.keyboard.type("Anna Example")
    for _ in range(20):
        visitor.tab()
        if computed(visitor.frame, "!!document.activeElement?.hasAttribute('data-without')"):
            break
    visitor.page.keyboard.press("Enter")
    visitor.until("without")
    # The person is in the frame: focus goes to what is new there.
    expect(visitor.frame.locator("h1")).to_be_focused()
    visitor.look("without")
    for _ in range(5):
        visitor.tab()
        if computed(visitor.page, "document.activeElement.tagName") == "BUTTON":
            break
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_selector("h2")
    says(visitor.page, "main", "no photo")
    visitor.close()
