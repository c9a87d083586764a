"""C2SP tlog-checkpoint v1.0.0: origin, size and root of a tree, as the text of a note."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass

from habeas.tlog.errors import FormatError
from habeas.tlog.tree import HASH_BYTES

_DECIMAL = re.compile(r"\A(0|[1-9][0-9]{0,18})\Z")


def parse_decimal(text: str) -> int:
    """A number without sign or leading zeros, below 2^63.

    Raises:
        FormatError: it is written in another way.
    """
    if not _DECIMAL.match(text) or int(text) >= 1 << 63:
        raise FormatError(f"{text[:30]!r} is not a number as the formats write it.")
    return int(text)


def parse_hash(text: str) -> bytes:
    """A base64 hash of 32 bytes.

    Raises:
        FormatError: it is none, or not in the one canonical way.
    """
    try:
        content = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise FormatError("A hash is not base64.") from error
    if len(content) != HASH_BYTES or base64.b64encode(content).decode() != text:
        raise FormatError("A hash has not 32 bytes.")
    return content


@dataclass(frozen=True)
class Checkpoint:
    """The tree of *size* entries with root hash *root* (32 bytes) of the log *origin*.

    ``extensions`` are lines of the log's own that nobody audits. They are read, since other
    logs write them; never write any, and never decide by them.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def text(self) -> str:
        """The note's text."""
        root = base64.b64encode(self.root).decode()
        return "".join(f"{line}\n" for line in (self.origin, self.size, root, *self.extensions))

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Read a note's text.

        Raises:
            FormatError: it is no checkpoint.
        """
        *lines, end = text.split("\n")
        if len(lines) < 3 or end or not all(lines):
            raise FormatError("A checkpoint has lines for origin, size and root, none empty.")
        return cls(lines[0], parse_decimal(lines[1]), parse_hash(lines[2]), tuple(lines[3:]))
