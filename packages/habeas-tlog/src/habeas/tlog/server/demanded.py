"""C2SP tlog-tiles: what a signed root demands of each tile and bundle, held against what is stored.

A disk or bucket that lost or changed a byte must not have caches keep the rest for ever. A full
tile's root stands in the tile above it, and so on up to the tree's right edge, whose tiles lead
to the signed root; an entry's hash stands in the lowest row.
"""

from __future__ import annotations

import hmac
import threading
from collections.abc import Callable

from habeas.tlog.checkpoint import Checkpoint
from habeas.tlog.errors import CorruptLogError, FormatError
from habeas.tlog.server.edge import Edge
from habeas.tlog.tiles import TILE_WIDTH, Tile, decode_bundle, encode_bundle, split_tile
from habeas.tlog.tree import complete_root, leaf_hash

#: Full tiles that were found right, and are not read again: 8 KiB each.
_KEPT = 512


class DemandedTiles:
    """Tiles and bundles that are what a checkpoint demands. Any thread may ask.

    Args:
        read: gives what is stored under a tile's name, or raises FileNotFoundError.
    """

    def __init__(self, read: Callable[[Tile], bytes]) -> None:
        self._stored = read
        self._full: dict[tuple[int, int], bytes] = {}
        self._edge: tuple[Checkpoint, list[bytes]] | None = None
        self._turn = threading.Lock()

    def read(self, tile: Tile, tree: Checkpoint) -> bytes:
        """A tile or bundle of a tree that has it, also one narrower than the tree's own.

        Raises:
            CorruptLogError: what is stored is missing, or not what the tree demands.
            OSError: the store does not answer.
        """
        if tile.level < 0:
            return self._bundle(tile, tree)
        return self._row(tile.level, tile.index, tree)[: tile.width * 32]

    def _bundle(self, tile: Tile, tree: Checkpoint) -> bytes:
        demanded = self._row(0, tile.index, tree)[: tile.width * 32]
        content = self._get(tile, min(TILE_WIDTH, tree.size - tile.index * TILE_WIDTH))
        try:
            entries = decode_bundle(content)[: tile.width]
        except FormatError as error:
            raise CorruptLogError(tile.path(), error.cause) from error
        if b"".join(map(leaf_hash, entries)) != demanded:
            raise CorruptLogError(tile.path(), "it does not hold the entries that were logged.")
        return encode_bundle(entries)

    def _row(self, level: int, index: int, tree: Checkpoint) -> bytes:
        """The hashes of a tile as wide as it is in this tree."""
        if (index + 1) * TILE_WIDTH > tree.size >> (8 * level):
            return self._right_edge(tree)[level]
        kept = self._full.get((level, index))
        if kept is not None:
            return kept
        above = self._row(level + 1, index // TILE_WIDTH, tree)
        at = index % TILE_WIDTH * 32
        content = self._get(Tile(level, index))
        if not hmac.compare_digest(complete_root(content), above[at : at + 32]):
            path = Tile(level, index).path()
            raise CorruptLogError(path, "it does not hold the hashes that the signed root demands.")
        with self._turn:
            if len(self._full) >= _KEPT:
                del self._full[next(iter(self._full))]
            self._full[level, index] = content
        return content

    def _right_edge(self, tree: Checkpoint) -> list[bytes]:
        """The partial tiles of the tree, lowest level first."""
        if self._edge is not None and self._edge[0] == tree:
            return self._edge[1]
        rows, level, width = [], 0, tree.size
        while width:
            tile = Tile(level, width // TILE_WIDTH, width % TILE_WIDTH)
            rows.append(self._get(tile) if tile.width else b"")
            level, width = level + 1, width // TILE_WIDTH
        hashes = [split_tile(row, len(row) // 32) for row in rows]
        root = Edge(tree.size, hashes, []).frontier().root()
        if not hmac.compare_digest(root, tree.root):
            last = Tile(0, tree.size // TILE_WIDTH, tree.size % TILE_WIDTH or TILE_WIDTH)
            raise CorruptLogError(
                last.path(), "it, or one above it, does not lead to the root that was signed."
            )
        self._edge = (tree, rows)
        return rows

    def _get(self, tile: Tile, widest: int = 0) -> bytes:
        """What is stored; of a partial bundle that is gone, the one that took its place."""
        try:
            return self._stored(tile)
        except FileNotFoundError:
            pass
        try:
            if tile.width < widest:
                return self._stored(Tile(tile.level, tile.index, widest))
        except FileNotFoundError:
            pass
        raise CorruptLogError(tile.path(), "it is missing.")
