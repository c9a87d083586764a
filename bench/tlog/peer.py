"""A peer that can be run here: Go's own `golang.org/x/mod/sumdb/tlog`, hashing the same log.

It is the code that guards Go's modules. Debian's golang-go and golang-golang-x-mod-dev.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from bench.tlog.common import ENTRY, row
from bench.tlog.verifying import SIZE

_SOURCES = Path("/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog")
_PROGRAM = Path(__file__).with_name("peer.go")


def peer(place: Path, verified: float) -> None:
    """Print how long Go needs for the same tree.

    Args:
        place: for the program.
        verified: seconds in which this package reads and verifies the log.
    """
    what = f"Go's sumdb/tlog: the tree of {SIZE:,} entries"
    if shutil.which("go") is None or not _SOURCES.exists():
        row(what, "not installed", "for comparison")
        return
    environment = {
        **os.environ, "GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOFLAGS": "",
        "GOCACHE": str(place / "go-cache"),
    }  # fmt: skip
    program = place / "peer"
    command = ["go", "build", "-o", str(program), str(_PROGRAM)]
    subprocess.run(command, check=True, env=environment, capture_output=True)
    arguments = [str(program), str(SIZE), str(ENTRY)]
    done = subprocess.run(arguments, check=True, capture_output=True, text=True)
    seconds = float(done.stdout)
    figure = f"{seconds / verified:.2f} x verifying ({seconds:.1f} s)"
    row(what, figure, "for comparison")
