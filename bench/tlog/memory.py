"""Memory of a log's process, and bytes of its index, as the log grows."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import sqlite3
from pathlib import Path

from bench.tlog.common import fill, new_log, row
from habeas import tlog
from habeas.tlog.admission import AdmitAnything
from habeas.tlog.server import FileStorage, Sequencer, read_signer


def _resident(folder: Path, entries: int, answer: multiprocessing.Queue[int]) -> None:
    """Peak resident KiB of a process that opens the log, appends and proves."""

    async def work() -> None:
        policy = tlog.Policy.parse((folder / "policy.txt").read_bytes())
        log = Sequencer(
            FileStorage(folder), read_signer(folder), policy, AdmitAnything(), interval=0
        )
        await log.start()
        for n in range(20):
            indices = await asyncio.gather(*(log.append(b"%d %d" % (n, k)) for k in range(500)))
            for index in indices[::10]:
                log.proof(index)
                log.proof(index * 7919 % entries)
        await log.stop()

    asyncio.run(work())
    status = Path("/proc/self/status").read_text()
    answer.put(int(status.split("VmHWM:")[1].split()[0]))


def _index(folder: Path) -> int:
    """Bytes of the database's pages that hold something."""
    with contextlib.closing(sqlite3.connect(folder / "log.sqlite3")) as database:
        pages, free, size = (
            database.execute(f"PRAGMA {each}").fetchone()[0]
            for each in ("page_count", "freelist_count", "page_size")
        )
    return int((pages - free) * size)


def memory(place: Path) -> None:
    sizes = [10_000, 1_000_000]
    if os.environ.get("HABEAS_BENCH_LARGE"):
        sizes.append(10_000_000)
    folder, policy = new_log(place, "memory")
    context = multiprocessing.get_context("spawn")
    peaks: list[float] = []
    begin = 0
    for size in sizes:
        fill(folder, policy, size + 10_000 * len(peaks), begin)
        answer = context.Queue()
        process = context.Process(target=_resident, args=(folder, size, answer))
        process.start()
        peaks.append(answer.get(timeout=300))
        process.join()
        begin = size + 10_000 * len(peaks)
    figure = ", ".join(f"{peak / 1024:.0f}" for peak in peaks) + " MiB"
    row("the index, bytes for each entry", f"{_index(folder) / begin:.1f}", "some 50")
    row(f"peak memory at {', '.join(f'{size:,}' for size in sizes)}", figure, "does not grow")
