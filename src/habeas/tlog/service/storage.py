"""Where a log lies: tiles as files that anybody can serve, the writer's state in SQLite.

The order of writing makes every crash harmless. Tiles of the new tree come first, each
synced and renamed into place; then one SQLite transaction makes the batch part of the
tree; only then is the tree signed. What a crash leaves behind before the transaction is
overwritten by the next batch, and no checkpoint ever spoke of it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import sqlite3
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Protocol, Self

from habeas.tlog.errors import LogUnavailableError, TlogError
from habeas.tlog.tiles import (
    TILE_WIDTH,
    Tile,
    bundles_of,
    decode_bundle,
    encode_bundle,
    holding,
    split_tile,
    tiles_of,
)
from habeas.tlog.tree import Frontier, leaf_hash, node_hash

_SCHEMA = """
CREATE TABLE IF NOT EXISTS tree (
  one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL, hashes BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS position (
  entry BLOB PRIMARY KEY, position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
"""


class LogLockedError(TlogError):
    """Another process writes this log."""

    code = "log-locked"
    remedy = "One log has one writer. Stop the other one, or use another folder."


class Storage(Protocol):
    """What the sequencer asks of a storage."""

    def tree(self) -> Frontier:
        """The tree as it was committed."""

    def find(self, digests: Sequence[bytes]) -> dict[bytes, int]:
        """Positions of entries (by SHA-256) that are in the log."""

    def commit(self, tree: Frontier, entries: Sequence[bytes], after: Frontier) -> None:
        """Make *entries* durable parts of the log, taking it from *tree* to *after*."""

    def publish(self, note: str) -> None:
        """Store a checkpoint durably, where readers find it."""

    def published(self) -> str | None:
        """The newest published checkpoint."""

    def node(self, level: int, index: int, size: int) -> bytes:
        """The hash of a complete subtree of the tree of *size* leaves."""

    def close(self) -> None:
        """Give the storage back to the next writer."""


class FileStorage:
    """Files and SQLite in one folder. Opening it takes the writer's lock.

    Raises:
        LogLockedError: another process holds it.
    """

    def __init__(self, folder: Path) -> None:
        self._public = folder / "public"
        self._public.mkdir(parents=True, exist_ok=True)
        self._lock = (folder / "lock").open("a")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._lock.close()
            raise LogLockedError(f"The log in {folder} is being written by another process.") from (
                error
            )
        self._database = sqlite3.connect(
            folder / "log.sqlite3", isolation_level=None, check_same_thread=False
        )
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = FULL")
        self._database.executescript(_SCHEMA)
        self._full_tile = lru_cache(maxsize=512)(self._read_full_tile)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the database and give up the lock."""
        self._database.close()
        self._lock.close()

    def tree(self) -> Frontier:
        """The tree as it was committed."""
        row = self._database.execute("SELECT size, hashes FROM tree").fetchone()
        if row is None:
            return Frontier()
        return Frontier(row[0], tuple(row[1][at : at + 32] for at in range(0, len(row[1]), 32)))

    def find(self, digests: Sequence[bytes]) -> dict[bytes, int]:
        """Positions of entries (by SHA-256) that are in the log."""
        found: dict[bytes, int] = {}
        for at in range(0, len(digests), 500):
            some = digests[at : at + 500]
            marks = ",".join("?" * len(some))
            found |= dict(
                self._database.execute(
                    f"SELECT entry, position FROM position WHERE entry IN ({marks})",  # noqa: S608
                    some,
                )
            )
        return found

    def commit(self, tree: Frontier, entries: Sequence[bytes], after: Frontier) -> None:
        """Make *entries* durable parts of the log.

        Raises:
            LogUnavailableError: the disk or the database does not take them. The log is as
                it was.
        """
        try:
            self._write_tiles(tree, entries, after)
            rows = [
                (hashlib.sha256(entry).digest(), position)
                for position, entry in enumerate(entries, start=tree.size)
            ]
            with self._database:
                self._database.execute("BEGIN IMMEDIATE")
                self._database.executemany("INSERT OR IGNORE INTO position VALUES (?, ?)", rows)
                self._database.execute(
                    "INSERT OR REPLACE INTO tree VALUES (1, ?, ?)",
                    (after.size, b"".join(after.hashes)),
                )
        except (OSError, sqlite3.Error) as error:
            raise LogUnavailableError(f"The log's storage does not take entries: {error}.") from (
                error
            )

    def _write_tiles(self, tree: Frontier, entries: Sequence[bytes], after: Frontier) -> None:
        begin, end = tree.size, after.size
        folders: set[Path] = set()
        row, first = [leaf_hash(entry) for entry in entries], begin
        kept = self._kept_entries(begin)
        for bundle in bundles_of(end, begin):
            at = bundle.index * TILE_WIDTH - begin
            content = (
                [*kept, *entries[: at + bundle.width]]
                if at < 0
                else entries[at : at + bundle.width]
            )
            self._write(bundle, encode_bundle(content), folders)
        by_level: dict[int, list[Tile]] = {}
        for tile in tiles_of(end, begin):
            by_level.setdefault(tile.level, []).append(tile)
        for level, tiles in by_level.items():
            start = first // TILE_WIDTH * TILE_WIDTH
            row = self._kept_row(level, start, first - start) + row
            for tile in tiles:
                at = tile.index * TILE_WIDTH - start
                self._write(tile, b"".join(row[at : at + tile.width]), folders)
            full = len(row) // TILE_WIDTH
            row = [_tile_root(row[at * 256 : at * 256 + 256]) for at in range(full)]
            first = start // TILE_WIDTH
        for folder in folders:
            sync_folder(folder)

    def _kept_entries(self, size: int) -> list[bytes]:
        width = size % TILE_WIDTH
        if not width:
            return []
        return decode_bundle(self._read(Tile(-1, size // TILE_WIDTH, width)), width)

    def _kept_row(self, level: int, start: int, width: int) -> list[bytes]:
        if not width:
            return []
        return split_tile(self._read(Tile(level, start // TILE_WIDTH, width)), width)

    def _read(self, tile: Tile) -> bytes:
        try:
            return (self._public / tile.path()).read_bytes()
        except FileNotFoundError:
            # The partial tile may have been tidied away once the full one stood.
            full = (self._public / Tile(tile.level, tile.index).path()).read_bytes()
            if tile.level >= 0:
                return full[: tile.width * 32]
            return encode_bundle(decode_bundle(full, TILE_WIDTH)[: tile.width])

    def _write(self, tile: Tile, content: bytes, folders: set[Path]) -> None:
        path = self._public / tile.path()
        if not path.parent.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            folders.update(p for p in path.parents if p.is_relative_to(self._public))
        write_synced(path, content)
        folders.add(path.parent)

    def publish(self, note: str) -> None:
        """Store a checkpoint durably, where readers find it.

        Raises:
            LogUnavailableError: the disk does not take it.
        """
        try:
            write_synced(self._public / "checkpoint", note.encode())
            sync_folder(self._public)
        except OSError as error:
            raise LogUnavailableError(f"The checkpoint cannot be stored: {error}.") from error

    def published(self) -> str | None:
        """The newest published checkpoint."""
        try:
            return (self._public / "checkpoint").read_text()
        except FileNotFoundError:
            return None

    def node(self, level: int, index: int, size: int) -> bytes:
        """The hash of a complete subtree of the tree of *size* leaves."""
        tile, first = holding(level, index, size)
        width = 1 << (level % 8)
        if tile.width == TILE_WIDTH:
            row = self._full_tile(tile)
        else:
            row = split_tile(self._read(tile), tile.width)
        return _tile_root(row[first : first + width])

    def _read_full_tile(self, tile: Tile) -> list[bytes]:
        return split_tile(self._read(tile), TILE_WIDTH)


def _tile_root(row: Sequence[bytes]) -> bytes:
    """The root over a power of two of hashes."""
    while len(row) > 1:
        row = [node_hash(row[i], row[i + 1]) for i in range(0, len(row), 2)]
    return row[0]


def write_synced(path: Path, content: bytes) -> None:
    """Write beside, sync, rename: readers see the old file or the new one, whole."""
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def sync_folder(folder: Path) -> None:
    """Make renames in *folder* durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
