"""Appending in the log's own process, against a bare writer of the same batches."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import uvloop

from bench.tlog.common import ORIGIN, WRITER, cores, entry_of, new_log, row, signed
from habeas import tlog
from habeas.foundation import durable
from habeas.tlog.admission import Admission, AdmitAnything, AdmitSigned, InWorkers
from habeas.tlog.server import FileStorage, Sequencer, read_signer
from habeas.tlog.tiles import TILE_WIDTH, bundles_of, encode_bundle, tiles_of


async def _append(
    folder: Path,
    policy: tlog.Policy,
    callers: int,
    total: int,
    admission: Admission | None = None,
    entry: Callable[[int], bytes] = entry_of,
) -> list[float]:
    """Seconds that each call took; the last item is the whole."""
    signer, takes = read_signer(folder), admission or AdmitAnything()
    log = Sequencer(FileStorage(folder), signer, policy, takes, interval=0)
    await log.start()
    took: list[float] = []

    async def caller(which: int) -> None:
        for n in range(total // callers):
            began = time.perf_counter()
            await log.append(entry(which * total + n))
            took.append(time.perf_counter() - began)

    began = time.perf_counter()
    await asyncio.gather(*(caller(which) for which in range(callers)))
    took.append(time.perf_counter() - began)
    await log.stop()
    return took


def _batch(place: Path) -> float:
    """Median seconds of one fsync'd batch of the storage: one entry, committed and published."""
    folder, _ = new_log(place, "batch")
    signer = read_signer(folder)
    took = []
    with FileStorage(folder) as storage:
        for n in range(300):
            began = time.perf_counter()
            storage.append([entry_of(n)])
            storage.lay_out()
            tree = storage.tree
            storage.publish(signer.sign(tlog.Checkpoint(ORIGIN, tree.size, tree.root()).text()))
            took.append(time.perf_counter() - began)
    return statistics.median(took)


def _bare(place: Path, name: str, batch: int, total: int) -> float:
    """Entries a second of a bare writer of the same batches: no tree, no signatures.

    One SQLite transaction for each batch, and the same files that the log writes for it, of the
    same lengths, each synced: bundles, tiles, and the checkpoint that is replaced.
    """
    folder = place / name
    folder.mkdir()
    database = sqlite3.connect(folder / "bare.sqlite3", isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("CREATE TABLE entry (first INTEGER PRIMARY KEY, content BLOB)")
    kept: list[bytes] = []
    start = 0
    began = time.perf_counter()
    for first in range(0, total, batch):
        entries = [entry_of(n) for n in range(first, first + batch)]
        content = encode_bundle(entries)
        database.execute("BEGIN IMMEDIATE")
        database.execute("INSERT INTO entry VALUES (?, ?)", (first, content))
        database.execute("COMMIT")
        kept += entries
        for bundle in bundles_of(first + batch, first):
            at = bundle.index * TILE_WIDTH - start
            _synced(folder / bundle.path(), encode_bundle(kept[at : at + bundle.width]))
        kept = kept[(first + batch) // TILE_WIDTH * TILE_WIDTH - start :]
        start = (first + batch) // TILE_WIDTH * TILE_WIDTH
        for tile in tiles_of(first + batch, first):
            _synced(folder / tile.path(), bytes(32 * tile.width))
        _synced(folder / "checkpoint.part", bytes(4000))
        (folder / "checkpoint.part").replace(folder / "checkpoint")
        durable.sync(folder)
    took = time.perf_counter() - began
    database.close()
    return total / took


def _synced(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())


def _verified(some: int = 2_000) -> float:
    """Entries a second whose signatures all cores together check, where nothing else is done."""
    takes, entries = AdmitSigned([WRITER.verifier]), [signed(n) for n in range(some)]
    best = float("inf")
    for _ in range(3):
        began = time.process_time()
        for entry in entries:
            takes.admit(entry)
        best = min(best, time.process_time() - began)
    return cores() * some / best


def appending(place: Path) -> dict[int, float]:
    """Gives entries a second by the number of callers."""
    figures = {}
    for callers, total, wanted in ((64, 60_000, 0.5), (1024, 150_000, 0.6)):
        rates, bare, ratios = [], [], []
        for n in range(3):
            folder, policy = new_log(place, f"append-{callers}-{n}")
            rates.append(total / uvloop.run(_append(folder, policy, callers, total))[-1])
            some = total // callers // 10 * callers
            bare.append(_bare(place, f"bare-{callers}-{n}", callers, some))
            ratios.append(rates[-1] / bare[-1])
        figures[callers] = statistics.median(rates)
        figure = f"{statistics.median(ratios):.2f} x bare ({figures[callers]:,.0f}/s)"
        row(f"append, durable, {callers} callers in process", figure, f"at least {wanted} x")
    for callers, total in ((64, 12_000), (1024, 20_000)):
        for which in range(callers):
            for n in range(total // callers):
                signed(which * total + n)
        with ProcessPoolExecutor() as pool:
            takes = InWorkers(AdmitSigned([WRITER.verifier]), pool)
            rates, ratios = [], []
            for n in range(5):
                folder, policy = new_log(place, f"open-{callers}-{n}")
                plain = uvloop.run(_append(folder, policy, callers, total, None, signed))[-1]
                folder, policy = new_log(place, f"signed-{callers}-{n}")
                checked = uvloop.run(_append(folder, policy, callers, total, takes, signed))[-1]
                rates.append(total / plain)
                ratios.append(plain / checked)
        figure = f"{statistics.median(ratios):.2f} x without ({cores()} cores)"
        row(f"the same, each signature checked, {callers} callers", figure, "at least 0.7 x")
        asked = f"0.7 x is {0.7 * statistics.median(rates):,.0f}/s"
        row("  checking alone, on all cores", f"{_verified():,.0f}/s", asked)
    batch = _batch(place)
    folder, policy = new_log(place, "single")
    single = statistics.median(uvloop.run(_append(folder, policy, 1, 600))[:-1])
    figure = f"{single * 1e3:.2f} ms = {single / batch:.2f} batches"
    row("append, one caller, p50", figure, "at most 1.5 batches")
    return figures
