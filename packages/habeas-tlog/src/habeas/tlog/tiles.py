"""C2SP tlog-tiles: how a tree and its entries lie in files.

A tile at level L and index N holds the hashes of 256 complete subtrees of height 8·L;
a partial tile holds the first W of them. Entry bundles follow the same numbering.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from habeas.tlog.errors import FormatError
from habeas.tlog.tree import complete_root

TILE_HEIGHT = 8
TILE_WIDTH = 256
TILE_BYTES = TILE_WIDTH * 32
MAX_ENTRY = 0xFFFF

_PATH = re.compile(
    r"\Atile/(?P<level>entries|0|[1-9]|[1-5][0-9]|6[0-3])/"
    r"(?P<index>(?:x[0-9]{3}/)*[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?\Z"
)


@dataclass(frozen=True, order=True)
class Tile:
    """Which tile: level 0 to 63, or -1 for entry bundles; index; width 1 to 256."""

    level: int
    index: int
    width: int = TILE_WIDTH

    def path(self) -> str:
        """The path below the log's prefix, as in ``tile/0/x001/x234/067.p/8``."""
        groups = [f"{self.index % 1000:03d}"]
        rest = self.index // 1000
        while rest:
            groups.insert(0, f"x{rest % 1000:03d}")
            rest //= 1000
        level = "entries" if self.level < 0 else str(self.level)
        partial = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return f"tile/{level}/{'/'.join(groups)}{partial}"

    @classmethod
    def parse(cls, path: str) -> Tile:
        """The tile of a path.

        Raises:
            FormatError: this is not the one way in which a tile's path is written.
        """
        match = _PATH.match(path)
        if match is None:
            raise FormatError(f"{path[:100]!r} is not the path of a tile.")
        level = -1 if match["level"] == "entries" else int(match["level"])
        index = int(match["index"].replace("x", "").replace("/", ""))
        tile = cls(level, index, int(match["width"] or TILE_WIDTH))
        if tile.path() != path:
            raise FormatError(f"{path[:100]!r} is not the path of a tile.")
        return tile


def tiles_of(size: int, begin: int = 0) -> Iterator[Tile]:
    """Tiles (not bundles) of a tree of *size* leaves that a tree of *begin* did not have."""
    level = 0
    while size:
        first = begin // TILE_WIDTH
        for index in range(first, size // TILE_WIDTH):
            yield Tile(level, index)
        if size % TILE_WIDTH and size != begin:
            yield Tile(level, size // TILE_WIDTH, size % TILE_WIDTH)
        size, begin = size // TILE_WIDTH, begin // TILE_WIDTH
        level += 1


def bundles_of(size: int, begin: int = 0) -> Iterator[Tile]:
    """Entry bundles of a log of *size* entries that one of *begin* did not have."""
    return (Tile(-1, tile.index, tile.width) for tile in tiles_of(size, begin) if tile.level == 0)


def holding(level: int, index: int, size: int) -> tuple[Tile, int]:
    """The tile that holds the subtree hash (*level*, *index*) of a tree of *size* leaves.

    Returns:
        The tile, and the position of the 2^(level mod 8) hashes of its bottom row under
        the subtree: the first of them.
    """
    tile_level = level // TILE_HEIGHT
    first = index << (level % TILE_HEIGHT)
    tile_index = first // TILE_WIDTH
    available = (size >> (TILE_HEIGHT * tile_level)) - tile_index * TILE_WIDTH
    return Tile(tile_level, tile_index, min(TILE_WIDTH, available)), first % TILE_WIDTH


def encode_bundle(entries: Iterable[bytes]) -> bytes:
    """An entry bundle: for each entry a big-endian uint16 length, then the entry.

    Raises:
        FormatError: an entry is longer than 65,535 bytes.
    """
    parts = []
    for entry in entries:
        if len(entry) > MAX_ENTRY:
            raise FormatError(f"An entry has {len(entry)} bytes; {MAX_ENTRY} are allowed.")
        parts += [len(entry).to_bytes(2, "big"), entry]
    return b"".join(parts)


def decode_bundle(content: bytes, width: int | None = None) -> list[bytes]:
    """The *width* entries of a bundle; however many it has, where *width* is None.

    Raises:
        FormatError: it ends early, late, or has another number of entries.
    """
    entries: list[bytes] = []
    add, at, size = entries.append, 0, len(content)
    try:
        # Of every verification, this loop is a third: no call in it, and no second look.
        while at < size:
            end = at + 2 + (content[at] << 8 | content[at + 1])
            add(content[at + 2 : end])
            at = end
        whole = at == size
    except IndexError:
        whole = False
    if not whole:
        raise FormatError("The entry bundle ends in the middle of an entry.")
    if width is not None and len(entries) != width:
        raise FormatError(f"The entry bundle holds {len(entries)} entries, not {width}.")
    return entries


def split_tile(content: bytes, width: int) -> list[bytes]:
    """The *width* hashes of a tile.

    Raises:
        FormatError: it has another length.
    """
    if len(content) != width * 32:
        raise FormatError(f"The tile has {len(content)} bytes, not {width * 32}.")
    return [content[at : at + 32] for at in range(0, len(content), 32)]


def check_shape(tile: Tile, content: bytes) -> None:
    """Raise unless *content* has the form that the tile's or bundle's name promises.

    Raises:
        FormatError: it is too short or too long, or has another number of entries.
    """
    if tile.level >= 0:
        split_tile(content, tile.width)
    else:
        decode_bundle(content, tile.width)


class TileNodes:
    """Hashes of complete subtrees of one tree, out of its tiles; for making proofs.

    The tiles of the right edge are part of every proof: they are kept. Of full tiles only
    the last few are. Hashes above a tile's bottom row are kept as well: neighbouring proofs
    share most of theirs, and each is computed from up to 128 below it.

    Args:
        size: leaves of the tree.
        read: gives the bytes of a tile.
    """

    _KEPT = 16
    _KEPT_HASHES = 4096

    def __init__(self, size: int, read: Callable[[Tile], bytes]) -> None:
        self._size = size
        self._read = read
        self._edge: dict[Tile, bytes] = {}
        self._full: dict[Tile, bytes] = {}
        self._inner: dict[tuple[int, int], bytes] = {}

    def __call__(self, level: int, index: int) -> bytes:
        """The hash of leaves index·2^level onwards.

        Raises:
            FormatError: a tile has another length than its name says.
        """
        known = self._inner.get((level, index))
        if known is not None:
            return known
        tile, first = holding(level, index, self._size)
        kept = self._full if tile.width == TILE_WIDTH else self._edge
        row = kept.get(tile)
        if row is None:
            row = self._read(tile)
            split_tile(row, tile.width)
            if len(self._full) >= self._KEPT:
                self._full.pop(next(iter(self._full)))
            kept[tile] = row
        hash_ = complete_root(row[first * 32 : (first + (1 << level % TILE_HEIGHT)) * 32])
        if level % TILE_HEIGHT:
            if len(self._inner) >= self._KEPT_HASHES:
                self._inner.clear()
            self._inner[level, index] = hash_
        return hash_
