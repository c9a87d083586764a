"""HEIF files made by hand around one coded picture: tiles, turns, metadata.

Phones write grids of tiles, which common encoders do not. ISO/IEC 23008-12 clause 6, and
ISO/IEC 14496-12 clause 8.11 for the boxes.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from fuzz.containers import parse


@dataclass(frozen=True)
class Coded:
    """One coded picture, taken out of a file that holds nothing else.

    Attributes:
        brand: of the file, ``heic`` or ``avif``.
        kind: of the item, ``hvc1`` or ``av01``.
        config: the whole decoder configuration box.
        data: the coded picture.
        size: width and height, pixels.
    """

    brand: bytes
    kind: bytes
    config: bytes
    data: bytes
    size: tuple[int, int]

    @classmethod
    def of(cls, content: bytes, size: tuple[int, int]) -> Coded:
        """The picture in *content*, a file with one item."""
        file = parse(content)
        by_name = {part.name: part.body for each in file.lists() for part in each}
        name = b"hvcC" if b"hvcC" in by_name else b"av1C"
        kind = b"hvc1" if name == b"hvcC" else b"av01"
        return cls(content[8:12], kind, box(name, by_name[name]), by_name[b"mdat"], size)


#: What follows an item's kind: an empty name, and of what is only named by its type, that.
_NAMES = {b"mime": b"\0application/rdf+xml\0"}


def box(name: bytes, *bodies: bytes) -> bytes:
    """One box."""
    body = b"".join(bodies)
    return struct.pack(">I", len(body) + 8) + name + body


def full(name: bytes, *bodies: bytes, version: int = 0) -> bytes:
    """One box with a version."""
    return box(name, bytes([version, 0, 0, 0]), *bodies)


def grid(
    coded: Coded,
    rows: int,
    columns: int,
    *,
    properties: Sequence[bytes] = (),
    exif: bytes = b"",
    xmp: bytes = b"",
    data_first: bool = False,
) -> bytes:
    """A file whose picture is a grid of the same tile.

    Args:
        coded: the tile.
        rows: of tiles.
        columns: of tiles.
        properties: boxes that belong to the whole picture, such as a rotation.
        exif: a TIFF structure, for an item of metadata.
        xmp: a packet, for another.
        data_first: what is coded stands before what is said about it, so that a change of
            the one does not move the other.
    """
    tiles = rows * columns
    width, height = coded.size[0] * columns, coded.size[1] * rows
    whole = struct.pack(">BBBBHH", 0, 0, rows - 1, columns - 1, width, height)
    items = [(coded.kind, coded.data)] * tiles + [(b"grid", whole)]
    primary = tiles + 1
    references = [box(b"dimg", struct.pack(f">HH{tiles}H", primary, tiles, *range(1, primary)))]
    for kind, body in ((b"Exif", bytes(4) + exif if exif else b""), (b"mime", xmp)):
        if body:
            items.append((kind, body))
            references.append(box(b"cdsc", struct.pack(">HHH", len(items), 1, primary)))
    known = [coded.config, _extent(*coded.size), _extent(width, height), *properties]
    of_tile, of_whole = b"\x02\x81\x02", bytes([1 + len(properties), 3])
    # Turns that are not marked as essential make strict readers refuse the file.
    of_whole += bytes(0x80 | each for each in range(4, 4 + len(properties)))
    belongs = b"".join(struct.pack(">H", each) + of_tile for each in range(1, primary))
    belongs += struct.pack(">H", primary) + of_whole
    named = [(kind, _NAMES.get(kind, b"\0")) for kind, _ in items]
    start = box(b"ftyp", coded.brand, bytes(4), b"mif1", coded.brand)

    def meta(first: int) -> bytes:
        return full(
            b"meta",
            full(b"hdlr", bytes(4), b"pict", bytes(13)),
            full(b"pitm", struct.pack(">H", primary)),
            _places([len(data) for _, data in items], first),
            full(b"iinf", struct.pack(">H", len(items)), *(
                full(b"infe", struct.pack(">HH", number, 0), kind, name, version=2)
                for number, (kind, name) in enumerate(named, 1)
            )),
            full(b"iref", *references),
            box(b"iprp", box(b"ipco", *known), full(b"ipma", struct.pack(">I", primary), belongs)),
        )  # fmt: skip

    data = box(b"mdat", *(data for _, data in items))
    if data_first:
        return start + data + meta(len(start) + 8)
    return start + meta(len(start) + len(meta(0)) + 8) + data


def _extent(width: int, height: int) -> bytes:
    return full(b"ispe", struct.pack(">II", width, height))


def _places(lengths: Sequence[int], first: int) -> bytes:
    out, at = [b"\x44\0", struct.pack(">H", len(lengths))], first
    for number, length in enumerate(lengths, 1):
        out.append(struct.pack(">HHHII", number, 0, 1, at, length))
        at += length
    return full(b"iloc", *out)
