"""Debian's WebKitGTK, driven over W3C WebDriver: Playwright's own WebKit is another program.

`WebKitWebDriver` starts the small browser that comes with the library, on a display of its own.
"""

from __future__ import annotations

import base64
import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.waiting import PATIENCE_SECONDS, until

DRIVER, SCREEN = "WebKitWebDriver", "Xvfb"
#: The key that ends a line; a line's end in a text is none for this driver (section 17.4.2).
_ENTER = "\ue007"
#: How an element is named in what the driver answers (W3C WebDriver, section 12).
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
#: What the driver says of an element that is moved, covered or replaced just then (section 6.6).
_JUST_THEN = (
    "element not interactable", "element click intercepted", "stale element reference",
    "no such element",
)  # fmt: skip


class DriverError(AssertionError):
    """The driver did not do what it was asked for; the first argument is its error code."""


class WebKit:
    """One session of the browser, which begins empty and leaves nothing."""

    def __init__(self, driver: str) -> None:
        self._client = httpx.Client(base_url=driver, timeout=PATIENCE_SECONDS, trust_env=False)
        asked = {"alwaysMatch": {"browserName": "MiniBrowser"}}
        begun = self._call("POST", "/session", {"capabilities": asked})
        self._session = f"/session/{begun['sessionId']}"
        patience = int(PATIENCE_SECONDS * 1000)
        self._ask("timeouts", {"script": patience, "pageLoad": patience})

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        answer = self._client.request(method, path, json=body)
        value = answer.json()["value"]
        if not answer.is_success:
            raise DriverError(value["error"], value["message"])
        return value

    def _ask(self, what: str, body: dict[str, Any]) -> Any:
        return self._call("POST", f"{self._session}/{what}", body)

    def goto(self, url: str) -> None:
        """Load a page."""
        self._ask("url", {"url": url})

    def until_at(self, end: str) -> None:
        """Wait until the page's address ends so."""
        until(lambda: self.evaluate("return location.href").endswith(end), f"{end} in WebKitGTK")

    def evaluate(self, script: str, *arguments: Any) -> Any:
        """What the body of a function gives in the page; a promise is waited for."""
        return self._ask("execute/sync", {"script": script, "args": arguments})

    def _visible(self, selector: str) -> bool:
        return self.evaluate(
            "const [it] = document.querySelectorAll(arguments[0]);"
            "return !!it && (it.type === 'file' || it.getClientRects().length > 0);",
            selector,
        )

    def wait(self, selector: str) -> str:
        """The driver's name of an element, once it is there and shown."""

        def shown() -> str:
            # The page may have become another one between the two questions.
            found = self._ask("elements", {"using": "css selector", "value": selector})
            return str(found[0][_ELEMENT]) if found and self._visible(selector) else ""

        return until(shown, f"{selector} in WebKitGTK")

    def _with(self, selector: str, method: str, what: str, body: Any = None) -> Any:
        """What the driver gives for an element, asked again while the page takes it away."""

        def asked() -> tuple[Any] | None:
            path = f"{self._session}/element/{self.wait(selector)}/{what}"
            try:
                return (self._call(method, path, body),)
            except DriverError as error:
                # Nothing was done yet: the driver looks at the element before it acts.
                if error.args[0] not in _JUST_THEN:
                    raise
                return None

        (given,) = until(asked, f"{what} of {selector} in WebKitGTK")
        return given

    def click(self, selector: str) -> None:
        """Click an element as a person does."""
        self._with(selector, "POST", "click", {})

    def type(self, selector: str, text: str) -> None:
        """Type into a field; of one for files, choose a file by its path."""
        self._with(selector, "POST", "value", {"text": text.replace("\n", _ENTER)})

    def text(self, selector: str) -> str:
        """The text of an element, as people read it, once it has one."""
        return str(until(lambda: self._with(selector, "GET", "text"), f"a text in {selector}"))

    def becomes(self, script: str, expected: Any) -> None:
        """Wait until the body of a function gives this in the page."""
        until(lambda: self.evaluate(script) == expected, f"{script}: {expected} in WebKitGTK")

    def collected(self, name: str) -> Any:
        """What the test's own script has put into that variable of the page."""
        return self.evaluate(f"return {name}")

    def shot(self, file: Path) -> None:
        """Take a picture of what is shown."""
        file.write_bytes(base64.b64decode(self._call("GET", f"{self._session}/screenshot")))

    def close(self) -> None:
        """End the session and the browser."""
        with contextlib.suppress(httpx.HTTPError):
            self._call("DELETE", self._session)
        self._client.close()


@contextlib.contextmanager
def _display() -> Iterator[str]:
    reading, writing = os.pipe()
    try:
        screen = subprocess.Popen(
            [SCREEN, "-displayfd", str(writing), "-screen", "0", "1280x1600x24"],
            pass_fds=[writing], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    finally:
        os.close(writing)
    try:
        with os.fdopen(reading) as told:
            yield f":{told.readline().strip()}"
    finally:
        screen.terminate()
        screen.wait()


@contextlib.contextmanager
def started(port: int) -> Iterator[WebKit]:
    """A session whose driver listens at *port*; skips the test where the programs are absent."""
    for program, package in ((DRIVER, "webkit2gtk-driver"), (SCREEN, "xvfb")):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed: apt-get install {package}")
    with _display() as display:
        driver = subprocess.Popen(
            [DRIVER, f"--port={port}"],
            env={**os.environ, "DISPLAY": display, "GDK_BACKEND": "x11"},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            until(lambda: _ready(port), "WebKitWebDriver")
            browser = WebKit(f"http://127.0.0.1:{port}")
            try:
                yield browser
            finally:
                browser.close()
        finally:
            driver.terminate()
            driver.wait()


def _ready(port: int) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return httpx.get(f"http://127.0.0.1:{port}/status", trust_env=False).is_success
    return False
