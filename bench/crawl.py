"""`python -m bench crawl`: Wapiti tries a whole city's pages, signed out and signed in.

Signed out: the portal's public pages. Signed in: the operator's console (with the portal's pages
behind its door) and a trustee's console. Wapiti 3 is no dependency of the project: it is looked
for as ``wapiti`` on the path, or where ``HABEAS_WAPITI`` says (docs/security/crawl.md). What that
page answers is counted apart: other findings alone end it with status 1.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from bench.answered import Answer, answers
from habeas.foundation.doors import Doors
from habeas.trustee.console import make_console
from tests.places import ROOT
from tests.waiting import until
from tests.world.city import City
from tests.world.world import listening

#: Seconds for each of the three; Wapiti stops by itself where it has tried all.
_SECONDS = int(os.environ.get("HABEAS_BENCH_SECONDS", "300"))


#: Where each finding that was looked into stands with its reason.
_ANSWERS = ROOT / "docs" / "security" / "crawl.md"


def run() -> None:
    """Print what was found; the process ends with status 1 where anything new was."""
    wapiti = os.environ.get("HABEAS_WAPITI") or shutil.which("wapiti")
    if wapiti is None:
        sys.exit("wapiti is not here: pip install wapiti3, in an environment of its own.")
    found, known = 0, answers(_ANSWERS.read_text())
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        city = City(folder / "city")
        try:
            found += _scan(wapiti, folder, known, "portal", city.url)
            with _operator(city) as (url, cookie):
                found += _scan(wapiti, folder, known, "operator", url, cookie)
            with _trustee(city) as (url, cookie):
                found += _scan(wapiti, folder, known, "trustee", url, cookie)
        finally:
            city.close()
    if found:
        sys.exit(1)


def _scan(
    wapiti: str, folder: Path, known: Sequence[Answer], name: str, url: str, cookie: str = ""
) -> int:
    """Try the pages below *url*; how many new findings there are. All of them are printed."""
    report = folder / f"{len(list(folder.iterdir()))}.json"
    command = [
        wapiti, "-u", f"{url}/", "--scope", "folder", "-f", "json", "-o", str(report),
        "--max-scan-time", str(_SECONDS), "--max-attack-time", str(max(5, _SECONDS // 12)),
        "--depth", "5", "--max-links-per-page", "40", "--no-bugreport", "--flush-session",
        "-v", "0", "--store-session", str(folder / "sessions"),
    ]  # fmt: skip
    if cookie:
        command += ["-H", f"Cookie: {cookie}"]
    try:
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL, timeout=_SECONDS * 3)
    except subprocess.TimeoutExpired:
        print(f"{name}: not ended in {_SECONDS * 3} s; give more: HABEAS_BENCH_SECONDS")
        return 1
    said: dict[str, Any] = json.loads(report.read_text())
    pages = said["infos"].get("crawled_pages_nbr", "?")
    findings = [
        (kind, each)
        for group in ("vulnerabilities", "anomalies")
        for kind, listed in said[group].items()
        for each in listed
    ]
    new = 0
    print(f"{name}: {pages} pages, {len(findings)} findings")
    for kind, each in findings:
        about = str(each.get("info", ""))
        answered = any(answer.fits(name, kind, about) for answer in known)
        new += not answered
        mark = "answered" if answered else "NEW"
        print(f"  {mark}: {kind}: {each['method']} {each['path']} {about}")
    return new


@contextmanager
def _operator(city: City) -> Iterator[tuple[str, str]]:
    """The operator's console, and the cookie of who has its link."""
    sock = listening()
    port = sock.getsockname()[1]
    sock.close()
    command = [sys.executable, "-m", "habeas.cli", "portal", "console"]
    command += ["--data", str(city.data), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()
            session = Doors.of(city.data, lambda: int(time.time())).session()
            url = f"http://127.0.0.1:{port}"
            until(lambda: _answers(url), "the operator's console")
            yield url, f"operator={session}"
        finally:
            process.terminate()


@contextmanager
def _trustee(city: City) -> Iterator[tuple[str, str]]:
    """A trustee's console, and the cookie of who has its link."""
    doors = Doors(bytes(32), lambda: int(time.time()))
    sock = listening()
    app = make_console(next(iter(city.trustees.values())), doors)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{sock.getsockname()[1]}", f"console={doors.session()}"
    server.should_exit = True
    thread.join()


def _answers(url: str) -> bool:
    import httpx  # noqa: PLC0415 - for this look alone

    try:
        return httpx.get(url, timeout=5, trust_env=False).status_code > 0
    except httpx.HTTPError:
        return False
