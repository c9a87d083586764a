"""C2SP tlog-tiles as they are stored: tiles and bundles by name, and subtree hashes out of them."""

from __future__ import annotations

from functools import lru_cache

from habeas.tlog.errors import CorruptLogError, FormatError
from habeas.tlog.server.objects import Objects
from habeas.tlog.tiles import (
    TILE_HEIGHT,
    TILE_WIDTH,
    Tile,
    check_shape,
    decode_bundle,
    encode_bundle,
    holding,
)
from habeas.tlog.tree import NodeHash, node_hash

#: Tiles and hashes that are kept: few, for memory must not follow the log's size.
_ROWS, _NODES = 128, 16384


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
        full = self._whole(Tile(tile.level, tile.index))
        if tile.level >= 0:
            return full[: tile.width * 32]
        return encode_bundle(decode_bundle(full, TILE_WIDTH)[: tile.width])

    def _whole(self, tile: Tile) -> bytes:
        content = self._objects.read(tile.path())
        try:
            check_shape(tile, content)
        except FormatError as error:
            raise CorruptLogError(tile.path(), error.cause) from error
        return content

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
