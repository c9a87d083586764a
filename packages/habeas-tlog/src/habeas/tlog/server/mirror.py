"""C2SP tlog-mirror (draft): a full verified copy of a log, kept and served by somebody else.

A log pushes to its mirror (add-checkpoint, add-entries), or the mirror reads the log itself
("a mirror MAY additionally implement other update processes"). Either way every entry is
proven to be a part of a *pending checkpoint*, which extends all earlier ones, before it is
kept. The mirror's cosignature below a checkpoint says that it has stored, durably, every
entry of that tree, and shows them.
"""

from __future__ import annotations

import base64
import hmac
import threading
import time
from collections.abc import Callable
from pathlib import Path

from habeas.foundation import durable
from habeas.tlog.checkpoint import Checkpoint
from habeas.tlog.cosignature import Cosigning
from habeas.tlog.errors import (
    CorruptLogError,
    ForkedViewError,
    FormatError,
    StaleViewError,
    TlogError,
)
from habeas.tlog.mirroring import MirrorInfo, Received, Upload
from habeas.tlog.note import split
from habeas.tlog.policy import Policy, VerifiedCheckpoint
from habeas.tlog.server.file_storage import FileStorage
from habeas.tlog.server.pending import PendingCheckpoints
from habeas.tlog.server.storage import Storage
from habeas.tlog.spans import Source, verified_spans
from habeas.tlog.subtree import verify_subtree_consistency
from habeas.tlog.tiles import Tile, TileNodes
from habeas.tlog.tree import Frontier, consistency_path, leaf_hash, root_hash
from habeas.tlog.witness_bodies import WitnessAnswer

#: Entries that may be sent once more before an upload is told where to go on.
_REPEATED = 16_384


class NotThereError(Exception):
    """An upload that begins or ends where it cannot; *info* says where it can (409)."""

    def __init__(self, info: MirrorInfo) -> None:
        super().__init__(f"The upload does not fit; {info.next} is the next entry.")
        self.info = info


class UnknownLogError(TlogError):
    """An upload of a log that is not mirrored here (404)."""

    code = "log-unknown"
    remedy = "Ask whoever runs the mirror to take this log in."


