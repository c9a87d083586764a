"""Debian's chromium, and pages that serve the built scripts."""

from __future__ import annotations

import contextlib
import functools
import http.server
import shutil
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.browser.firefox import started
from tests.places import PORTAL, ROOT
from tests.waiting import PATIENCE_SECONDS
from tests.world.city import City

STATIC = PORTAL / "static"
DESK = PORTAL.parent / "office" / "desk"
#: Debian's chromium without windows: opening pages takes it half of the other's processor time,
#: and whole modules of tests a fifth less.
_SHELL = Path("/usr/bin/chromium-headless-shell")
CHROMIUM = _SHELL if _SHELL.exists() else Path("/usr/bin/chromium")
#: The address bar's suggestions are pages of their own, drawn by a process for each profile. Nobody
#: sees them here, and they take half of what it costs to open a page.
UNSEEN = ("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup")
#: Chromium takes the last list of features that are off, so Playwright's own stand in ours.
OFF = (
    "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding",
    "ThirdPartyStoragePartitioning", "AvoidCorsURLLoaderRestartOnRedirect",
    "TcpPortRandomizationWin", "OptimizationHints", "NetworkTimeServiceQuerying", "AimEnabled",
    "PreconnectToSearch", "msForceBrowserSignIn", "msEdgeUpdateLaunchServicesPreferredVersion",
    *UNSEEN,
)  # fmt: skip
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync",
    "--disable-component-update", "--no-first-run", f"--disable-features={','.join(OFF)}",
]  # fmt: skip
# For all tests that import this: what is expected of a page is waited for as all else is.
expect.set_options(timeout=PATIENCE_SECONDS * 1000)


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        if self.path == "/":
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!DOCTYPE html><title>formats</title>")
            return
        super().do_GET()


@contextlib.contextmanager
def launched(*arguments):
    """Chromium, with *arguments* beside those of all tests; skips the test where there is none."""
    with sync_playwright() as playwright, chromium_of(playwright, *arguments) as browser:
        yield browser


@contextlib.contextmanager
def chromium_of(playwright, *arguments):
    """The same, of a Playwright that runs."""
    if not CHROMIUM.exists():
        pytest.skip("chromium is not installed: apt-get install chromium-headless-shell")
    browser = playwright.chromium.launch(
        executable_path=CHROMIUM, args=[*ARGUMENTS, *arguments], timeout=PATIENCE_SECONDS * 1000
    )
    yield browser
    browser.close()


def axe_script(tmp_path_factory):
    """axe-core's script, from the front end's packages; installed aside where they are not."""
    packages = ROOT / "web"
    if not (packages / "node_modules").exists() and shutil.which("npm"):
        packages = tmp_path_factory.mktemp("packages")
        for name in ("package.json", "package-lock.json"):
            shutil.copy(ROOT / "web" / name, packages)
        install = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        subprocess.run(
            install, cwd=packages, capture_output=True, timeout=PATIENCE_SECONDS, check=False
        )
    script = packages / "node_modules" / "axe-core" / "axe.min.js"
    return script.read_text() if script.exists() else ""


# While it is open its event loop runs in this thread: no other module may find it there.
@pytest.fixture(scope="module")
def driver():
    """Playwright, for all browsers of a module."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def chromium(driver):
    with chromium_of(driver) as browser:
        yield browser


@pytest.fixture(scope="module")
def firefox(driver, tmp_path_factory):
    with started(driver, tmp_path_factory.mktemp("firefox")) as browser:
        yield browser


@pytest.fixture(scope="module")
def aside():
    """Runs what gets a Chromium in a thread of its own: the test's has Django's connection."""
    with ThreadPoolExecutor(1) as thread, contextlib.ExitStack() as opened:
        chromium = thread.submit(opened.enter_context, launched()).result()
        yield lambda scene: thread.submit(scene, chromium).result()
        thread.submit(opened.close).result()


@pytest.fixture(scope="module")
def page(chromium):
    handler = functools.partial(_Quiet, directory=DESK)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page = chromium.new_page()
        page.set_default_timeout(PATIENCE_SECONDS * 1000)
        page.goto(f"http://127.0.0.1:{server.server_address[1]}/")
        page.evaluate("async () => { globalThis.f = await import('/formats.js'); }")
        yield page
        page.close()
        server.shutdown()


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    """A city whose portal serves the photo step; modules that need another have their own."""
    with contextlib.closing(City(tmp_path_factory.mktemp("city"))) as city:
        city.until_released()
        yield city


@pytest.fixture(scope="session")
def axe(tmp_path_factory):
    """axe-core's script."""
    return axe_script(tmp_path_factory)
