"""The log's figures, as ratios measured in one run; `python -m bench tlog`.

What a log survives is another matter: `python -m bench.tlog.kills`, `bench.tlog.corruptions`.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from bench.tlog.appending import appending
from bench.tlog.memory import memory
from bench.tlog.over_http import over_http
from bench.tlog.peer import peer
from bench.tlog.proving import proving
from bench.tlog.verifying import verifying


def run() -> None:
    with tempfile.TemporaryDirectory(prefix="habeas-bench-") as name:
        place = Path(name)
        in_process = appending(place)
        over_http(place, in_process)
        verified = verifying(place)
        peer(place, verified)
        proving(place)
        memory(place)
