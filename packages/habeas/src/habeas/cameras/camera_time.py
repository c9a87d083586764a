"""What time a camera says it is, beside ours.

A camera that speaks RTCP says in its sender reports at what time of day a picture was taken (RFC
3550 section 6.4.1); FFmpeg hands that on with each packet. Nothing is archived by it
(`habeas.cameras.clock`): but what the camera draws into its own pictures is its time, and who reads
there another minute than the archive says has to know why.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import av

#: FFmpeg's AVProducerReferenceTime begins with microseconds since 1970, UTC.
_MICROSECONDS = struct.Struct("=q")


class CameraTime:
    """Hears the packets of one connection as they arrive.

    Args:
        clock: the time, UTC.

    Attributes:
        offset: seconds by which the camera's clock is ahead of ours, as its newest packet tells;
            what that took on its way makes it less. None where the camera tells no time.
    """

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._clock = clock
        self.offset: float | None = None

    def hear(self, packet: av.Packet[Any]) -> None:
        """*packet* has arrived."""
        if not packet.has_sidedata("prft"):
            return
        self.tell(bytes(packet.get_sidedata("prft")))

    def tell(self, reference: bytes) -> None:
        """A packet that came now was made at a time.

        Args:
            reference: FFmpeg's AVProducerReferenceTime, as it is in memory.
        """
        if len(reference) < _MICROSECONDS.size:
            return
        (made,) = _MICROSECONDS.unpack_from(reference)
        # Who knows no time of day may count from 0, which is 1900, when they began to send.
        self.offset = made / 1e6 - self._clock().timestamp() if made >= 0 else None
