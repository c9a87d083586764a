"""Where a log lies: public tiles in one place, the writer's state in a database.

The order of writing makes every crash harmless. One database transaction makes a batch
part of the tree, entries included; its tiles are written next; only then is the tree
signed and the checkpoint published. Entries leave the database when their tiles are
durable. After a crash or a power cut the tiles of what is still in the database are
written again: the same bytes, since they follow from what was committed.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import threading
from collections.abc import Iterator, Sequence
from typing import Self

from habeas.tlog.checkpoint import Checkpoint
from habeas.tlog.errors import DamagedError, FormatError, LogUnavailableError, RolledBackError
from habeas.tlog.note import split
from habeas.tlog.server.edge import Edge
from habeas.tlog.server.known import Known, whole
from habeas.tlog.server.objects import CHECKPOINT, Objects
from habeas.tlog.server.settling import Settling
from habeas.tlog.server.state import Batch, LogLockedError, State, StateError
from habeas.tlog.server.tilestore import TileStore
from habeas.tlog.tiles import TILE_WIDTH, Tile
from habeas.tlog.tree import Frontier, NodeHash, leaf_hash, root_hash

__all__ = ["LogLockedError", "Storage"]


class Storage:
    """A log over a database and a place for its files.

    Args:
        state: the writer's database.
        objects: the public files.

    Raises:
        RolledBackError: the two do not belong together.
        LogUnavailableError: one of them does not answer.
    """

    def __init__(self, state: State, objects: Objects) -> None:
        self._state = state
        self._objects = objects
        self._files: dict[Tile, bytes] = {}
        self._partials: dict[tuple[int, int], list[str]] = {}
        self._settling = Settling(state, objects)
        self._unsure = False
        #: The size up to which the tiles of the tree are there to be read.
        self._laid_out = 0
        #: Held for what the database is asked, by whichever thread.
        self._turn = threading.Lock()
        self._tiles = TileStore(objects)
        self._known = Known(state, self._tiles)
        with contextlib.ExitStack() as opened:
            opened.callback(state.close)
            opened.callback(self._settling.close)
            with _working():
                self._open()
            opened.pop_all()

    def _open(self) -> None:
        """Take up the log where its last writer stopped, and hold its parts against each other."""
        stored = self._state.load()
        self._settling.settled = stored.settled
        with whole():
            self._edge = Edge.read(stored.settled, self._tiles.read)
        self._tree = self._edge.frontier()
        self._reconcile()
        if self._tree.hashes != stored.tree.hashes:
            raise RolledBackError("The log's files do not belong to its database.")
        self._settling.obsolete += self._tiles.left_behind(stored.settled, self._edge.size)
        self.lay_out()
        self._verify_published()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Make everything durable, and give the log to the next writer."""
        try:
            self._settling.close()
            self._objects.sync([])
            self._state.settle(self._edge.size if not self._files else self._settling.settled)
        except (OSError, StateError):
            pass  # the next writer lays out again what may not be durable
        finally:
            self._state.close()

    @property
    def tree(self) -> Frontier:
        """The tree as it was committed."""
        return self._tree

    def append(self, entries: Sequence[bytes]) -> list[int]:
        """Make entries durable parts of the log; those that it has keep their positions.

        Returns:
            The position of each.

        Raises:
            LogUnavailableError: the database does not take them.
            LogLockedError: another writer has taken over.
        """
        with _working(), self._turn:
            return self._append(entries)

    def restore(self, entries: Sequence[bytes]) -> None:
        """Take over entries of a log that is copied, in order and each at its own place.

        Raises:
            LogUnavailableError: the database does not take them.
        """
        if not entries:
            return
        digests = [hashlib.sha256(entry).digest() for entry in entries]
        with _working(), self._turn:
            self._commit(list(entries), digests)

    def _append(self, entries: Sequence[bytes]) -> list[int]:
        if self._unsure:
            self._reconcile()
        digests = [hashlib.sha256(entry).digest() for entry in entries]
        positions = self._find(digests, entries)
        size = self._tree.size
        fresh: dict[bytes, bytes] = {}
        for digest, entry in zip(digests, entries, strict=True):
            if digest not in positions:
                positions[digest] = size + len(fresh)
                fresh[digest] = entry
        if fresh:
            self._commit(list(fresh.values()), list(fresh))
        return [positions[digest] for digest in digests]

    def _find(self, digests: Sequence[bytes], entries: Sequence[bytes]) -> dict[bytes, int]:
        tree = Checkpoint("", self._tree.size, self._tree.root())
        return self._known.positions(digests, entries, tree, self._laid_out)

    def holds(self, entries: Sequence[bytes]) -> bool:
        """Whether all of *entries* are in the log already.

        Raises:
            LogUnavailableError: the database does not say.
        """
        digests = [hashlib.sha256(entry).digest() for entry in entries]
        with _working(), self._turn:
            known = self._find(digests, entries)
            return all(digest in known for digest in digests)

    def committed(self) -> int:
        """Entries of the log in the database, whoever has put them there.

        Raises:
            LogUnavailableError: the database does not say.
        """
        with _working(), self._turn:
            return self._state.load().tree.size

    def _commit(self, entries: list[bytes], digests: list[bytes]) -> None:
        leaves = [leaf_hash(entry) for entry in entries]
        after = self._tree.extend(leaves)
        # Whether a commit that fails took place is known only by asking again.
        self._unsure = True
        self._state.commit(Batch(self._tree.size, after, entries, digests), self._settling.settled)
        self._unsure = False
        self._stage(entries, leaves, after)

    def _stage(self, entries: Sequence[bytes], leaves: Sequence[bytes], after: Frontier) -> None:
        for tile, content in self._edge.add(entries, leaves):
            self._files[tile] = content
            place = (tile.level, tile.index)
            if tile.width < TILE_WIDTH:
                self._partials.setdefault(place, []).append(tile.path())
            else:
                self._settling.obsolete += self._partials.pop(place, [])
        self._tree = after

    def _reconcile(self) -> None:
        """Take over from the database what it has and this object does not."""
        stored = self._state.load()
        if stored.tree.size < self._tree.size:
            raise RolledBackError("The log's database is older than its files.")
        if stored.tree.size > self._tree.size:
            entries = self._state.pending(self._tree.size)
            leaves = [leaf_hash(entry) for entry in entries]
            after = self._tree.extend(leaves)
            if after != stored.tree:
                raise RolledBackError("The log's files do not belong to its database.")
            self._stage(entries, leaves, after)
        self._unsure = False

    def lay_out(self) -> None:
        """Write the tiles of all that is committed.

        Raises:
            LogUnavailableError: the disk or object store does not take them.
        """
        with _working():
            if self._files:
                self._objects.write((tile.path(), each) for tile, each in self._files.items())
                self._files.clear()
            self._laid_out = self._edge.size
        self._settling.round(self._edge.size)

    def lay_out_at(self, size: int) -> None:
        """Write the partial tiles and bundle of an earlier size, at which no batch ended.

        Raises:
            LogUnavailableError: the disk or object store does not take them.
        """
        with _working():
            self._tiles.lay_out_at(size, self._edge.size)

    def make_durable(self) -> None:
        """Return when the tiles of all that is committed are on the disk.

        Raises:
            LogUnavailableError: the disk or object store does not take them.
        """
        self.lay_out()
        with _working():
            self._settling.sync()

    def publish(self, note: str) -> None:
        """Store a checkpoint durably, where readers find it.

        Raises:
            LogUnavailableError: the disk or object store does not take it.
        """
        with _working():
            self._objects.publish(note.encode())

    def published(self) -> str | None:
        """The newest published checkpoint, or None before the first.

        Raises:
            DamagedError: what lies there is no text.
            OSError: the store does not answer.
        """
        try:
            return self._objects.read(CHECKPOINT).decode()
        except FileNotFoundError:
            return None
        except UnicodeDecodeError as error:
            raise DamagedError("The published checkpoint is no text.") from error

    def _verify_published(self) -> None:
        note = self.published()
        if note is None:
            return
        try:
            old = Checkpoint.parse(split(note)[0])
        except FormatError as error:
            raise DamagedError(f"The published checkpoint is damaged: {error.cause}") from error
        if old.size > self._tree.size:
            raise RolledBackError(
                f"A checkpoint of {old.size} entries was published; the database knows only "
                f"{self._tree.size}."
            )
        with whole():
            root = root_hash(old.size, self.node_of(old.size))
        if not hmac.compare_digest(root, old.root):
            raise RolledBackError("The published checkpoint is not of the database's tree.")

    def read(self, tile: Tile) -> bytes:
        """A tile or bundle; see `TileStore.read`."""
        return self._tiles.read(tile)

    def node_of(self, size: int) -> NodeHash:
        """The hashes of complete subtrees of the tree of *size* leaves, by level and index."""
        return self._tiles.node_of(size)


@contextlib.contextmanager
def _working() -> Iterator[None]:
    """A disk, object store or database that fails now may work later."""
    try:
        yield
    except (OSError, StateError) as error:
        raise LogUnavailableError(f"The log's storage does not work now: {error}.") from error
