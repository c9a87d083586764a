"""The photo step on a device beside Python, in one run: what is loaded, and what it takes.

A city runs on this machine. Chromium and Firefox, as Debian has them, go through its photo step;
in between Python checks and seals the same photo. Each figure is the median of what the page
itself measured (W3C User Timing); each ratio is that of two medians of the same run.
"""

from __future__ import annotations

import contextlib
import gzip
import secrets
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.table import Table

from bench import depositing
from bench.portrait import photo
from habeas import portrait
from habeas.faces import assets
from habeas.portal.apply import model_files
from habeas.protocol import seal
from tests.browser.conftest import ARGUMENTS, CHROMIUM, STATIC
from tests.browser.firefox import started
from tests.browser.test_odd_browsers import film
from tests.browser.test_sealing import Applicant
from tests.unit.protocol.world import WISHES, Case
from tests.world.city import City

ROUNDS = 9
#: No round begins later than so many seconds after the first; one is made in any case.
BOUND_SECONDS = 90.0
SIZE = (4000, 3000)
#: What the issue asks for, by row: bytes, ratios, frames a second.
BEFORE_CAMERA, CHECKS = 300_000, 7_000_000
CHECK_RATIO, LOOKS, SEAL_RATIO = 4.0, 10.0, 3.0
_SEALED_BYTES = 150_000
_NAMES = "name => performance.getEntriesByName(name).map(each => each.duration)"


def _compressed(path: Path) -> int:
    """Bytes of a file on the line: built with it, or as a proxy compresses it."""
    built = path.with_name(f"{path.name}.br")
    if built.exists():
        return built.stat().st_size
    return len(gzip.compress(path.read_bytes(), 6))


def _loaded(page: Any) -> int:
    """Bytes of static files that the page has asked for, compressed, the page itself too."""
    asked = page.evaluate(
        "performance.getEntriesByType('resource').map(each => new URL(each.name).pathname)"
    )
    static = {each for each in asked if each.startswith("/static/") and "/checks." not in each}
    files = [STATIC / each.removeprefix("/static/") for each in static]
    return _compressed(STATIC / "photo" / "index.html") + sum(_compressed(each) for each in files)


def check_bytes() -> int:
    """Bytes of all that a check needs beside the page, compressed."""
    photos = STATIC / "photo"
    own = [*photos.glob("checks.*.js"), *photos.glob("litert.*.wasm")]
    models = (assets.path(name) for name in model_files.names().values())
    return sum(_compressed(each) for each in own) + sum(
        len(gzip.compress(each.read_bytes(), mtime=0)) for each in models
    )


class Device:
    """An applicant's browser at the photo step, and what it took."""

    def __init__(self, browser: Any, city: City) -> None:
        self._visitor = Applicant(browser, "", "desktop", "en", "bench")
        self.page = self._visitor.page
        self._visitor.begin(city.url)
        self.page.wait_for_selector("#photo")
        self.loaded = _loaded(self.page)

    def look(self, file: Path) -> float:
        """Milliseconds from the chosen file to what is said of it."""
        self.page.wait_for_selector("#photo")
        self.page.evaluate("performance.clearMeasures()")
        self.page.set_input_files("#photo", file)
        self.page.wait_for_function(
            "() => performance.getEntriesByName('photo-looked').length > 0", timeout=120_000
        )
        (took,) = self.page.evaluate(_NAMES, "photo-looked")
        self.page.click("[data-another]")
        return float(took)

    def seal(self, file: Path) -> float:
        """Milliseconds of sealing to all trustees, once; the application is not sent."""
        self.page.wait_for_selector("#photo")
        self.page.evaluate("performance.clearMeasures()")
        self.page.set_input_files("#photo", file)
        self.page.wait_for_selector("canvas")
        self.page.click("[data-use]")
        self.page.wait_for_selector("[data-promise] li")
        self.page.click("[data-seal]")
        self.page.wait_for_selector("[data-over]")
        (took,) = self.page.evaluate(_NAMES, "photo-sealed")
        self.page.click("[data-over]")
        return float(took)

    def guided(self, looks: int = 60) -> float:
        """Looks a second at the live picture, while nothing else runs."""
        self._visitor.profile.grant_permissions(["camera"])
        self.page.click("#camera button")
        self.page.wait_for_function(
            "n => performance.getEntriesByName('photo-look').length > n", arg=looks, timeout=60_000
        )
        starts = self.page.evaluate(
            "performance.getEntriesByName('photo-look').map(each => each.startTime)"
        )
        return 1000 * (len(starts) - 1) / float(starts[-1] - starts[0])

    def close(self) -> None:
        """Leave."""
        self._visitor.profile.close()


