"""What a further camera takes of memory, in a process that records many.

    python -m bench.cameras.memory FILM

Recorders as they are, on time and at the camera's own rate, with a detector that answers at once
that nobody is there. A real one is loaded once however many cameras there are, and what it works
with grows with the cores and not with the cameras: where one camera is measured against four,
that difference would count as the cameras'.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.cameras.declaring import sources, together
from habeas.faces import Detector, Sighting

#: Seconds until memory is all there: the way up is looked for at all four ways for twenty seconds
#: where nobody is in sight, pictures wait for three, and a segment's encoder for six.
_FILLED = 35.0
_MANY = 4


class Nobody:
    """A detector that finds nobody."""

    name, gpu = "nobody", False
    parallel = os.cpu_count() or 1

    def find(self, _: NDArray[np.uint8], __: float) -> list[Sighting]:
        """See `habeas.faces.Detector`."""
        return []


class _Networks:
    """See `habeas.cameras.fleet.Networks`."""

    def of(self, _: object, __: Callable[[], bool] = lambda: False) -> Detector:
        return Nobody()


def proportional(pid: int) -> int:
    """Bytes of a process's memory: proportional set size."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    (line,) = (each for each in lines if each.startswith("Pss:"))
    return int(line.split()[1]) * 1024


def taken(file: Path, count: int) -> tuple[int, float]:
    """Bytes of a process that records *count* cameras of *file*; pictures a second of each."""
    with tempfile.TemporaryDirectory() as made, sources(file, count) as urls:
        folder = Path(made)
        listed = together(folder, urls)
        start = "import sys; from bench.cameras.memory import record; record(*sys.argv[1:])"
        running = subprocess.Popen(
            [sys.executable, "-c", start, str(listed), str(folder / "all")],
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        )
        try:
            time.sleep(_FILLED)
            rates = [json.loads(each.read_text())["rate"]
                     for each in folder.glob("all/*/health.json")]  # fmt: skip
            return proportional(running.pid), sum(rates) / count
        finally:
            running.terminate()
            running.wait()


def further(file: Path) -> tuple[float, float]:
    """Bytes of a further camera of *file*, and the pictures a second at which it takes them."""
    (one, _), (many, rate) = (taken(file, count) for count in (1, _MANY))
    return (many - one) / (_MANY - 1), rate


def record(listed: str, folder: str) -> None:
    """Record the cameras that *listed* names, until this process is ended."""
    from habeas.cameras import declarations, memory  # noqa: PLC0415 - as `habeas cameras serve`

    memory.bound()
    from habeas.cameras.fleet import Fleet, reach, recorders  # noqa: PLC0415
    from habeas.cameras.recordings import Recordings  # noqa: PLC0415
    from habeas.tlog import NoteSigner  # noqa: PLC0415

    place, networks = Recordings(Path(folder)), _Networks()

    def say(_: str) -> None:
        pass

    cameras, signer = declarations.load(Path(listed)), NoteSigner.generate("bench.test/recorder")
    for each in cameras:
        place.write_camera(each.public(), datetime.now(UTC).date(), signer)
    reached = reach(cameras)
    fleet = Fleet(recorders(reached, place, networks, say), say)  # type: ignore[arg-type]
    threading.Thread(target=fleet.run, daemon=True).start()
    threading.Event().wait()


if __name__ == "__main__":
    more, seen = further(Path(sys.argv[1]))
    print(f"a further camera takes {more / 1e6:.1f} MB at {seen:.1f} pictures a second")
