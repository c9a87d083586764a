"""H.264 with messages in it, byte by byte (ITU-T H.264 annexes B and D).

Decoders hand these to whoever reads frames, and encoders write some of them again: so they
are what must not pass.
"""

from __future__ import annotations

import struct

#: ATSC A/53 part 4, table 6.9: "HIDDEN" as two-byte captions of channel 1.
WORDS = b"HIDDEN"
_PLACE = b"51.500N 000.100W"
#: Payload types of D.1.
_T35, _UNREGISTERED, _MASTERING, _LIGHT = 4, 5, 137, 144


def sei(kind: int, payload: bytes) -> bytes:
    """One SEI message as a NAL unit with its start code."""
    body = bytes([kind, len(payload)]) + payload + b"\x80"
    return b"\x00\x00\x00\x01\x06" + _escaped(body)


def _escaped(body: bytes) -> bytes:
    """With emulation prevention bytes (7.4.1)."""
    out, zeros = bytearray(), 0
    for byte in body:
        if zeros >= 2 and byte <= 3:
            out.append(3)
            zeros = 0
        out.append(byte)
        zeros = zeros + 1 if byte == 0 else 0
    return bytes(out)


def captions() -> bytes:
    """Closed captions."""
    pairs = b"".join(
        bytes([0xFC]) + WORDS[at : at + 2] for at in range(0, len(WORDS), 2)
    )  # fmt: skip
    count = len(WORDS) // 2
    data = b"\xb5\x00\x31GA94\x03" + bytes([0xC0 | count, 0xFF]) + pairs + b"\xff"
    return sei(_T35, data)


def place() -> bytes:
    """A note of the camera: where it is."""
    return sei(_UNREGISTERED, bytes(range(16)) + _PLACE)


def light() -> bytes:
    """HDR metadata: the display on which the film was made, and its brightest pixel."""
    display = struct.pack(">8H2I", 34000, 16000, 13250, 34500, 7500, 3000, 15635, 16450,
                          10_000_000, 50)  # fmt: skip
    return sei(_MASTERING, display) + sei(_LIGHT, struct.pack(">2H", 1000, 400))


#: In the Dolby Vision metadata of `with_dolby_vision`.
SHOT = b"HIDDEN-SHOT-METADATA"


def with_dolby_vision(stream: bytes) -> bytes:
    """The H.265 *stream*, with Dolby Vision's metadata after each picture (NAL unit type 62).

    As cut short as an editor leaves it: a decoder hands on none of it, and players ignore it.
    """
    unit = b"\0\0\0\1\x7c\1" + _escaped(b"\x19\x08\x09" + SHOT + b"\x80")
    starts = [each for each in range(len(stream) - 4) if stream[each : each + 3] == b"\0\0\1"]
    out, at = bytearray(), 0
    for each, following in zip(starts, [*starts[1:], len(stream)], strict=True):
        if stream[each + 3] >> 1 & 0x3F < 32:  # a slice
            end = following - (following < len(stream) and stream[following - 1] == 0)
            out += stream[at:end] + unit
            at = end
    return bytes(out + stream[at:])


def with_messages(stream: bytes, *messages: bytes) -> bytes:
    """The Annex B *stream*, with *messages* before each picture."""
    out, at = bytearray(), 0
    starts = [each for each in range(len(stream) - 4) if stream[each : each + 3] == b"\0\0\1"]
    for each in starts:
        # The first slice of a picture: its number of macroblocks before it is 0, one bit.
        if stream[each + 3] & 0x1F in (1, 5) and stream[each + 4] & 0x80:
            begin = each - 1 if each and stream[each - 1] == 0 else each
            out += stream[at:begin] + b"".join(messages)
            at = begin
    return bytes(out + stream[at:])
