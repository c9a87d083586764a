"""Somebody with a browser, whose every page is looked at: screenshots, width, accessibility."""

from __future__ import annotations

from typing import Any

from tests.browser.conftest import RULES
from tests.browser.seen import computed
from tests.places import ROOT
from tests.waiting import PATIENCE_SECONDS

SHOTS = ROOT / "build" / "screenshots"
SIZES = {"desktop": {"width": 1200, "height": 900}, "phone": {"width": 390, "height": 844}}

#: Of a device that cannot seal: the pages of the server's own way.
CANNOT_SEAL = "Object.defineProperty(window, 'isSecureContext', { value: false });"

#: The minute of an opened photo does not pass: on a slow machine it would be over unseen.
NO_TIME_PASSES = "{ const now = Date.now(); Date.now = () => now; }"

#: What reaches beyond the window's side, if the page can be moved there; looked at for two seconds.
TOO_WIDE = """async () => {
    const wide = () => document.documentElement.scrollWidth > innerWidth + 1;
    for (let frames = 0; frames < 120 && wide(); frames++) await new Promise(requestAnimationFrame);
    return wide() && [...document.querySelectorAll("body *")]
        .filter((each) => each.getBoundingClientRect().right > innerWidth + 1)
        .map((each) => each.outerHTML.slice(0, 200));
}"""


class Visitor:
    """A browser profile of its own."""

    def __init__(
        self, chromium: Any, axe: str, width: str = "desktop", locale: str = "en", room: str = ""
    ) -> None:
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.profile = chromium.new_context(viewport=SIZES[width], locale=locale)
        self.page = self.profile.new_page()
        self.profile.set_default_timeout(PATIENCE_SECONDS * 1000)
        self.problems: list[str] = []
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("console", self._console)
        self._axe, self.name = axe, f"{width}-{locale}-{room}"

    def _console(self, message: Any) -> None:
        # A refusal answers 4xx: Chromium reports every such status as an error.
        if message.type == "error" and "status of 4" not in message.text:
            self.problems.append(message.text)

    def look(self, name: str) -> None:
        """Take a screenshot, and check the page's width and its accessibility."""
        self.page.screenshot(path=SHOTS / f"{self.name}-{name}.png", full_page=True)
        # The picture of a whole page resizes the window for a moment: only what stays wide counts.
        wide = computed(self.page, TOO_WIDE)
        assert not wide, f"{name} scrolls sideways: {wide}"
        if self._axe:
            self.page.evaluate(self._axe)
            found = computed(
                self.page,
                """async rules => (await axe.run(document, { runOnly: rules })).violations.map(
                    v => `${v.id}: ${v.nodes.map(n => n.target).join(" ")}`)""",
                RULES,
            )
            assert not found, f"{name}: {found}"

    def close(self) -> None:
        assert not self.problems, self.problems
        self.profile.close()
