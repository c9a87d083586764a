"""The one thing that is read of a picture's metadata: which way up it was taken.

EXIF 3.0 (CIPA DC-008) section 4.6, TIFF 6.0 section 2. Whatever cannot be read means upright:
metadata never decides whether a picture is taken.
"""

from __future__ import annotations

import struct

_ORIENTATION = 0x0112
#: Entries of the first directory that are looked at; cameras write about twenty.
_MAX_ENTRIES = 500


def orientation(exif: bytes | None) -> int:
    """The orientation of *exif*, 1 to 8; 1 where there is none that can be read.

    Args:
        exif: a TIFF structure, with or without ``Exif 00 00`` before it.
    """
    if not exif:
        return 1
    tiff = exif.removeprefix(b"Exif\0\0")
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 1
    try:
        (at,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, at)
        for entry in range(min(count, _MAX_ENTRIES)):
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", tiff, at + 2 + 12 * entry)
            if tag == _ORIENTATION:
                return value if kind == 3 and 1 <= value <= 8 else 1
    except struct.error:
        pass
    return 1
