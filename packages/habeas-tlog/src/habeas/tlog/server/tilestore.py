"""C2SP tlog-tiles as they are stored: tiles and bundles by name, and subtree hashes out of them."""

from __future__ import annotations

from functools import lru_cache

from habeas.tlog.errors import CorruptLogError, FormatError
from habeas.tlog.server.objects import Objects
from habeas.tlog.tiles import (
    TILE_HEIGHT,
    TILE_WIDTH,
    Tile,
    bundles_of,
    check_shape,
    decode_bundle,
    encode_bundle,
    holding,
    tiles_of,
)
from habeas.tlog.tree import NodeHash, node_hash

#: Tiles and hashes that are kept: few, for memory must not follow the log's size.
_ROWS, _NODES = 128, 16384


def narrowed(tile: Tile, wider: bytes) -> bytes:
    """A partial tile or bundle, cut from one of the same place that has more."""
    if tile.level >= 0:
        return wider[: tile.width * 32]
    return encode_bundle(decode_bundle(wider)[: tile.width])


class TileStore:
    """The tiles of one log in the place of its public files.

    Args:
        objects: that place.
    """

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._row = lru_cache(maxsize=_ROWS)(self.read)
        self._node = lru_cache(maxsize=_NODES)(self._compute_node)

    def read(self, tile: Tile) -> bytes:
        """A tile or bundle. A partial one that was tidied away is cut from the full one.

        Raises:
            FileNotFoundError: there is none.
            OSError: the store does not answer.
            CorruptLogError: what is stored is not what its name says.
        """
        try:
            return self._whole(tile)
        except FileNotFoundError:
            if tile.width == TILE_WIDTH:
                raise
        return narrowed(tile, self._whole(Tile(tile.level, tile.index)))

    def _whole(self, tile: Tile) -> bytes:
        content = self._objects.read(tile.path())
        try:
            check_shape(tile, content)
        except FormatError as error:
            raise CorruptLogError(tile.path(), error.cause) from error
        return content

    def lay_out_at(self, size: int, whole: int) -> None:
        """Write the partial tiles and bundle of *size*, where a log of *whole* entries lacks them.

        Raises:
            OSError: the store does not take them.
        """
        for tile in (*tiles_of(size), *bundles_of(size)) if size < whole else ():
            if tile.width == TILE_WIDTH:
                continue
            try:
                self.read(tile)
            except FileNotFoundError:
                there = (whole >> (TILE_HEIGHT * max(tile.level, 0))) - tile.index * TILE_WIDTH
                wider = self.read(Tile(tile.level, tile.index, there))
                self._objects.write([(tile.path(), narrowed(tile, wider))])

    def left_behind(self, settled: int, size: int) -> list[str]:
        """Partial files that a crash kept from being deleted when their full one was durable.

        Whatever became full below *settled* was tidied before that size was written down.
        """
        left: list[str] = []
        level, first, end = 0, settled // TILE_WIDTH, size // TILE_WIDTH
        while end:
            kinds = (0, -1) if level == 0 else (level,)
            for index in range(first, end):
                for kind in kinds:
                    left += self._objects.partials(Tile(kind, index).path())
            level, first, end = level + 1, first // TILE_WIDTH, end // TILE_WIDTH
        return left

    def node_of(self, size: int) -> NodeHash:
        """The hashes of complete subtrees of the tree of *size* leaves, by level and index."""

        def node(level: int, index: int) -> bytes:
            hash_: bytes = self._node(level, index, holding(level, index, size)[0].width)
            return hash_

        return node

    def _compute_node(self, level: int, index: int, width: int) -> bytes:
        if level % TILE_HEIGHT == 0:
            row: bytes = self._row(Tile(level // TILE_HEIGHT, index // TILE_WIDTH, width))
            at = index % TILE_WIDTH * 32
            return row[at : at + 32]
        return node_hash(
            self._node(level - 1, 2 * index, width), self._node(level - 1, 2 * index + 1, width)
        )
