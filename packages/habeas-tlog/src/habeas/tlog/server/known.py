"""Entries that a log has already, each held against its tree.

The database's index only says where an entry may stand: one that was damaged must not
acknowledge what the log does not have.
"""

from __future__ import annotations

import contextlib
import hmac
import logging
from collections.abc import Iterator, Sequence

from habeas.tlog.checkpoint import Checkpoint
from habeas.tlog.errors import CorruptLogError, DamagedError, FormatError
from habeas.tlog.server.demanded import DemandedTiles
from habeas.tlog.server.state import State
from habeas.tlog.server.tilestore import TileStore
from habeas.tlog.tiles import TILE_WIDTH, Tile
from habeas.tlog.tree import leaf_hash

_LOG = logging.getLogger("habeas.tlog")


class Known:
    """Looks entries up.

    Args:
        state: the writer's database, with the index.
        tiles: of the tree.
    """

    def __init__(self, state: State, tiles: TileStore) -> None:
        self._state, self._tiles = state, tiles

    def positions(
        self, digests: Sequence[bytes], entries: Sequence[bytes], tree: Checkpoint, laid_out: int
    ) -> dict[bytes, int]:
        """Positions of those entries that are in the log.

        Args:
            digests: SHA-256 of each entry.
            entries: as many.
            tree: as it was committed; its origin does not matter.
            laid_out: the size up to which the tiles of the tree are there to be read.

        Raises:
            DamagedError: the files are incomplete, or not what they were.
            StateError: the database does not answer.
        """
        positions = self._state.find(digests)
        for digest, entry in zip(digests, entries, strict=True):
            at = positions.get(digest)
            if at is not None and at < laid_out:
                if not hmac.compare_digest(self._leaf(at, laid_out), leaf_hash(entry)):
                    self._hold_against(tree, at, laid_out)
                    _LOG.error("the index has an entry at %s that stands elsewhere or nowhere", at)
                    del positions[digest]
            elif at is not None and at >= tree.size:
                _LOG.error("the index has an entry at %s, beyond the log", at)
                del positions[digest]
        return positions

    def _leaf(self, position: int, laid_out: int) -> bytes:
        with whole():
            return self._tiles.node_of(laid_out)(0, position)

    def _hold_against(self, tree: Checkpoint, position: int, laid_out: int) -> None:
        """Raise where it is the tile, and not the index, that is not what it was."""
        if laid_out != tree.size:
            return
        index = position // TILE_WIDTH
        width = min(TILE_WIDTH, tree.size - index * TILE_WIDTH)
        with whole():
            DemandedTiles(self._tiles.read).read(Tile(0, index, width), tree)


@contextlib.contextmanager
def whole() -> Iterator[None]:
    """Files that are missing or changed are not a passing failure."""
    try:
        yield
    except FileNotFoundError as error:
        raise DamagedError(f"The log's files are incomplete: {error}.") from error
    except (CorruptLogError, FormatError) as error:
        raise DamagedError(f"The log's files are damaged: {error.cause}") from error
