"""Messages between a worker and the process that asks it: JSON and bytes, never pickles.

A worker may be taken over by the file that it decodes, so each message is bounded and is
plain data. One message is

    length of the head (4 bytes) ‖ number of blobs (4) ‖ head, a JSON object
    ‖ for each blob: its length (4) ‖ its bytes

with all numbers big-endian.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

#: What `json` reads and writes.
Json = Any

#: Longest head, bytes: landmarks and measures of one picture are some kilobytes.
MAX_HEAD = 4 * 1024**2
#: Most blobs of one message, and the most bytes of all of them.
MAX_BLOBS, MAX_BYTES = 16, 64 * 1024**2


class MessageError(ValueError):
    """These bytes are no message."""


@dataclass(frozen=True)
class Answer:
    """What a handler answers.

    Attributes:
        value: any JSON.
        blobs: bytes beside it, such as pictures.
    """

    value: Json
    blobs: Sequence[bytes] = ()


@dataclass(frozen=True)
class Message:
    """A head, one of whose fields is ``kind``, and blobs."""

    head: dict[str, Any]
    blobs: Sequence[bytes] = ()

    @property
    def kind(self) -> str:
        """What it is: job, ready, progress, answer, error or failed."""
        return str(self.head.get("kind"))


def encode(message: Message) -> bytes:
    """The bytes of *message*."""
    head = json.dumps(message.head).encode()
    parts = [struct.pack(">II", len(head), len(message.blobs)), head]
    for blob in message.blobs:
        parts += [struct.pack(">I", len(blob)), blob]
    return b"".join(parts)


def decode(read: Callable[[int], bytes]) -> Message:
    """Read one message.

    Args:
        read: gives exactly as many bytes as it is asked for, or raises.

    Raises:
        MessageError: what came is no message, or larger than any may be.
    """
    length, count = struct.unpack(">II", read(8))
    if length > MAX_HEAD or count > MAX_BLOBS:
        raise MessageError("a message larger than any may be")
    try:
        head = json.loads(read(length))
    except (ValueError, RecursionError) as error:
        raise MessageError("the head is no JSON") from error
    if not isinstance(head, dict):
        raise MessageError("the head is no object")
    blobs: list[bytes] = []
    left = MAX_BYTES
    for _ in range(count):
        (size,) = struct.unpack(">I", read(4))
        left -= size
        if left < 0:
            raise MessageError("blobs larger than they may be")
        blobs.append(read(size))
    return Message(head, blobs)
