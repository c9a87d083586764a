"""docs/first-photo.md, as somebody types it: every command runs, and does what the page says."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from tests.places import ROOT

pytestmark = pytest.mark.slow
PAGE = (ROOT / "docs" / "first-photo.md").read_text()
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def test_every_command_of_the_tutorial(city, tmp_path):
    place = city.place
    blocks = BLOCK.findall(PAGE)
    assert len(blocks) == 10
    said = "\n".join(f"echo '::{number}'\n{code}" for number, code in enumerate(blocks))
    for address, here in {
        ".venv/bin/habeas": f"{sys.executable} -m habeas.cli",
        "http://localhost:8000": place.portal_url,
        "http://localhost:8006": place.addresses.desks["licensing-office"],
        "data/circle.txt": str(place.circle_file),
        "data/portrait.png": str(place.folder / "portrait.png"),
    }.items():
        assert address in said
        said = said.replace(address, here)
    words = place.words["licensing-office"].officer
    done = subprocess.run(
        ["/bin/bash", "-euc", said], cwd=tmp_path, capture_output=True, text=True, timeout=900,
        env={**os.environ, "HABEAS_OFFICER_PASSPHRASE": words}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert f"::{len(blocks) - 1}" in done.stdout
    assert (tmp_path / "opened.jpg").read_bytes().startswith(b"\xff\xd8")
    assert not (tmp_path / "no.jpg").exists()
    assert not (tmp_path / "again.jpg").exists()
    assert "asked for by licensing-office, for decide-application" in done.stdout
    assert "refused licensing-office: purpose" in done.stdout
    # `!` takes any failure for the one that is meant: here they are the ones that the page says.
    assert "was not told" in done.stderr
    assert "withdrawn" in done.stderr
