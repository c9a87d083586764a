"""Verifying a whole log, and following it into a view; both against hashing alone."""

from __future__ import annotations

import hashlib
import multiprocessing
import queue
import statistics
import time
from pathlib import Path

from bench.tlog.common import ENTRY, fill, new_log, row
from habeas import tlog
from habeas.foundation.database import Database
from habeas.tlog.verifying import Folder, verify_log
from habeas.tlog.view import LogView

SIZE = 1_000_000


def _hashing(size: int) -> float:
    """Seconds that hashlib alone needs for the leaves and nodes of such a log."""
    leaf, node, sha256 = b"\0" + bytes(ENTRY), b"\1" + bytes(64), hashlib.sha256
    began = time.perf_counter()
    for _ in range(size):
        sha256(leaf).digest()
    for _ in range(size - 1):
        sha256(node).digest()
    return time.perf_counter() - began


def verifying(place: Path) -> float:
    """Gives the seconds of verifying a log of `SIZE` entries."""
    folder, policy = new_log(place, "whole")
    fill(folder, policy, SIZE)
    ratios, follows, wholes, peaks = [], [], [], []
    for n in range(3):
        alone = _hashing(SIZE)
        began = time.perf_counter()
        verify_log(Folder(folder / "public"), policy)
        wholes.append(time.perf_counter() - began)
        ratios.append(wholes[-1] / alone)
        took, peak = _in_a_process(folder, place / f"view-{n}")
        follows.append(took / wholes[-1])
        peaks.append(peak)
    whole = statistics.median(wholes)
    figure = f"{statistics.median(ratios):.2f} x hashlib ({whole:.1f} s)"
    row(f"verify a log of {SIZE:,} entries", figure, "at most 2 x")
    figure = f"{statistics.median(follows):.2f} x verifying, {max(peaks) / 1024:.0f} MiB"
    row("follow it from nothing into a view", figure, "at most 3 x, flat")
    took, peak, kills = _killed(folder, place / "view-killed", whole)
    figure = f"{took / whole:.2f} x verifying, {peak / 1024:.0f} MiB"
    row(f"the same, killed {kills} times on its way", figure, "arrives")
    small, policy = new_log(place, "tenth")
    fill(small, policy, SIZE // 10)
    _, peak = _in_a_process(small, place / "view-small")
    row(f"memory of following {SIZE // 10:,} entries", f"{peak / 1024:.0f} MiB", "the same")
    return whole


def _process(
    folder: Path, state: Path
) -> tuple[multiprocessing.Process, multiprocessing.Queue[tuple[float, int]]]:
    context = multiprocessing.get_context("spawn")
    answer: multiprocessing.Queue[tuple[float, int]] = context.Queue()
    process = context.Process(target=_following, args=(folder, state, answer))
    process.start()
    return process, answer  # type: ignore[return-value]


def _in_a_process(folder: Path, state: Path) -> tuple[float, int]:
    process, answer = _process(folder, state)
    told = answer.get(timeout=600)
    process.join()
    return told


def _killed(folder: Path, state: Path, whole: float) -> tuple[float, int, int]:
    """Follow, and be killed a few times: seconds of the last, its memory, and how many kills."""
    kills = 0
    for _ in range(3):
        process, answer = _process(folder, state)
        try:
            told = answer.get(timeout=whole / 2 + 1.0)
        except queue.Empty:
            process.kill()
            process.join()
            kills += 1
        else:
            process.join()
            return *told, kills
    return *_in_a_process(folder, state), kills


def _following(folder: Path, state: Path, answer: multiprocessing.Queue[tuple[float, int]]) -> None:
    """Seconds and peak resident KiB of a view that follows the log from where it is."""
    policy = tlog.Policy.parse((folder / "policy.txt").read_bytes())
    with Database(state) as database:
        began = time.perf_counter()
        LogView(database, Folder(folder / "public"), policy).catch_up()
        took = time.perf_counter() - began
    status = Path("/proc/self/status").read_text()
    answer.put((took, int(status.split("VmHWM:")[1].split()[0])))
