"""The log: appending, verifying, proving, and memory, in one run."""

from __future__ import annotations

import asyncio
import functools
import hashlib
import multiprocessing
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import uvloop

from habeas import tlog
from habeas.foundation import durable
from habeas.foundation.database import Database
from habeas.tlog.admission import Admission, AdmitAnything, AdmitSigned, InWorkers
from habeas.tlog.client import LogClient
from habeas.tlog.server import FileStorage, Sequencer, init_log, read_signer
from habeas.tlog.server.objects import FolderObjects
from habeas.tlog.tiles import Tile, TileNodes, encode_bundle, holding
from habeas.tlog.verifying import Folder, verify_log
from habeas.tlog.view import LogView

_ENTRY = 256
_ORIGIN = "log.example/bench"


def run() -> None:
    with tempfile.TemporaryDirectory(prefix="habeas-bench-") as place:
        in_process = _appending(Path(place))
        _http(Path(place), in_process)
        _verifying(Path(place))
        _proving(Path(place))
        _memory(Path(place))


def _row(what: str, figure: str, wanted: str) -> None:
    print(f"  {what:<52} {figure:>26}   {wanted}", flush=True)


def _new(place: Path, name: str) -> tuple[Path, tlog.Policy]:
    folder = place / name
    init_log(folder, _ORIGIN, anybody=True)
    return folder, tlog.Policy.parse((folder / "policy.txt").read_text())


def _entry(number: int) -> bytes:
    return b"%d" % number + bytes(_ENTRY - len(b"%d" % number))


#: Signed entries for the figures with an admission: the cost is in checking, not in making.
_WRITER = tlog.NoteSigner("writer.example/bench", bytes(32))


@functools.cache
def _signed(number: int) -> bytes:
    return _WRITER.sign(f"{number} {'x' * 120}\n").encode()


