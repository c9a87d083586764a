"""Somebody with a browser, whose every page is looked at: its width, its accessibility."""

from __future__ import annotations

from typing import Any

from tests.browser.looking import SHOTS, wrong_with
from tests.waiting import PATIENCE_SECONDS

SIZES = {"desktop": {"width": 1200, "height": 900}, "phone": {"width": 390, "height": 844}}

#: Of a device that cannot seal: the pages of the server's own way.
CANNOT_SEAL = "Object.defineProperty(window, 'isSecureContext', { value: false });"

#: The minute of an opened photo does not pass: on a slow machine it would be over unseen.
NO_TIME_PASSES = "{ const now = Date.now(); Date.now = () => now; }"


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
        """Check the page's width and its accessibility."""
        found = wrong_with(self.page, self._axe, picture=f"{self.name}-{name}")
        assert not found, f"{name}: {found}"

    def close(self) -> None:
        assert not self.problems, self.problems
        self.profile.close()
