"""C2SP tlog-witness: the bodies of requests to a witness, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from habeas.tlog.checkpoint import parse_decimal, parse_hash
from habeas.tlog.errors import FormatError

MAX_PROOF = 63
#: A request: 63 hashes, and a checkpoint with dozens of ML-DSA-44 signatures.
MAX_BODY = 256 * 1024
#: Media types, exactly as witness clients compare them.
SIZE_TYPE = "text/x.tlog.size"
TEXT_TYPE = "text/plain; charset=utf-8"
_MAX_SUBTREE_LINES = 8


@dataclass(frozen=True)
class WitnessAnswer:
    """Status, body and media type of an HTTP answer.

    Frameworks like to add a charset to text types; clients in the field compare the type of
    a 409 as a string. So take `headers` as they are.
    """

    status: int
    body: str
    media_type: str = TEXT_TYPE

    @property
    def headers(self) -> Mapping[str, str]:
        """All headers of the answer, for readers in browsers too."""
        return {
            "Content-Type": self.media_type,
            "Access-Control-Allow-Origin": "*",
            "Cache-Control": "no-store",
        }


@dataclass(frozen=True)
class AddCheckpoint:
    """The body of an add-checkpoint request."""

    old: int
    proof: tuple[bytes, ...]
    note: str

    @classmethod
    def parse(cls, body: bytes) -> AddCheckpoint:
        """Read it.

        Raises:
            FormatError: it is none.
        """
        lines, note = _parts(body)
        if note is None or not lines[0].startswith("old "):
            raise FormatError("The request does not begin with the old size.")
        old = parse_decimal(lines[0].removeprefix("old "))
        return cls(old, _hashes(lines[1:]), note)


@dataclass(frozen=True)
class SignSubtree:
    """The body of a sign-subtree request. Cosignatures of others on the subtree are ignored."""

    start: int
    end: int
    hash: bytes
    proof: tuple[bytes, ...]
    note: str

    @classmethod
    def parse(cls, body: bytes) -> SignSubtree:
        """Read it.

        Raises:
            FormatError: it is none.
        """
        lines, note = _parts(body)
        words = lines[0].split(" ")
        if note is None or len(words) != 3 or words[0] != "subtree" or len(lines) < 2:
            raise FormatError("The request does not begin with the subtree and its hash.")
        start, end = parse_decimal(words[1]), parse_decimal(words[2])
        cosignatures = sum(line.startswith("— ") for line in lines[2:])
        if cosignatures > _MAX_SUBTREE_LINES:
            raise FormatError("The request has too many cosignatures of the subtree.")
        if any(line.startswith("— ") for line in lines[2 + cosignatures :]):
            raise FormatError("The subtree's cosignatures stand before the proof.")
        return cls(start, end, parse_hash(lines[1]), _hashes(lines[2 + cosignatures :]), note)


def _parts(body: bytes) -> tuple[list[str], str | None]:
    """The lines before the first empty one, and the text after it."""
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise FormatError("The request is no text.") from error
    head, separator, note = text.partition("\n\n")
    return head.split("\n"), note if separator else None


def _hashes(lines: Sequence[str]) -> tuple[bytes, ...]:
    if len(lines) > MAX_PROOF:
        raise FormatError("The proof has too many lines.")
    return tuple(parse_hash(line) for line in lines)
