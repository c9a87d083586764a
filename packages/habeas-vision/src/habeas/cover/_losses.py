"""Packets that were lost on the way: only FFmpeg's log tells of them.

RTP (RFC 3550) and MPEG-2 systems (ISO/IEC 13818-1) number their packets, so that a receiver sees
which are missing. libavformat hands on what is left without a mark, as if it were whole, and says
so in its log. Decoders notice a missing part often, and not always.
"""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Iterable, Iterator
from typing import Any

import av
import av.logging

#: How libavformat says so: `rtpdec.c` of RTP, `demux.c` of all containers that count.
_SAID = re.compile(r"RTP: missed|Packet corrupt \(.*dts = (-?\d+)?")

# Messages may name a camera's address, which may hold a password: nobody else hears them.
_libav = logging.getLogger("libav")
_libav.addHandler(logging.NullHandler())
_libav.propagate = False


class Losses:
    """What is known to be missing in one file or stream."""

    def __init__(self) -> None:
        av.logging.set_skip_repeated(False)
        av.logging.set_level(av.logging.WARNING)
        self._torn = False
        #: Decoding time stamps of packets that were read to find out what the streams are.
        self._stamps: set[int] = set()
        self._early = 0.0
        self._first: float | None = None

    @contextlib.contextmanager
    def opening(self, seconds: float = 0.0) -> Iterator[None]:
        """While a container is opened in this thread; its first packets are read by that.

        Args:
            seconds: of packets that are read at most; where nothing tells which of them were
                torn, none is believed.
        """
        with av.logging.Capture() as said:
            yield
        for found in _losses(said):
            if found[1]:
                self._stamps.add(int(found[1]))
            else:
                self._torn, self._early = True, seconds

    def packets(self, packets: Iterable[av.Packet[Any]]) -> Iterator[tuple[av.Packet[Any], bool]]:
        """*packets*, and whether something that was sent is missing in one, or before it."""
        reading = iter(packets)
        while True:
            with av.logging.Capture() as said:
                packet = next(reading, None)
            if packet is None:
                return
            self._torn |= bool(_losses(said))
            yield packet, self._torn or packet.dts in self._stamps or self._is_early(packet)
            self._torn = False

    def _is_early(self, packet: av.Packet[Any]) -> bool:
        if not self._early or packet.dts is None or packet.time_base is None:
            return False
        at = float(packet.dts * packet.time_base)
        self._first = at if self._first is None else self._first
        return at - self._first <= self._early


def _losses(said: list[tuple[int, str, str]]) -> list[re.Match[str]]:
    return [found for _, _, message in said if (found := _SAID.match(message))]
