"""Packets that wait for the decoder: as many as there is room for, from a key frame on."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import TypeAlias

import av
from av.video.stream import VideoStream

Packet: TypeAlias = "av.Packet[VideoStream]"


@dataclass(frozen=True)
class Arrived:
    """A packet.

    Attributes:
        packet: as it came.
        at: when, seconds of a clock that never goes back.
        torn: whether something that was sent is missing in it or before it.
    """

    packet: Packet
    at: float
    torn: bool = False


@dataclass(frozen=True)
class Room:
    """How much may wait.

    Attributes:
        seconds: of packets: decoding alone is many times faster than a camera, so whoever is
            further behind will not catch up.
        size: bytes; more is no camera's stream.
    """

    seconds: float = 20.0
    size: int = 64 * 1024 * 1024


class Packets:
    """A line of packets with one writer and one reader.

    When there is no room, all before the newest key frame is dropped, as nothing can be decoded
    from a later packet.

    Args:
        room: how much may wait.

    Attributes:
        dropped: packets that were dropped.
        ended: nothing comes any more.
    """

    def __init__(self, room: Room | None = None) -> None:
        self._room = room or Room()
        self._waiting: deque[Arrived] = deque()
        self._size = 0
        self._torn = False
        self._changed = threading.Condition()
        self.dropped = 0
        self.ended = False

    def put(self, arrived: Arrived) -> None:
        """Add the newest packet."""
        with self._changed:
            if self._torn and not arrived.packet.is_keyframe:
                self.dropped += 1
                return
            self._torn = False
            self._waiting.append(arrived)
            self._size += arrived.packet.size
            oldest = self._waiting[0].at
            if self._size > self._room.size or arrived.at - oldest > self._room.seconds:
                self._make_room()
            self._changed.notify()

    def _make_room(self) -> None:
        key = max(
            (at for at, each in enumerate(self._waiting) if each.packet.is_keyframe), default=0
        )
        # Where no key frame waits but the first, all goes, up to the next one that comes.
        self._torn = key == 0
        for _ in range(key or len(self._waiting)):
            self._size -= self._waiting.popleft().packet.size
            self.dropped += 1

    def get(self) -> Arrived | None:
        """The oldest packet, waiting for one; None at the end."""
        with self._changed:
            while not self._waiting and not self.ended:
                self._changed.wait()
            if not self._waiting:
                return None
            found = self._waiting.popleft()
            self._size -= found.packet.size
            return found

    def end(self) -> None:
        """Nothing comes any more; what waits can still be read."""
        with self._changed:
            self.ended = True
            self._changed.notify_all()

    def age(self, now: float) -> float:
        """Seconds that the oldest packet has waited; 0 where none waits."""
        with self._changed:
            return now - self._waiting[0].at if self._waiting else 0.0
