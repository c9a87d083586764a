"""What pages, requests, sweep rounds and releases cost with 10^3 and with 10^5 rows behind them.

One run, one machine, one installation: a log, four trustees and a portal's own code, whose tables
are filled twice as years of use would fill them. Each act is timed after each filling, the least
of several times, and the ratio of the two is what counts: at most 1.5. A service that slows down
with what it has ever done is fine on the day of its opening, and fails years later.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

#: Rows of each kind; `HABEAS_BENCH_ROWS` changes the last.
SIZES = (1_000, int(os.environ.get("HABEAS_BENCH_ROWS", "100000")))
#: An act may take so much longer with the last number of rows than with the first.
GOAL = 1.5


def run() -> None:
    """Print each act's milliseconds at both sizes, and the ratio; say which are over the goal."""
    from bench.growth.scene import Scene  # noqa: PLC0415 - it loads Django and the trustees

    found: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder, Scene(Path(folder)) as scene:
        for size in SIZES:
            scene.fill(size)
            for name, seconds in scene.measure().items():
                found.setdefault(name, []).append(seconds)
    table = Table("act", *(f"{size:,} rows" for size in SIZES), "ratio", "")
    over = []
    for name, (small, large) in found.items():
        ratio = large / small
        if ratio > GOAL:
            over.append(name)
        table.add_row(
            name, f"{small * 1000:.2f} ms", f"{large * 1000:.2f} ms", f"{ratio:.2f}",
            "over" if ratio > GOAL else "",
        )  # fmt: skip
    Console().print(table)
    said = f"over {GOAL}: {', '.join(over)}" if over else f"none is over {GOAL}"
    Console().print(f"{len(found)} acts; {said}", soft_wrap=True)
