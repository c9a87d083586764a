"""Debian's Firefox, driven by Playwright over WebDriver BiDi."""

from __future__ import annotations

import contextlib
import inspect
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.waiting import PATIENCE_SECONDS

RELAY = Path(__file__).with_name("firefox_relay.py")


#: A test of another module that takes `chromium`, and what it is given beside fixtures.
Scene = tuple[Callable[..., None], dict[str, Any]]


def called(scenes: Sequence[Scene]) -> list[str]:
    """Names of scenes, as tests have them."""
    return [
        "-".join([scene.__name__.removeprefix("test_"), *map(_word, given.values())])
        for scene, given in scenes
    ]


def _word(value: Any) -> str:
    return "+".join(value) if isinstance(value, tuple) else str(value)


def play(request: Any, scene: Callable[..., None], given: dict[str, Any]) -> None:
    """Play a scene with what it is given, and with fixtures for the rest."""
    names = inspect.signature(scene).parameters
    scene(**{n: given[n] if n in given else request.getfixturevalue(n) for n in names})


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
        # Files are saved here; that they are is not told in every release.
        downloads_path=downloads(folder),
        timeout=PATIENCE_SECONDS * 1000,
        firefox_user_prefs={name.replace("__", "."): value for name, value in preferences.items()},
    )
    # Where visitors find what they save.
    browser.saves_to = downloads(folder)
    try:
        yield browser
    finally:
        browser.close()
