"""The log, for those who write to it: the ports that `habeas.tlog.client.LogClient` implements.

An application names one of these where it needs a log, so that it can be tried with one in
memory, and so that all of them mean the same promise.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Placed(Protocol):
    """What the log answers: where an entry stands, and the proof of it."""

    @property
    def index(self) -> int:
        """Index of the entry."""

    @property
    def proof(self) -> str:
        """C2SP tlog-proof, under a checkpoint that satisfies the log's own policy."""


class EntryWriter(Protocol):
    """Appends one entry at a time. Sending an entry again gives the same index. Thread-safe."""

    def append(self, entry: bytes) -> Placed:
        """Append; returns when *entry* stands under a durable, cosigned checkpoint.

        Raises:
            TlogError: the log does not take it (now).
        """


class BundleWriter(Protocol):
    """Appends many entries in one call, for writers that need no proofs. Thread-safe."""

    def append_many(self, entries: Sequence[bytes]) -> list[int]:
        """Append in order; gives indices when all stand under a durable checkpoint.

        Raises:
            TlogError: the log does not take them (now); some may have been taken.
        """
