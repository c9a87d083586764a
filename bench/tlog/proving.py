"""Proving one entry of a very large log: how many tiles that reads, and how long it takes."""

from __future__ import annotations

import hashlib
import statistics
import time
from pathlib import Path

from bench.tlog.common import row
from habeas import tlog
from habeas.tlog.server.objects import FolderObjects
from habeas.tlog.tiles import Tile, TileNodes, holding


class _Counting:
    """Reads tiles from files and counts them."""

    def __init__(self, objects: FolderObjects) -> None:
        self.reads = 0
        self._objects = objects

    def tile(self, tile: Tile) -> bytes:
        self.reads += 1
        return self._objects.read(tile.path())


def proving(place: Path) -> None:
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
    row("inclusion proof, 100,000,000 entries, warm", figure, "at most 5 reads, 2 ms")


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