def _python_seal(case: Case, content: bytes) -> float:
    start = time.perf_counter()
    case.secrets = seal.Secrets.draw(secrets.token_bytes)
    case.terms = seal.build_terms(case.circle, case.keys, WISHES, case.secrets)
    seal.seal(content, case.terms, case.keys, case.secrets, secrets.token_bytes)
    return 1000 * (time.perf_counter() - start)


@contextlib.contextmanager
def _browsers(folder: Path) -> Iterator[dict[str, Any]]:
    camera = (
        "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={film(folder)}",
    )  # fmt: skip
    with sync_playwright() as playwright, started(playwright, folder) as firefox:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *camera])
        yield {"Chromium": chromium, "Firefox": firefox}
        chromium.close()


def run() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        city = City(folder / "city")
        try:
            with _browsers(folder) as browsers:
                _print(_measured(browsers, city, folder))
        finally:
            city.close()
    depositing.run()


def _measured(browsers: dict[str, Any], city: City, folder: Path) -> dict[str, dict[str, float]]:
    file = folder / "phone.jpg"
    file.write_bytes(photo(*SIZE))
    content = file.read_bytes()
    devices = {name: Device(browser, city) for name, browser in browsers.items()}
    spent: dict[str, dict[str, list[float]]] = {
        name: {"check": [], "seal": []} for name in ("Python", *devices)
    }
    case, sealed = Case(), secrets.token_bytes(_SEALED_BYTES)
    with portrait.CheckPool(1) as pool:
        pool.check(content, keep="none")
        for device in devices.values():
            device.look(file)  # what the checks need is loaded now
        begun = time.monotonic()
        for turn in range(ROUNDS):
            if turn and time.monotonic() > begun + BOUND_SECONDS:
                break
            start = time.perf_counter()
            pool.check(content, keep="none")
            spent["Python"]["check"].append(1000 * (time.perf_counter() - start))
            spent["Python"]["seal"].append(_python_seal(case, sealed))
            for label, device in devices.items():
                spent[label]["check"].append(device.look(file))
                spent[label]["seal"].append(device.seal(file))
    figures: dict[str, dict[str, float]] = {
        label: {what: statistics.median(times) for what, times in each.items()}
        for label, each in spent.items()
    }
    for label, device in devices.items():
        figures[label]["loaded"] = device.loaded
    # Firefox has no film to show to a page: its looks are those of Chromium's pictures.
    figures["Chromium"]["looks"] = devices["Chromium"].guided()
    for device in devices.values():
        device.close()
    return figures


def _print(figures: dict[str, dict[str, float]]) -> None:
    table = Table(title="The photo step on a device, beside Python in the same run")
    for column in ("", *figures, "goal"):
        table.add_column(column, justify="right" if column else "left")

    def row(name: str, what: str, goal: str, unit: str) -> None:
        cells = [f"{each[what]:,.1f} {unit}" if what in each else "" for each in figures.values()]
        table.add_row(name, *cells, goal)

    def ratio(name: str, what: str, goal: float) -> None:
        base = figures["Python"][what]
        cells = [f"{each[what] / base:.2f}" for each in figures.values()]
        table.add_row(name, *cells, f"at most {goal:g}")

    row("loaded before the camera", "loaded", f"at most {BEFORE_CAMERA:,}", "B")
    table.add_row("all that a check needs", "", *[f"{check_bytes():,} B"] * 2,
                  f"at most {CHECKS:,}")  # fmt: skip
    row("12 MP JPEG, file to advice", "check", "", "ms")
    ratio("… over Python", "check", CHECK_RATIO)
    row("live looks a second", "looks", f"at least {LOOKS:g}", "")
    row("sealing to all trustees", "seal", "", "ms")
    ratio("… over Python", "seal", SEAL_RATIO)
    Console(width=120).print(table)


if __name__ == "__main__":
    run()
