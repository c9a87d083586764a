"""A log read entry by entry, each proven to stand in one tree that a quorum has cosigned.

RFC 6962 section 2.1 proofs, made from the log's tiles (C2SP tlog-tiles): a reader pays for
what it looks at, whatever the log's size.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol, Self

from habeas.foundation.errors import HabeasError
from habeas.protocol import Chain, Entry
from habeas.protocol.entry import verify_signature
from habeas.tlog import (
    Checkpoint,
    LogUnavailableError,
    Policy,
    QuorumError,
    TlogError,
    consistency_path,
    inclusion_path,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)
from habeas.tlog.note import split
from habeas.tlog.questions import proof_tiles
from habeas.tlog.tiles import TILE_WIDTH, Tile, TileNodes, bundles_of, decode_bundle

#: Tiles that are asked for at the same time.
_AT_ONCE = 8


class LogChangedError(HabeasError):
    """Two things that parties of one log have signed cannot both be true."""

    code = "contradiction"
    remedy = "Keep the evidence, and give it to a monitor and to the other trustees."


class LogReader(Protocol):
    """The log, for reading; `habeas.tlog.client.LogClient` is one."""

    def checkpoint(self) -> str:
        """The newest checkpoint."""

    def tile(self, tile: Tile) -> bytes:
        """The bytes of a tile or bundle. May be called by several threads."""


class _Tiles:
    """Tiles of one log: those that were fetched side by side, and others when they are needed."""

    def __init__(self, log: LogReader) -> None:
        self._log = log
        self._fetched: dict[Tile, bytes] = {}

    def __call__(self, tile: Tile) -> bytes:
        content = self._fetched.get(tile)
        return self._log.tile(tile) if content is None else content

    def fetch(self, tiles: Iterable[Tile]) -> None:
        wanted = [tile for tile in dict.fromkeys(tiles) if tile not in self._fetched]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for tile, content in zip(wanted, pool.map(self._one, wanted), strict=True):
                if content is not None:
                    self._fetched[tile] = content

    def _one(self, tile: Tile) -> bytes | None:
        try:
            return self._log.tile(tile)
        except HabeasError:
            return None  # whoever needs it asks again, and is told


@dataclass(frozen=True)
class ProvenLog:
    """One tree of a log.

    Attributes:
        note: the checkpoint, with its signatures.
        checkpoint: the same, parsed.
        quorum_time: when the policy's quorum had cosigned it, POSIX seconds.
    """

    note: str
    checkpoint: Checkpoint
    quorum_time: float
    _tiles: _Tiles
    _nodes: TileNodes

    @classmethod
    def read(cls, log: LogReader, policy: Policy) -> Self:
        """The log's newest tree.

        Raises:
            TlogError: the log does not answer, or its checkpoint does not satisfy *policy*.
        """
        note = log.checkpoint()
        verified = policy.verify(note)
        if verified.quorum_time is None:
            raise QuorumError("No quorum of witnesses has cosigned the log's checkpoint.")
        size = verified.checkpoint.size
        tiles = _Tiles(log)
        nodes = TileNodes(size, tiles)
        return cls(note, verified.checkpoint, verified.quorum_time, tiles, nodes)

    def expect(self, proofs: Iterable[int], entries: Iterable[int] = ()) -> None:
        """Fetch what will be looked at, all at once: the log answers in one round trip.

        Args:
            proofs: indexes whose place in the tree will be proven.
            entries: indexes of entries that will be read and proven.
        """
        size, entries = self.checkpoint.size, list(entries)
        read = [self._bundle(index) for index in entries if 0 <= index < size]
        proven = [
            tile
            for index in (*proofs, *entries)
            if 0 <= index < size
            for tile in proof_tiles(index, size)
        ]
        self._tiles.fetch([*proven, *read])

    def _bundle(self, index: int) -> Tile:
        begin = index - index % TILE_WIDTH
        return next(iter(bundles_of(min(begin + TILE_WIDTH, self.checkpoint.size), begin)))

    @staticmethod
    def leaf(content: bytes) -> bytes:
        """The leaf hash of an entry."""
        return leaf_hash(content)

    def holds(self, content: bytes, index: int) -> None:
        """Raise unless the entry *content* stands at *index*.

        Raises:
            LogChangedError: something else stands there, or the tree does not reach there.
            LogUnavailableError: its tiles cannot be had.
        """
        size, root = self.checkpoint.size, self.checkpoint.root
        if not 0 <= index < size:
            raise LogChangedError(f"Entry {index} is said to be on the log, which ends before it.")
        path = inclusion_path(index, size, self._nodes)
        try:
            verify_inclusion(index, size, leaf_hash(content), path, root)
        except TlogError as error:
            raise LogChangedError(f"Entry {index} of the log is another than was shown.") from error

    def entry(self, index: int) -> bytes:
        """The entry at *index*, proven.

        Raises:
            LogChangedError, LogUnavailableError: as for `holds`.
        """
        if not 0 <= index < self.checkpoint.size:
            raise LogChangedError(f"Entry {index} is said to be on the log, which ends before it.")
        bundle = self._bundle(index)
        # A full bundle may stand in for a partial one: it holds more.
        content = decode_bundle(self._tiles(bundle))[index % TILE_WIDTH : bundle.width]
        if not content:
            raise LogUnavailableError(f"The log's bundle does not hold entry {index}.")
        self.holds(content[0], index)
        return content[0]

    def same_log(self, note: str, size: int, root: bytes) -> None:
        """Raise unless somebody else's tree is of this very log.

        Args:
            note: the checkpoint that they have followed to.
            size: of the tree that they say they have followed.
            root: its root hash.

        Raises:
            LogChangedError: it is another tree.
            TlogError: it cannot be compared now: the note is none, or tiles are missing.
        """
        other = Checkpoint.parse(split(note)[0])
        if (other.origin, other.size, other.root) != (self.checkpoint.origin, size, root):
            raise LogChangedError("The checkpoint that was shown is not the one that was signed.")
        ours = self.checkpoint
        if size == 0:
            return
        try:
            if size <= ours.size:
                path = consistency_path(size, ours.size, self._nodes)
                verify_consistency(size, root, ours.size, ours.root, path)
            else:
                nodes = TileNodes(size, self._tiles)
                path = consistency_path(ours.size, size, nodes)
                verify_consistency(ours.size, ours.root, size, root, path)
        except LogUnavailableError:
            raise
        except TlogError as error:
            raise LogChangedError("The log shows others another tree than it shows here.") from (
                error
            )

    def verify_signature(self, content: bytes, entry: Entry, chain: Chain) -> None:
        """Raise unless the entry is signed by the key that it names.

        Raises:
            LogChangedError: it is not, or the key is of nobody in the circles.
        """
        writer = chain.writers.get(entry.writer)
        if writer is None:
            raise LogChangedError("An entry is signed by nobody in the circle.")
        try:
            verify_signature(content, entry, writer)
        except HabeasError as error:
            raise LogChangedError("An entry is not signed by whom it names.") from error
