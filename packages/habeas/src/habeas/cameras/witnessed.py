"""Entries with their proofs, read where they are obeyed: a recorder takes no portal's word.

A hold keeps recordings beyond their days, and a live look lets pictures out: each is obeyed only
where the log has its entry, by the custodian's key, under a checkpoint with the acting quorum's
cosignatures (C2SP tlog-proof). Pure but for the circle that it begins with.
"""

from __future__ import annotations

from dataclasses import dataclass

from habeas.protocol import Chain, Entry, verify_entry
from habeas.protocol.footage import Details, details_of
from habeas.tlog import TlogProof


@dataclass(frozen=True)
class Logged:
    """An entry about cameras, where it stands on the log."""

    index: int
    entry: Entry
    details: Details


class Witnessed:
    """Reads entries with their proofs, under one circle.

    Args:
        circle: its note.

    Raises:
        HabeasError: it is none.
    """

    def __init__(self, circle: str) -> None:
        self._chain = Chain.start(circle, 0)
        self._policy = self._chain.newest.circle.acting_policy()

    def read(self, content: bytes, proof: str) -> Logged:
        """What the entry *content* says, once *proof* shows that the log has it.

        Raises:
            HabeasError: it is no entry about cameras by who may write it, or not proved.
        """
        entry = verify_entry(content, self._chain)
        details = details_of(entry)
        parsed = TlogProof.parse(proof)
        parsed.verify(content, self._policy)
        return Logged(parsed.index, entry, details)
