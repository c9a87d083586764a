"""Somebody with a browser, whose every page is looked at: its width, its accessibility."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from tests.browser.looking import SHOTS, wrong_with
from tests.waiting import PATIENCE_SECONDS, until

SIZES = {"desktop": {"width": 1200, "height": 900}, "phone": {"width": 390, "height": 844}}

#: Of a device that cannot seal: the pages of the server's own way.
CANNOT_SEAL = "Object.defineProperty(window, 'isSecureContext', { value: false });"

#: The minute of an opened photo does not pass: on a slow machine it would be over unseen.
NO_TIME_PASSES = "{ const now = Date.now(); Date.now = () => now; }"


#: A style that taking a screenshot adds, and an icon that it asks for by itself.
FIREFOX_ITSELF = ("inline style", "/favicon.ico")


def _whole(files: set[Path]) -> bytes:
    """The one of these that is a whole page; it is written under a name that it loses."""
    for each in files:
        with contextlib.suppress(FileNotFoundError, IsADirectoryError):
            content = each.read_bytes()
            if content.rstrip().endswith(b"</html>"):
                return content
    return b""


class Visitor:
    """A browser profile of its own, in Chromium or in a Firefox that `firefox.started`."""

    def __init__(
        self, chromium: Any, axe: str, width: str = "desktop", locale: str = "en", room: str = ""
    ) -> None:
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.profile = chromium.new_context(viewport=SIZES[width], locale=locale)
        #: Where Firefox saves files: its driver does not always tell that it did.
        self._saves_to: Path | None = getattr(chromium, "saves_to", None)
        self.page = self.profile.new_page()
        self.profile.set_default_timeout(PATIENCE_SECONDS * 1000)
        self.problems: list[str] = []
        self.page.on("pageerror", lambda error: self._problem(str(error)))
        self.page.on("console", self._console)
        self._axe, self.name = axe, f"{width}-{locale}-{room}"
        if self._saves_to is not None:
            self.name = f"firefox-{self.name}"

    def _console(self, message: Any) -> None:
        # A refusal answers 4xx: Chromium reports every such status as an error.
        if message.type == "error" and "status of 4" not in message.text:
            self._problem(message.text)

    def _problem(self, text: str) -> None:
        # Firefox tells, as an error of the page, what it and its screenshots bring along.
        if self._saves_to is None or not any(said in text for said in FIREFOX_ITSELF):
            self.problems.append(text)

    def look(self, name: str) -> None:
        """Check the page's width and its accessibility."""
        found = wrong_with(self.page, self._axe, picture=f"{self.name}-{name}")
        assert not found, f"{name}: {found}"

    def saved(self, control: str, frame: Any = None) -> bytes:
        """The page that the browser saves when *control* is pressed, in the page or in a frame."""
        place = frame or self.page
        place.wait_for_selector(control)
        if self._saves_to is None:
            with self.page.expect_download() as download:
                place.click(control)
            return download.value.path().read_bytes()
        folder = self._saves_to
        before = set(folder.rglob("*"))
        place.click(control)
        return until(lambda: _whole(set(folder.rglob("*")) - before), "the saved page")

    def close(self) -> None:
        assert not self.problems, self.problems
        self.profile.close()
