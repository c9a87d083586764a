"""C2SP tlog-proof (draft): an offline proof that an entry is on a log.

    c2sp.org/tlog-proof@v1
    [extra <base64>]
    index <N>
    <base64 hash>...

    <checkpoint>

It carries no leaf: whoever verifies computes the leaf hash from the entry itself.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass

from habeas.tlog.checkpoint import parse_decimal, parse_hash
from habeas.tlog.errors import FormatError
from habeas.tlog.policy import Policy, VerifiedCheckpoint
from habeas.tlog.tree import leaf_hash, verify_inclusion

_HEADER = "c2sp.org/tlog-proof@v1"
_MAX_HASHES = 63


@dataclass(frozen=True)
class TlogProof:
    """Index, audit path (lowest first) and the checkpoint's note.

    ``extra`` is not authenticated by anything: never decide by it.
    """

    index: int
    path: tuple[bytes, ...]
    checkpoint: str
    extra: bytes | None = None

    def format(self) -> str:
        """The proof as text."""
        lines = [_HEADER]
        if self.extra is not None:
            lines.append(f"extra {base64.b64encode(self.extra).decode()}")
        lines.append(f"index {self.index}")
        lines += [base64.b64encode(each).decode() for each in self.path]
        return "\n".join(lines) + "\n\n" + self.checkpoint

    @classmethod
    def parse(cls, text: str) -> TlogProof:
        """Read a proof.

        Raises:
            FormatError: it is none.
        """
        head, separator, checkpoint = text.partition("\n\n")
        lines = head.split("\n")
        if not separator or lines.pop(0) != _HEADER:
            raise FormatError("This is no tlog-proof.")
        extra = None
        if lines and lines[0].startswith("extra "):
            try:
                extra = base64.b64decode(lines.pop(0).removeprefix("extra "), validate=True)
            except ValueError as error:
                raise FormatError("The proof's extra data is not base64.") from error
        if not lines or not lines[0].startswith("index "):
            raise FormatError("The proof lacks its index.")
        index = parse_decimal(lines.pop(0).removeprefix("index "))
        if len(lines) > _MAX_HASHES:
            raise FormatError("The proof has too many hashes.")
        return cls(index, tuple(parse_hash(line) for line in lines), checkpoint, extra)

    def verify(self, entry: bytes, policy: Policy, now: float | None = None) -> VerifiedCheckpoint:
        """Check that *entry* is on a log, under a checkpoint that satisfies *policy*.

        Args:
            entry: the entry's bytes.
            policy: which logs and witnesses count.
            now: POSIX seconds of the reader, where it has a clock; see `Policy.verify`.

        Returns:
            The checkpoint that vouches for it.

        Raises:
            SignatureError, QuorumError: the checkpoint does not satisfy the policy.
            ProofError: the entry is not where the proof says.
            FormatError: the checkpoint is none.
        """
        verified = policy.verify(self.checkpoint, now)
        tree = verified.checkpoint
        verify_inclusion(self.index, tree.size, leaf_hash(entry), self.path, tree.root)
        return verified
