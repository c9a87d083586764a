"""Debian's Firefox, driven by Playwright over WebDriver BiDi."""

from __future__ import annotations

import contextlib
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

RELAY = Path(__file__).with_name("firefox_relay.py")
#: Files are saved without a question; WebDriver BiDi does not tell of them in every release.
_SAVES = {
    "browser.download.folderList": 2,
    "browser.download.useDownloadDir": True,
    "browser.download.always_ask_before_handling_new_types": False,
    "browser.download.alwaysOpenPanel": False,
}


def downloads(folder: Path) -> Path:
    """Where a browser that was started in *folder* saves files."""
    kept = folder / "downloads"
    kept.mkdir(exist_ok=True)
    return kept


@contextlib.contextmanager
def started(playwright: Any, folder: Path, **preferences: Any) -> Iterator[Any]:
    """Firefox with *preferences*, whose dots are written as two underscores; skips without it."""
    if shutil.which("firefox-esr") is None:
        pytest.skip("Firefox is not installed: apt-get install firefox-esr")
    program = folder / "firefox"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{RELAY}" "$@"\n')
    program.chmod(0o700)
    browser = playwright.firefox.launch(
        channel="moz-firefox",
        executable_path=program,
        firefox_user_prefs={name.replace("__", "."): value for name, value in preferences.items()},
    )
    try:
        yield browser
    finally:
        browser.close()
