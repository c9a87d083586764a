"""A machine of two dies: how soon its cameras are recorded by the other one, and none twice.

    python -m bench cameras.fleet

Two Ray nodes on this machine, synthetic cameras of reduced size, and `habeas cameras serve
--cluster`. One node is killed with everything below it, as a power cut would do it. What is
printed is read from the segments on the disk, by their own times: from the cut to the first
picture of each camera that counts again, and what is missing of it in between.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console

from bench.cameras.declaring import sources, together
from bench.cameras.source import film
from habeas.cameras.hours import length_of
from habeas.cameras.leases import LeaseFiles
from habeas.cameras.recordings import Recordings, SegmentFile
from tests.media.video.power import below, cut_power

#: `HABEAS_BENCH_CAMERAS` changes it.
_CAMERAS = int(os.environ.get("HABEAS_BENCH_CAMERAS", "200"))
_WIDTH, _HEIGHT, _FPS = 160, 96, 1
_SITES = ("east", "west")
_GOAL = 15.0
#: Seconds: for all to be recorded, of recording before the cut, and for all to be recorded again.
_STARTING, _BEFORE, _AFTER = 240.0, 15.0, 90.0


def _until(condition: Callable[[], bool], seconds: float) -> bool:
    give_up = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > give_up:
            return False
        time.sleep(0.5)
    return True


@contextlib.contextmanager
def _nodes() -> Iterator[tuple[Any, Any]]:
    """A cluster of a node for each site; the address, and the second node."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    from ray.cluster_utils import Cluster  # noqa: PLC0415 - slow to load

    running: Any = Cluster()
    try:
        lean = {"num_cpus": 1, "include_dashboard": False, "no_monitor": True}
        running.add_node(**lean, labels={"habeas-site": _SITES[0]})
        yield running, running.add_node(**lean, labels={"habeas-site": _SITES[1]})
    finally:
        running.shutdown()


class Fleet:
    """What a bench sees of the fleet: its folder of recordings.

    Args:
        folder: of recordings.
        cameras: how many.
    """

    def __init__(self, folder: Path, cameras: int) -> None:
        self._place, self._leases = Recordings(folder), LeaseFiles(folder)
        self.ids = [f"camera-{number}" for number in range(cameras)]

    def segments(self, camera: str) -> list[SegmentFile]:
        """All of the camera's, in order."""
        now = datetime.now(UTC)
        return self._place.segments(camera, now - timedelta(hours=2), now + timedelta(minutes=1))

    def held_by(self, processes: set[int]) -> list[str]:
        """Cameras whose leases *processes* hold."""
        found = []
        for each in self.ids:
            lease = self._leases.read(each)
            if lease and not lease.released and int(lease.holder.split("-")[-2]) in processes:
                found.append(each)
        return found

    def recorded(self, cameras: list[str], since: datetime) -> int:
        """How many of *cameras* have a segment that began after *since*."""
        return sum(any(s.start > since for s in self.segments(each)) for each in cameras)


def _length(segment: SegmentFile) -> timedelta:
    found = length_of(segment.path)
    return timedelta(seconds=found.seconds if found else 0.0)


def _report(console: Console, fleet: Fleet, lost: list[str], cut: datetime) -> None:
    again, missing, twice, segments = [], [], 0, 0
    for each in fleet.ids:
        found = fleet.segments(each)
        segments += len(found)
        twice += sum(a.start + _length(a) > b.start for a, b in itertools.pairwise(found))
    for each in lost:
        found = fleet.segments(each)
        after = [one for one in found if one.start > cut]
        if after:
            again.append((after[0].start - cut).total_seconds())
            before = max((one.start + _length(one) for one in found if one.start <= cut),
                         default=cut)  # fmt: skip
            missing.append((after[0].start - before).total_seconds())
    console.print(f"{segments} segments of {len(fleet.ids)} cameras; {twice} overlap another")
    console.print(f"recorded on the machine that died: {len(lost)}; again: {len(again)}")
    if again:
        well = len(again) == len(lost) and max(again) <= _GOAL
        console.print(
            f"from the cut to the first picture that counts: median {statistics.median(again):.1f}"
            f" s, last {max(again):.1f} s; goal {_GOAL:.0f} s, {'' if well else 'not '}reached",
            soft_wrap=True,
        )
        console.print(
            f"missing of each in its hour: median {statistics.median(missing):.1f} s, "
            f"most {max(missing):.1f} s"
        )


def run(cameras: int = _CAMERAS) -> None:
    """Print how soon cameras of a machine that died are recorded again."""
    console = Console()
    with contextlib.ExitStack() as open_:
        folder = Path(open_.enter_context(tempfile.TemporaryDirectory()))
        shown = film(folder / "small.ts", _WIDTH, _HEIGHT, _FPS)
        urls = open_.enter_context(sources(shown, cameras))
        file, fleet = together(folder, urls, _SITES), Fleet(folder / "all", cameras)
        running, second = open_.enter_context(_nodes())
        told = open_.enter_context((folder / "said").open("w"))
        command = [sys.executable, "-m", "habeas.cli", "cameras", "serve", str(file),
                   "--recordings", str(folder / "all"), "--cluster", running.address]  # fmt: skip
        served = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=told)
        try:
            began = datetime.now(UTC)
            if not _until(lambda: fleet.recorded(fleet.ids, began) == cameras, _STARTING):
                count = fleet.recorded(fleet.ids, began)
                console.print(f"after {_STARTING:.0f} s {count} of {cameras} cameras are recorded")
            time.sleep(_BEFORE)
            raylet = second.all_processes["raylet"][0].process.pid
            lost = fleet.held_by(set(below(raylet)))
            cut = datetime.now(UTC)
            cut_power(second)
            _until(lambda: fleet.recorded(lost, cut) == len(lost), _AFTER)
        finally:
            served.terminate()
            served.wait()
        _report(console, fleet, lost, cut)
