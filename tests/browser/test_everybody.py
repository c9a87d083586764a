"""For everybody: every page in both schemes, at 400 %, with axe's best practices."""

from __future__ import annotations

import contextlib
import threading

import pytest
import uvicorn

from habeas.faces import assets
from habeas.trustee.console import Doors, make_console
from tests.browser import looking
from tests.browser.looking import wrong_with
from tests.browser.seen import computed
from tests.browser.test_desk import Desk, place  # noqa: F401 - the office with its desk
from tests.browser.visitor import Visitor
from tests.waiting import PATIENCE_SECONDS
from tests.world.world import listening

pytestmark = pytest.mark.browser

#: 400 % of a window of 1,280 by 1,024 CSS pixels (WCAG 2.2, 1.4.10).
ZOOMED = {"width": 320, "height": 256}
PAGES = (
    "/", "/help/", "/accessibility/", "/apply/hunting-licence/", "/receipt/", "/officers/",
    "/cameras/", "/cameras/hours/",
    "/register/", "/register/entries/", "/register/entries/3/", "/register/check/",
    "/register/trustees/", "/nowhere/",
)  # fmt: skip
RULES = (*looking.RULES, "best-practice")
#: What moves by itself, or when it is touched.
MOVING = """() => [...document.querySelectorAll("*")].filter(each => {
    const style = getComputedStyle(each);
    return style.animationName !== "none" || parseFloat(style.transitionDuration) > 0;
}).map(each => each.tagName + "." + each.className)"""


class Looker:
    """Goes through pages in one scheme, and collects what is wrong with them."""

    def __init__(self, chromium, axe, scheme, locale="en", size=ZOOMED, width="zoomed"):
        self.scheme, self.locale, self.width = scheme, locale, width
        self.profile = chromium.new_context(
            viewport=size, color_scheme=scheme, locale=locale, reduced_motion="reduce"
        )
        self.profile.set_default_timeout(PATIENCE_SECONDS * 1000)
        self.page = self.profile.new_page()
        self._axe, self._name = axe, f"{width}-{scheme}-{locale}"
        if hasattr(chromium, "saves_to"):
            self._name = f"firefox-{self._name}"
        self.found: list[str] = []

    def look(self, name):
        label = name.strip("/").replace("/", "-") or "home"
        found = wrong_with(self.page, self._axe, RULES, picture=f"all-{self._name}-{label}")
        if moving := computed(self.page, MOVING):
            found.append(f"moves for somebody who asked for less: {moving}")
        self.found += [f"{name}: {each}" for each in found]


@pytest.mark.parametrize(("scheme", "locale"), [("dark", "ru"), ("light", "en")])
def test_every_public_page(chromium, place, axe, scheme, locale):  # noqa: F811 - the fixture
    if not axe:
        pytest.skip("axe-core is not installed")
    place.city.apply(assets.path("astronaut.png").read_bytes())
    place.city.settled()
    looker = Looker(chromium, axe, scheme, locale)
    month = place.city.entries()[-1].day[:7]
    for path in (*PAGES, f"/register/months/{month}/"):
        looker.page.goto(place.city.url + path)
        looker.look(path)
    looker.profile.close()
    assert not looker.found


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_the_desk(chromium, place, axe, scheme):  # noqa: F811 - the fixture
    receipt = place.city.apply(assets.path("astronaut.png").read_bytes())[1]
    desk = Desk(chromium, place, axe)
    desk.page.emulate_media(color_scheme=scheme)
    desk.page.set_viewport_size(ZOOMED)
    looker = Looker(chromium, axe, scheme)
    looker.page = desk.page
    desk.sign_in()
    desk.page.wait_for_selector("table a")
    looker.look("desk-queue")
    desk.case(receipt.reference)
    looker.look("desk-case")
    desk.page.click("[data-photo] a")
    desk.page.wait_for_selector("#reason")
    looker.look("desk-ask")
    desk.page.click("[href='#/openings']")
    desk.page.wait_for_selector("[data-more]")
    looker.look("desk-openings")
    desk.page.click("[href='#/sessions']")
    desk.page.wait_for_selector("tbody tr")
    looker.look("desk-sessions")
    desk.profile.close()
    assert not looker.found


@contextlib.contextmanager
def served(app):
    sock = listening()
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        sock.close()


@pytest.mark.parametrize(("scheme", "locale"), [("dark", "ru"), ("light", "en")])
def test_the_trustee_s_console(chromium, place, axe, scheme, locale):  # noqa: F811 - the fixture
    trustee = next(iter(place.city.trustees.values()))
    doors = Doors(bytes(32), lambda: 1_000)
    looker = Looker(chromium, axe, scheme, locale)
    with served(make_console(trustee, doors)) as address:
        looker.page.goto(f"{address}/")
        looker.look("console-signed-out")
        looker.page.goto(f"{address}/sign-in?link={doors.link()}")
        for path in ("/", "/history", "/claims", "/keys", "/health"):
            looker.page.goto(address + path)
            looker.look(f"console{path}")
    looker.profile.close()
    assert not looker.found


@pytest.mark.parametrize(("width", "locale"), [("phone", "pl"), ("desktop", "en")])
def test_a_clerk_pauses_her_trustee_and_has_it_go_on(chromium, place, axe, width, locale):  # noqa: F811 - the fixture
    """All is refused meanwhile, and both stand on the log."""
    trustee = list(place.city.trustees.values())[-1]
    doors = Doors(bytes(32), lambda: 1_000)
    clerk = Visitor(chromium, axe, width, locale, "pause")
    before = place.city.size()
    with served(make_console(trustee, doors)) as address:
        clerk.page.goto(f"{address}/sign-in?link={doors.link()}")
        clerk.page.click("form[action='/pause'] button")
        try:
            clerk.page.wait_for_selector("form[action='/resume']")
            assert trustee.paused()
            clerk.look("paused")
            clerk.page.click("form[action='/resume'] button")
            clerk.page.wait_for_selector("form[action='/pause']")
            assert not trustee.paused()
        finally:
            # Whatever has failed here, other tests ask this trustee, too.
            trustee.pause(resume=True)
    clerk.close()
    place.city.settled()
    said = [each for each in place.city.entries()[before:] if each.kind.value == "paused"]
    assert [each.details["lifted"] for each in said] == [False, True]
