"""C2SP tlog-tiles: the right edge of a growing log, and the files that each batch makes.

The edge is all that a writer keeps of a log: at most 255 hashes a level and 255 entries,
however large the log is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from habeas.tlog.errors import DamagedError
from habeas.tlog.tiles import (
    TILE_WIDTH,
    Tile,
    bundles_of,
    decode_bundle,
    encode_bundle,
    split_tile,
)
from habeas.tlog.tree import Frontier, complete_root, leaf_hash


class Edge:
    """Partial tiles and the partial bundle of a log of *size* entries.

    Args:
        size: entries of the log.
        rows: for each level the hashes of its partial tile, lowest level first.
        entries: those of the partial bundle.
    """

    def __init__(self, size: int, rows: list[list[bytes]], entries: list[bytes]) -> None:
        self.size = size
        self._rows = rows
        self._entries = entries

    @classmethod
    def read(cls, size: int, read: Callable[[Tile], bytes]) -> Edge:
        """The edge of a stored log; *read* gives the content of a tile or bundle.

        The bundle is held against its hashes, so that nothing is built on a file that was
        damaged since.

        Raises:
            CorruptLogError: a file has another length than its name says.
            DamagedError: the entries are not those of the hashes.
            OSError: what *read* raises.
        """
        rows, level, width = [], 0, size
        while width:
            tile = Tile(level, width // TILE_WIDTH, width % TILE_WIDTH)
            rows.append(split_tile(read(tile), tile.width) if tile.width else [])
            level, width = level + 1, width // TILE_WIDTH
        bundle = Tile(-1, size // TILE_WIDTH, size % TILE_WIDTH)
        entries = decode_bundle(read(bundle), bundle.width) if bundle.width else []
        if [leaf_hash(entry) for entry in entries] != (rows[0] if rows else []):
            raise DamagedError(f"{bundle.path()} does not hold the entries that were hashed.")
        return cls(size, rows, entries)

    def frontier(self) -> Frontier:
        """The same edge as complete subtrees, largest first."""
        hashes = []
        for row in reversed(self._rows):
            at = 0
            for bit in range(7, -1, -1):
                width = 1 << bit
                if len(row) & width:
                    hashes.append(complete_root(b"".join(row[at : at + width])))
                    at += width
        return Frontier(self.size, tuple(hashes))

    def add(self, entries: Sequence[bytes], leaves: Sequence[bytes]) -> list[tuple[Tile, bytes]]:
        """Append *entries* with their leaf hashes; gives the files that this makes."""
        begin, end = self.size, self.size + len(entries)
        start = begin // TILE_WIDTH * TILE_WIDTH
        kept = [*self._entries, *entries]
        files = []
        for bundle in bundles_of(end, begin):
            at = bundle.index * TILE_WIDTH - start
            files.append((bundle, encode_bundle(kept[at : at + bundle.width])))
        self._entries = kept[end // TILE_WIDTH * TILE_WIDTH - start :]
        self.size = end
        level, first, fresh = 0, begin, list(leaves)
        while fresh:
            if level == len(self._rows):
                self._rows.append([])
            row = self._rows[level] + fresh
            number = first // TILE_WIDTH
            fresh = []
            for at in range(0, len(row), TILE_WIDTH):
                part = row[at : at + TILE_WIDTH]
                content = b"".join(part)
                files.append((Tile(level, number, len(part)), content))
                if len(part) == TILE_WIDTH:
                    fresh.append(complete_root(content))
                    number += 1
            self._rows[level] = row[len(fresh) * TILE_WIDTH :]
            first, level = first // TILE_WIDTH, level + 1
        return files
