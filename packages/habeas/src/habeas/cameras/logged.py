"""On the log, and proven, before it counts: what looks, exports and other acts have in common."""

from __future__ import annotations

from dataclasses import dataclass

from habeas.tlog import FormatError, Policy, TlogProof
from habeas.tlog.writing import EntryWriter, Placed


@dataclass(frozen=True)
class ProvenLog:
    """A log of a circle whose answers count once they are proven.

    Attributes:
        log: where entries go.
        policy: what makes its checkpoints count.
        origin: its name.
    """

    log: EntryWriter
    policy: Policy
    origin: str

    def append(self, entry: bytes) -> Placed:
        """See `put`."""
        return put(self.log, entry, self.policy)


def put(log: EntryWriter, entry: bytes, policy: Policy) -> Placed:
    """Put *entry* on *log*; where it stands, once the log's proof of that verifies under *policy*.

    Raises:
        TlogError: the log does not take it, or its answer does not verify.
    """
    placed = log.append(entry)
    proof = TlogProof.parse(placed.proof)
    proof.verify(entry, policy)
    if proof.index != placed.index:
        raise FormatError("The log's proof is for another index than its answer.")
    return placed
