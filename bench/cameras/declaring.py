"""Synthetic cameras for a bench: their addresses, and the files that declare them."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

#: What a camera's declaration needs beside its address.
_DECLARED = """
id = "{id}"
name = {{ en = "Bench", ru = "Замер" }}
where = {{ en = "Nowhere", ru = "Нигде" }}
latitude = 0.0
longitude = 0.0
why = {{ en = "Measuring", ru = "Замер" }}
viewers = []
keep_days = 1
since = 2026-11-01
"""


def alone(folder: Path, urls: list[str]) -> list[Path]:
    """A CAMERA.toml for each of *urls*."""
    files = []
    for number, url in enumerate(urls):
        files.append(folder / f"camera-{number}.toml")
        files[-1].write_text(f'url = "{url}"\n' + _DECLARED.format(id=f"camera-{number}"))
    return files


def together(folder: Path, urls: list[str], sites: Sequence[str] = ()) -> Path:
    """A cameras.toml of all *urls*, at *sites* in turn, if any."""
    listed = ""
    for number, url in enumerate(urls):
        secret = folder / f"address-{number}"
        secret.touch(mode=0o600)
        secret.write_text(f"{url}\n")
        listed += f'[[camera]]\naddress = {{ file = "{secret}" }}\n'
        if sites:
            listed += f'site = "{sites[number % len(sites)]}"\n'
        listed += _DECLARED.format(id=f"camera-{number}")
    file = folder / "cameras.toml"
    file.write_text(listed)
    return file


@contextlib.contextmanager
def sources(file: Path, count: int) -> Iterator[list[str]]:
    """Addresses of so many cameras that send *file* over and over."""
    # Not by -m: this package has the module loaded by then.
    start = "import sys; from bench.cameras.source import main; main(*sys.argv[1:])"
    command = [sys.executable, "-c", start, str(file), str(count)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        try:
            yield json.loads(running.stdout.readline())
        finally:
            running.kill()