def _signed_entries(total: int, callers: int) -> None:
    """Make what the callers will send, before the clock runs."""
    for which in range(callers):
        for n in range(total // callers):
            _signed(which * total + n)


async def _append(
    folder: Path,
    policy: tlog.Policy,
    callers: int,
    total: int,
    admission: Admission | None = None,
    entry: Callable[[int], bytes] = _entry,
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
    folder, _ = _new(place, "batch")
    signer = read_signer(folder)
    took = []
    with FileStorage(folder) as storage:
        for n in range(300):
            began = time.perf_counter()
            storage.append([_entry(n)])
            storage.lay_out()
            tree = storage.tree
            storage.publish(signer.sign(tlog.Checkpoint(_ORIGIN, tree.size, tree.root()).text()))
            took.append(time.perf_counter() - began)
    return statistics.median(took)


def _bare(place: Path, name: str, batch: int, total: int) -> float:
    """Entries a second of a bare writer of the same batches: no tree, no signatures.

    One SQLite transaction for each batch, and the same files, each synced: the hashes' and
    the entries' (32 bytes and the entry for each), and a small one that is replaced.
    """
    folder = place / name
    folder.mkdir()
    database = sqlite3.connect(folder / "bare.sqlite3", isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("CREATE TABLE entry (first INTEGER PRIMARY KEY, content BLOB)")
    began = time.perf_counter()
    for first in range(0, total, batch):
        content = encode_bundle([_entry(n) for n in range(first, first + batch)])
        database.execute("BEGIN IMMEDIATE")
        database.execute("INSERT INTO entry VALUES (?, ?)", (first, content))
        database.execute("COMMIT")
        _synced(folder / f"{first}.entries", content)
        _synced(folder / f"{first}.hashes", bytes(32 * batch))
        _synced(folder / "checkpoint.part", bytes(200))
        (folder / "checkpoint.part").replace(folder / "checkpoint")
        durable.sync(folder)
    took = time.perf_counter() - began
    database.close()
    return total / took


def _synced(file: Path, content: bytes) -> None:
    with file.open("wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())


def _appending(place: Path) -> float:
    """Gives entries a second with 64 callers."""
    figures = {}
    for callers, total, wanted in ((64, 60_000, 0.5), (1024, 150_000, 0.6)):
        rates, bare, ratios = [], [], []
        for n in range(3):
            folder, policy = _new(place, f"append-{callers}-{n}")
            rates.append(total / uvloop.run(_append(folder, policy, callers, total))[-1])
            some = total // callers // 10 * callers
            bare.append(_bare(place, f"bare-{callers}-{n}", callers, some))
            ratios.append(rates[-1] / bare[-1])
        figures[callers] = statistics.median(rates)
        figure = f"{statistics.median(ratios):.2f} x bare ({figures[callers]:,.0f}/s)"
        _row(f"append, durable, {callers} callers in process", figure, f"at least {wanted} x")
    for callers, total in ((64, 12_000), (1024, 20_000)):
        _signed_entries(total, callers)
        with ProcessPoolExecutor() as pool:
            takes = InWorkers(AdmitSigned([_WRITER.verifier]), pool)
            ratios = []
            for n in range(3):
                folder, policy = _new(place, f"open-{callers}-{n}")
                plain = uvloop.run(_append(folder, policy, callers, total, None, _signed))[-1]
                folder, policy = _new(place, f"signed-{callers}-{n}")
                checked = uvloop.run(_append(folder, policy, callers, total, takes, _signed))[-1]
                ratios.append(plain / checked)
        figure = f"{statistics.median(ratios):.2f} x without ({os.cpu_count()} cores)"
        _row(f"the same, each signature checked, {callers} callers", figure, "at least 0.7 x")
    batch = _batch(place)
    folder, policy = _new(place, "single")
    single = statistics.median(uvloop.run(_append(folder, policy, 1, 600))[:-1])
    figure = f"{single * 1e3:.2f} ms = {single / batch:.2f} batches"
    _row("append, one caller, p50", figure, "at most 1.5 batches")
    return figures[64]


async def _http_caller(port: int, first: int, until: float, size: int) -> int:
    """Entries that one connection has appended; in bundles of *size*, or one by one for 0."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    path = "/append-bundle" if size else "/append"
    done = 0
    while time.monotonic() < until:
        body = _entry(first + done)
        if size:
            body = encode_bundle([_entry(first + done + n) for n in range(size)])
        head = f"POST {path} HTTP/1.1\r\nHost: log\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 200"), answer
        length = int(answer.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        done += size or 1
    writer.close()
    return done


async def _http_callers(port: int, callers: int, first: int, seconds: float, size: int) -> int:
    until = time.monotonic() + seconds
    work = [_http_caller(port, first + n * 10_000_000, until, size) for n in range(callers)]
    return sum(await asyncio.gather(*work))


def _http(place: Path, in_process: float) -> None:
    folder, _ = _new(place, "http")
    port = 18_000 + os.getpid() % 10_000
    command = [sys.executable, "-m", "habeas.tlog", "serve", "--data", str(folder)]
    command += ["--port", str(port), "--interval", "0.02"]
    server = subprocess.Popen(command)
    seconds = 6.0
    try:
        with LogClient(f"http://127.0.0.1:{port}") as log:
            _until(lambda: log.append(b"ready") is not None)
        proofs = uvloop.run(_http_callers(port, 256, 0, seconds, 0)) / seconds
        bundles = uvloop.run(_http_callers(port, 16, 10**10, seconds, 256)) / seconds
    finally:
        server.terminate()
        server.wait()
    for what, rate, wanted in (
        ("append over HTTP, 256 callers, with proofs", proofs, 0.2),
        ("append over HTTP, 16 callers, in bundles of 256", bundles, 0.6),
    ):
        figure = f"{rate / in_process:.2f} x in process ({rate:,.0f}/s)"
        _row(what, figure, f"at least {wanted} x")


def _until(ready: Callable[[], bool]) -> None:
    for _ in range(100):
        try:
            if ready():
                return
        except tlog.TlogError:
            time.sleep(0.1)
    sys.exit("The log does not start.")


def _fill(folder: Path, policy: tlog.Policy, size: int, begin: int = 0) -> None:
    """Through the storage, in batches of 16,384."""
    signer = read_signer(folder)
    with FileStorage(folder) as storage:
        for at in range(begin, size, 16_384):
            storage.append([_entry(n) for n in range(at, min(at + 16_384, size))])
            storage.lay_out()
        tree = storage.tree
        note = signer.sign(tlog.Checkpoint(_ORIGIN, tree.size, tree.root()).text())
        policy.verify(note)
        storage.publish(note)


def _hashing(size: int) -> float:
    """Seconds that hashlib alone needs for the leaves and nodes of such a log."""
    leaf, node, sha256 = b"\0" + bytes(_ENTRY), b"\1" + bytes(64), hashlib.sha256
    began = time.perf_counter()
    for _ in range(size):
        sha256(leaf).digest()
    for _ in range(size - 1):
        sha256(node).digest()
    return time.perf_counter() - began


def _verifying(place: Path) -> None:
    folder, policy = _new(place, "whole")
    _fill(folder, policy, 1_000_000)
    ratios, follows = [], []
    for _ in range(3):
        alone = _hashing(1_000_000)
        began = time.perf_counter()
        verify_log(Folder(folder / "public"), policy)
        whole = time.perf_counter() - began
        ratios.append(whole / alone)
        context = multiprocessing.get_context("spawn")
        answer = context.Queue()
        process = context.Process(target=_following, args=(folder, place / "view", answer))
        process.start()
        took, peak = answer.get(timeout=600)
        process.join()
        follows.append(took / whole)
    figure = f"{statistics.median(ratios):.2f} x hashlib ({whole:.1f} s)"
    _row("verify a log of 1,000,000 entries", figure, "at most 2 x")
    figure = f"{statistics.median(follows):.2f} x verifying, {peak / 1024:.0f} MiB"
    _row("follow it from nothing into a view", figure, "at most 3 x, flat")


def _following(folder: Path, state: Path, answer: multiprocessing.Queue[tuple[float, int]]) -> None:
    """Seconds and peak resident KiB of a view that follows the whole log."""
    policy = tlog.Policy.parse((folder / "policy.txt").read_bytes())
    state.unlink(missing_ok=True)
    with Database(state) as database:
        began = time.perf_counter()
        LogView(database, Folder(folder / "public"), policy).catch_up()
        took = time.perf_counter() - began
    status = Path("/proc/self/status").read_text()
    answer.put((took, int(status.split("VmHWM:")[1].split()[0])))


class _Counting:
    """Reads tiles from files and counts them."""

    def __init__(self, objects: FolderObjects) -> None:
        self.reads = 0
        self._objects = objects

    def tile(self, tile: Tile) -> bytes:
        self.reads += 1
        return self._objects.read(tile.path())


def _proving(place: Path) -> None:
    """Tiles on the paths of some entries of a log of 100,000,000, and no others."""
    size, chosen = 100_000_000, [0, 12_345_678, 50_000_000, 99_999_999]
    objects = FolderObjects(place / "huge")
    written: set[Tile] = set()
    for index in chosen:
        for level in range(0, (size - 1).bit_length(), 8):
            _write_path(objects, written, level, index, size)
    counting = _Counting(objects)
    tlog.inclusion_path(0, size, TileNodes(size, counting.tile))
    first = counting.reads
    nodes = TileNodes(size, counting.tile)
    tlog.inclusion_path(0, size, nodes)
    took, most = [], 0
    for index in chosen * 50:
        nodes._full.clear()  # noqa: SLF001 - every proof reads its own path again
        counting.reads = 0
        began = time.perf_counter()
        tlog.inclusion_path(index, size, nodes)
        took.append(time.perf_counter() - began)
        most = max(most, counting.reads)
    figure = f"{most} reads (the first {first}), {statistics.median(took) * 1e3:.2f} ms"
    _row("inclusion proof, 100,000,000 entries, warm", figure, "at most 5 reads, 2 ms")


def _write_path(
    objects: FolderObjects, written: set[Tile], level: int, index: int, size: int
) -> None:
    for at in {index >> level, (size >> level) - 1}:
        if at < 0 or at >= size >> level:
            continue
        tile, _ = holding(level, at, size)
        if tile not in written:
            content = b"".join(
                hashlib.sha256(b"%d %d %d" % (tile.level, tile.index, n)).digest()
                for n in range(tile.width)
            )
            objects.write([(tile.path(), content)])
            written.add(tile)


def _resident(folder: Path, entries: int, answer: multiprocessing.Queue[int]) -> None:
    """Peak resident KiB of a process that opens the log, appends and proves."""

    async def work() -> None:
        policy = tlog.Policy.parse((folder / "policy.txt").read_text())
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


def _memory(place: Path) -> None:
    sizes = [10_000, 1_000_000]
    if os.environ.get("HABEAS_BENCH_LARGE"):
        sizes.append(10_000_000)
    folder, policy = _new(place, "memory")
    context = multiprocessing.get_context("spawn")
    peaks: list[float] = []
    begin = 0
    for size in sizes:
        _fill(folder, policy, size + 10_000 * len(peaks), begin)
        answer = context.Queue()
        process = context.Process(target=_resident, args=(folder, size, answer))
        process.start()
        peaks.append(answer.get(timeout=300))
        process.join()
        begin = size + 10_000 * len(peaks)
    figure = ", ".join(f"{peak / 1024:.0f}" for peak in peaks) + " MiB"
    _row(f"peak memory at {', '.join(f'{size:,}' for size in sizes)}", figure, "does not grow")
