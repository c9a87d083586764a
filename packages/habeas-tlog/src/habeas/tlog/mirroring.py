"""C2SP tlog-mirror (draft), "add-entries": what a log sends to a mirror, and what comes back.

The entries of an upload travel in packages that end at multiples of 256, each with a proof
that the checkpoint at the upload's end holds it (`habeas.tlog.subtree`). So a mirror can keep
each package as soon as it has come, and an upload may break off anywhere. Nothing here does
input or output.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

from habeas.tlog.checkpoint import parse_decimal
from habeas.tlog.errors import FormatError
from habeas.tlog.tiles import TILE_WIDTH, encode_bundle
from habeas.tlog.tree import HASH_BYTES

#: Media types, exactly as clients compare them.
INFO_TYPE = "text/x.tlog.mirror-info"
ENTRIES_TYPE = "application/octet-stream"
#: Packages of one request, since many hosts bound the size of a body.
PACKAGES_AT_ONCE = 32
_MAX_PROOF = 63


@dataclass(frozen=True)
class Package:
    """Which entries travel together.

    Attributes:
        first: where the subtree begins that is proven; a multiple of 256.
        begin: the first entry that is sent; those from *first* to it are at the mirror already.
        end: behind the last entry.
    """

    first: int
    begin: int
    end: int


@dataclass(frozen=True)
class Received:
    """A package as it came, not yet verified: its entries, and the proof's hashes."""

    package: Package
    entries: Sequence[bytes]
    proof: Sequence[bytes]


@dataclass(frozen=True)
class Upload:
    """What stands before the packages of an add-entries request.

    Attributes:
        origin: of the log.
        begin: the first entry of the upload.
        end: behind its last entry; the size of a checkpoint that the mirror knows.
        ticket: what the mirror gave along, or nothing.
    """

    origin: str
    begin: int
    end: int
    ticket: bytes = b""

    def encode(self) -> bytes:
        """The bytes before the packages."""
        origin = self.origin.encode()
        return b"".join(
            [
                len(origin).to_bytes(2, "big"), origin,
                self.begin.to_bytes(8, "big"), self.end.to_bytes(8, "big"),
                len(self.ticket).to_bytes(2, "big"), self.ticket,
            ]
        )  # fmt: skip

    def packages(self) -> Iterator[Package]:
        """The canonical sequence; a request holds a beginning of it."""
        first = self.begin // TILE_WIDTH * TILE_WIDTH
        while first < self.end and self.begin < self.end:
            yield Package(first, max(self.begin, first), min(self.end, first + TILE_WIDTH))
            first += TILE_WIDTH


def encode_package(entries: Sequence[bytes], proof: Sequence[bytes]) -> bytes:
    """The bytes of a package.

    Args:
        entries: of at most 65,535 bytes each.
        proof: the subtree's consistency proof, at most 63 hashes of 32 bytes.

    Raises:
        FormatError: an entry is too long.
    """
    return b"".join([encode_bundle(entries), bytes([len(proof)]), *proof])


@dataclass(frozen=True)
class MirrorInfo:
    """What a mirror answers when an upload is not complete (202), or does not fit (409).

    Attributes:
        size: of a checkpoint up to which entries can be sent.
        next: the first entry that the mirror does not have.
        ticket: to be sent along.
    """

    size: int
    next: int
    ticket: bytes = b""

    def format(self) -> str:
        """The body of the answer, of type `INFO_TYPE`."""
        return f"{self.size}\n{self.next}\n{base64.b64encode(self.ticket).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> MirrorInfo:
        """Read it.

        Raises:
            FormatError: it is none.
        """
        lines = text.split("\n")
        if len(lines) != 4 or lines[3]:
            raise FormatError("The mirror's answer has not three lines.")
        try:
            ticket = base64.b64decode(lines[2], validate=True)
        except binascii.Error as error:
            raise FormatError("The mirror's ticket is not base64.") from error
        return cls(parse_decimal(lines[0]), parse_decimal(lines[1]), ticket)


class UploadReader:
    """Reads an add-entries body in the pieces in which it comes.

    It holds one package at most: 256 entries of 65,535 bytes.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._at = 0
        self._parsing = self._parse()

    def feed(self, piece: bytes) -> Iterator[Upload | Received]:
        """Go on with *piece*; gives the upload's beginning once, then each whole package.

        What comes after the last package is ignored, as the specification has it.

        Raises:
            FormatError: these are no bytes of an upload.
        """
        del self._buffer[: self._at]
        self._at = 0
        self._buffer += piece
        for item in self._parsing:
            if item is None:
                return
            yield item

    def _parse(self) -> Generator[Upload | Received | None, None, None]:
        origin = yield from self._take((yield from self._number(2)))
        begin = yield from self._number(8)
        end = yield from self._number(8)
        ticket = yield from self._take((yield from self._number(2)))
        try:
            upload = Upload(origin.decode(), begin, end, ticket)
        except UnicodeDecodeError as error:
            raise FormatError("The upload's origin is no text.") from error
        if begin > end:
            raise FormatError("The upload ends before it begins.")
        yield upload
        for package in upload.packages():
            yield (yield from self._package(package))

    def _package(self, package: Package) -> Generator[None, None, Received]:
        entries: list[bytes] = []
        while len(entries) < package.end - package.begin:
            entries.append((yield from self._take((yield from self._number(2)))))
        count = yield from self._number(1)
        if count > _MAX_PROOF:
            raise FormatError("A proof of the upload has too many hashes.")
        hashes = yield from self._take(count * HASH_BYTES)
        proof = [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)]
        return Received(package, entries, proof)

    def _take(self, length: int) -> Generator[None, None, bytes]:
        while len(self._buffer) - self._at < length:
            yield None
        self._at += length
        return bytes(self._buffer[self._at - length : self._at])

    def _number(self, length: int) -> Generator[None, None, int]:
        return int.from_bytes((yield from self._take(length)), "big")
