"""Files as trees of parts, and back: JPEG segments, PNG chunks, RIFF chunks, boxes, EBML.

A mutation of the tree leaves lengths and checksums right, so that it gets past the reader of
the container to the decoder behind; a length may be made to lie on purpose. What is not
understood stays as raw bytes: `build(parse(content)) == content` for every sound file.

ITU-T T.81 annex B; PNG (ISO/IEC 15948) clause 5; WebP container; ISO/IEC 14496-12 clause 4;
RFC 8794.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

_PNG = b"\x89PNG\r\n\x1a\n"
#: Boxes that hold boxes, and how many bytes stand before the first.
_BOXES = {
    b"moov": 0, b"trak": 0, b"mdia": 0, b"minf": 0, b"stbl": 0, b"edts": 0, b"dinf": 0,
    b"udta": 0, b"mvex": 0, b"moof": 0, b"traf": 0, b"iprp": 0, b"ipco": 0,
    b"meta": 4, b"iref": 4, b"iinf": 6, b"dref": 8, b"stsd": 8,
}  # fmt: skip
#: EBML elements that hold elements: those of Matroska's that stand in ordinary files.
_MASTERS = {
    bytes.fromhex(each)
    for each in (
        "1a45dfa3", "18538067", "114d9b74", "4dbb", "1549a966", "1654ae6b", "ae", "e0", "e1",
        "6d80", "6240", "1c53bb6b", "bb", "b7", "1f43b675", "a0", "1254c367", "7373", "63c0",
        "67c8",
    )
}  # fmt: skip


@dataclass
class Part:
    """One part of a file.

    Attributes:
        name: type or marker, as stored; empty for raw bytes.
        body: what it holds, or what stands before its children.
        children: the parts within; None where it cannot have any.
        lie: added to the length that is written.
        width: bytes of the length field, where that varies (EBML).
    """

    name: bytes
    body: bytes = b""
    children: list[Part] | None = None
    lie: int = 0
    width: int = 0

    def weight(self) -> int:
        """Bytes it holds, about."""
        return 8 + len(self.body) + sum(each.weight() for each in self.children or ())

    def copy(self) -> Part:
        """The same, sharing nothing that changes."""
        children = None if self.children is None else [each.copy() for each in self.children]
        return Part(self.name, self.body, children, self.lie, self.width)


@dataclass
class File:
    """A file taken apart.

    Attributes:
        kind: of container: ``jpeg``, ``png``, ``riff``, ``boxes``, ``ebml``, ``packets``, ``raw``.
        parts: in order.
    """

    kind: str
    parts: list[Part] = field(default_factory=list)

    def lists(self) -> Iterator[list[Part]]:
        """Every list of siblings that is not empty."""
        waiting = [self.parts]
        while waiting:
            siblings = waiting.pop()
            if siblings:
                yield siblings
            waiting += [each.children for each in siblings if each.children is not None]


def parse(content: bytes) -> File:
    """*content* taken apart, as far as it is understood."""
    for kind, knows in _KINDS.items():
        if knows(content):
            return File(kind, list(_PARSERS[kind](content)))
    return File("raw", [Part(b"", content)])


def build(file: File) -> bytes:
    """The bytes of *file*."""
    start = _PNG if file.kind == "png" else b""
    return start + _join(file.parts, _BUILDERS.get(file.kind, _raw))


def _raw(part: Part, content: bytes) -> bytes:
    return part.name + content


def _join(parts: list[Part], one: Callable[[Part, bytes], bytes]) -> bytes:
    out = []
    for part in parts:
        content = part.body + _join(part.children, one) if part.children else part.body
        out.append(one(part, content) if part.name else content)
    return b"".join(out)


def _jpeg(content: bytes) -> Iterator[Part]:
    at = 0
    while at + 4 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker in (0xD8, 0xD9, 0x01) or 0xD0 <= marker <= 0xD7:
            yield Part(b"", content[at : at + 2])
            at += 2
            continue
        length = int.from_bytes(content[at + 2 : at + 4], "big")
        if length < 2 or at + 2 + length > len(content):
            break
        yield Part(content[at : at + 2], content[at + 4 : at + 2 + length])
        at += 2 + length
        if marker == 0xDA:
            end = at
            while end + 1 < len(content) and (
                content[end] != 0xFF or content[end + 1] == 0 or 0xD0 <= content[end + 1] <= 0xD7
            ):
                end += 1
            yield Part(b"", content[at:end])
            at = end
    yield Part(b"", content[at:])


def _jpeg_part(part: Part, content: bytes) -> bytes:
    return part.name + struct.pack(">H", (len(content) + 2 + part.lie) & 0xFFFF) + content


def _png(content: bytes) -> Iterator[Part]:
    at = 8
    while at + 12 <= len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        if at + 12 + length > len(content):
            break
        yield Part(content[at + 4 : at + 8], content[at + 8 : at + 8 + length])
        at += 12 + length
    yield Part(b"", content[at:])


def _png_part(part: Part, content: bytes) -> bytes:
    body = part.name + content
    stated = struct.pack(">I", (len(content) + part.lie) & 0xFFFFFFFF)
    return stated + body + struct.pack(">I", zlib.crc32(body))


def _riff(content: bytes) -> Iterator[Part]:
    at = 0
    while at + 8 <= len(content):
        name, length = content[at : at + 4], int.from_bytes(content[at + 4 : at + 8], "little")
        end = at + 8 + length
        if end + length % 2 > len(content):
            break
        body = content[at + 8 : end]
        if name in (b"RIFF", b"LIST") and length >= 4:
            yield Part(name, body[:4], list(_riff(body[4:])))
        else:
            yield Part(name, body)
        at = end
        if length % 2:
            # The byte that evens a chunk is a part of its own, so that it may go missing too.
            yield Part(b"", content[at : at + 1])
            at += 1
    if at < len(content):
        yield Part(b"", content[at:])


def _riff_part(part: Part, content: bytes) -> bytes:
    return part.name + struct.pack("<I", (len(content) + part.lie) & 0xFFFFFFFF) + content


def _boxes(content: bytes) -> Iterator[Part]:
    at = 0
    while at + 8 <= len(content):
        length, name = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        if length < 8 or at + length > len(content) or not name.strip(b"\0"):
            break
        body = content[at + 8 : at + length]
        before = _BOXES.get(name)
        if before is None or len(body) < before:
            yield Part(name, body)
        else:
            yield Part(name, body[:before], list(_boxes(body[before:])))
        at += length
    if at < len(content):
        yield Part(b"", content[at:])


def _boxes_part(part: Part, content: bytes) -> bytes:
    return struct.pack(">I", (len(content) + 8 + part.lie) & 0xFFFFFFFF) + part.name + content


def _ebml(content: bytes) -> Iterator[Part]:
    at = 0
    while at < len(content) and content[at]:
        start = at
        wide = 9 - content[at].bit_length()
        name, at = content[at : at + wide], at + wide
        if at >= len(content) or not content[at]:
            at = start
            break
        width = 9 - content[at].bit_length()
        most = (1 << (7 * width)) - 1
        length = int.from_bytes(content[at : at + width], "big") & most
        if length == most or at + width + length > len(content):
            at = start
            break
        body, at = content[at + width : at + width + length], at + width + length
        if name in _MASTERS:
            yield Part(name, b"", list(_ebml(body)), width=width)
        else:
            yield Part(name, body, width=width)
    if at < len(content):
        yield Part(b"", content[at:])


def _ebml_part(part: Part, content: bytes) -> bytes:
    length, width = max(0, len(content) + part.lie), max(1, part.width)
    while width < 8 and length >= (1 << (7 * width)) - 1:
        width += 1
    length &= (1 << (7 * width)) - 1
    return part.name + (length | 1 << (7 * width)).to_bytes(width, "big") + content


def _packets(content: bytes) -> Iterator[Part]:
    for at in range(0, len(content), 188):
        yield Part(b"", content[at : at + 188])


_KINDS: dict[str, Callable[[bytes], bool]] = {
    "jpeg": lambda content: content.startswith(b"\xff\xd8"),
    "png": lambda content: content.startswith(_PNG),
    "riff": lambda content: content.startswith(b"RIFF"),
    "boxes": lambda content: content[4:8] == b"ftyp",
    "ebml": lambda content: content.startswith(b"\x1a\x45\xdf\xa3"),
    "packets": lambda content: content[:1] == b"G" and content[188:189] == b"G",
}
_PARSERS: dict[str, Callable[[bytes], Iterator[Part]]] = {
    "jpeg": _jpeg, "png": _png, "riff": _riff, "boxes": _boxes, "ebml": _ebml, "packets": _packets,
}  # fmt: skip
_BUILDERS: dict[str, Callable[[Part, bytes], bytes]] = {
    "jpeg": _jpeg_part, "png": _png_part, "riff": _riff_part, "boxes": _boxes_part,
    "ebml": _ebml_part,
}  # fmt: skip