class Mirror:
    """A copy of one log. Its methods may be called by several threads.

    Args:
        folder: where the copy lies, or what is remembered of it; made where it is missing.
        source: the log, to be read from; None where it is only pushed.
        policy: the log's keys; what is read from the log must satisfy all of it.
        signer: the mirror's key, used for nothing else: not that of a witness.
        clock: POSIX seconds.
        storage: where the entries and tiles lie; by default SQLite and files in *folder*.

    Raises:
        LogLockedError: another process keeps this copy.
        DamagedError: what lies there is damaged.
    """

    def __init__(
        self,
        folder: Path,
        source: Source | None,
        policy: Policy,
        signer: Cosigning,
        clock: Callable[[], float] = time.time,
        *,
        storage: Storage | None = None,
    ) -> None:
        self.origin = policy.logs[0].name
        self._source = source
        self._policy = policy
        self._signer = signer
        self._clock = clock
        durable.make(folder)
        self._storage = storage or FileStorage(folder, remember=0)
        #: Held while entries are added or a checkpoint is published.
        self._turn = threading.RLock()
        #: Held by whoever follows the log.
        self._following = threading.Lock()
        try:
            self._pending = PendingCheckpoints(folder / "mirror.sqlite3", policy.logs)
            #: The mirror checkpoint, and entries under it.
            self.note = self._storage.published() or ""
            self._parsed: tuple[str, Checkpoint | None] = ("", None)
            self.size = Checkpoint.parse(split(self.note)[0]).size if self.note else 0
            if self.note and self._pending.newest().size < self.size:
                self._pending.adopt(self.note)
        except BaseException:
            self._storage.close()
            raise

    @property
    def tree(self) -> Checkpoint | None:
        """The tree whose tiles may be read: the published one."""
        note, parsed = self.note, self._parsed
        if parsed[0] != note:
            parsed = self._parsed = (note, Checkpoint.parse(split(note)[0]))
        return parsed[1]

    def close(self) -> None:
        """Make everything durable, and let others keep the copy."""
        with self._turn:
            self._storage.close()
            self._pending.close()

    @property
    def follows(self) -> bool:
        """Whether there is a log to be read from."""
        return self._source is not None

    def read(self, tile: Tile) -> bytes:
        """A tile or bundle of the copy; see `TileStore.read`."""
        return self._storage.read(tile)

    # What the log pushes.

    def add_checkpoint(self, body: bytes) -> WitnessAnswer:
        """Answer an add-checkpoint request, as a witness does, with nothing signed yet."""
        with self._turn:
            return self._pending.add(body, int(self._clock()))

    def info(self, end: int | None = None) -> MirrorInfo:
        """Where an upload can go on; up to *end*, where that still fits."""
        if end is None or end < self.size or self._pending.note(end) is None:
            end = self._pending.newest().size
        return MirrorInfo(end, self._storage.tree.size)

    def begin(self, upload: Upload) -> Checkpoint:
        """The pending checkpoint that the packages of an upload are held against.

        Raises:
            UnknownLogError: it is of another log.
            NotThereError: it begins or ends where it cannot.
        """
        if upload.origin != self.origin:
            raise UnknownLogError("This mirror does not know the log.")
        note = self._pending.note(upload.end)
        held = self._storage.tree.size
        if note is None or upload.end < self.size:
            raise NotThereError(self.info())
        if not held - _REPEATED <= upload.begin <= held:
            raise NotThereError(self.info(upload.end))
        return Checkpoint.parse(split(note)[0])

    def take(self, received: Received, target: Checkpoint) -> None:
        """Verify a package, and keep of it what is not there yet.

        Raises:
            ProofError: the checkpoint *target* does not hold these entries.
            LogUnavailableError: the storage does not take them.
        """
        package = received.package
        leaves = [leaf_hash(entry) for entry in received.entries]
        with self._turn:
            held = self._storage.tree.size
            node = self._storage.node_of(held)
            before = [node(0, index) for index in range(package.first, package.begin)]
            subtree = Frontier().extend([*before, *leaves]).root()
            verify_subtree_consistency(
                package.first, package.end, target.size, received.proof, subtree, target.root
            )
            if package.begin <= held < package.end:
                self._storage.restore(received.entries[held - package.begin :])
                self._storage.lay_out()

    def finish(self, upload: Upload) -> str:
        """All packages are kept: cosign the checkpoint at the upload's end, and show it.

        Returns:
            The mirror's cosignature line.

        Raises:
            NotThereError: a later one is shown by now.
            ForkedViewError: what is kept is another tree, which the log has signed too.
            LogUnavailableError: the storage does not take it.
        """
        with self._turn:
            note = self._pending.note(upload.end)
            if note is None or upload.end < self.size:
                raise NotThereError(self.info())
            return self._publish(note, Checkpoint.parse(split(note)[0]))

    def _publish(self, note: str, target: Checkpoint) -> str:
        self._hold_against(target)
        self._storage.lay_out_at(target.size)
        self._storage.make_durable()
        line = self._signer.cosign(target.text(), max(int(self._clock()), 1)).line()
        self._storage.publish(note + line)
        self.note, self.size = note + line, target.size
        return line

    def _hold_against(self, target: Checkpoint) -> None:
        """Raise unless the tree that is kept begins with that of *target*."""
        root = root_hash(target.size, self._storage.node_of(self._storage.tree.size))
        if not hmac.compare_digest(root, target.root):
            raise ForkedViewError(f"The log signed two different trees of {target.size} entries.")

    # What the mirror reads by itself.

    def catch_up(self) -> VerifiedCheckpoint:
        """Copy what the log has meanwhile; what was copied before a failure stays.

        Raises:
            ForkedViewError: the log is no extension of what was copied.
            SignatureError, QuorumError, FormatError: its checkpoint does not count.
            LogUnavailableError, StaleViewError: it cannot be read now.
        """
        if self._source is None:
            raise StaleViewError("This mirror is pushed, and reads no log.")
        with self._following:
            note = self._source.checkpoint()
            verified = self._policy.verify(note, self._clock())
            self._follow(self._source, note, verified.checkpoint)
        return verified

    def _follow(self, source: Source, note: str, target: Checkpoint) -> None:
        self._expect(source, note, target)
        for span in verified_spans(source, self._storage.tree, target):
            with self._turn:
                # What was pushed meanwhile is of the same tree.
                self._storage.restore(span.entries[max(0, self._storage.tree.size - span.begin) :])
                self._storage.lay_out()
        with self._turn:
            if target.size >= self.size:
                self._publish(note, target)

    def _expect(self, source: Source, note: str, target: Checkpoint) -> None:
        """Make the log's checkpoint the pending one: it must extend all that were before."""
        newest = self._pending.newest()
        if target.size < newest.size:
            if target.size > self._storage.tree.size:
                raise StaleViewError("The log shows an older checkpoint than it has pushed.")
            self._hold_against(target)
            return
        nodes = TileNodes(target.size, source.tile)
        try:
            proof = consistency_path(newest.size, target.size, nodes)
        except (FormatError, CorruptLogError) as error:
            raise StaleViewError(f"A tile of the log cannot be read: {error.cause}") from error
        lines = "".join(f"{base64.b64encode(each).decode()}\n" for each in proof)
        answer = self.add_checkpoint(f"old {newest.size}\n{lines}\n{note}".encode())
        if answer.status == 409:
            raise StaleViewError("A checkpoint was pushed meanwhile.")
        if answer.status != 200:
            raise ForkedViewError(f"The log's checkpoint does not count: {answer.body}")
