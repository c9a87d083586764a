"""Formats, *Recordings*: the segments of an hour, and the root by which they are known.

The root is the Merkle root (RFC 6962 section 2.1) over the canonical JSON of
``{name, sha256, milliseconds, frames, lost, whole, moving}`` of each segment, in order of name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated

from pydantic import Field, StringConstraints

from habeas.protocol.document import Document, Hex32
from habeas.tlog import Frontier, leaf_hash

#: What a segment is called: its start within the day, UTC, to the millisecond.
NAME = re.compile(r"([01]\d|2[0-3])([0-5]\d)([0-5]\d)\.(\d{3})Z\.mp4")
_Number = Annotated[int, Field(ge=0)]


class SegmentRecord(Document):
    """One segment of a closed hour.

    Attributes:
        milliseconds: its length as the file tells.
        frames: in it.
        lost: that the camera sent, and that were not written, since the segment before.
        whole: of its frames, covered as a whole because nobody could look at them.
        moving: of its frames, those in which something moved since the one before.
    """

    name: Annotated[str, StringConstraints(pattern=f"^{NAME.pattern}$")]
    sha256: Hex32
    milliseconds: _Number
    frames: _Number
    lost: _Number
    whole: _Number
    moving: _Number


def root_of(segments: Iterable[SegmentRecord]) -> str:
    """The hour's root, hex."""
    return Frontier().extend(leaf_hash(each.encode()) for each in segments).root().hex()
