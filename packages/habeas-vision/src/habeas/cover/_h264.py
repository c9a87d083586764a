"""ITU-T H.264: whether a picture that others are predicted from is missing before another.

A decoder that meets such a gap predicts from a picture that never was, and says nothing: what it
gives then is a smear of old and new. Pictures number themselves (`frame_num`, 7.4.3), so that the
gap itself can be read from the stream. Pure: bytes in; nothing is decoded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

#: Profiles whose sequence parameter sets tell of colour (7.3.2.1.1).
_HIGH = {44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 244}
#: Types of NAL units (table 7-1).
_SLICE, _IDR, _SPS, _PPS = 1, 5, 7, 8
#: Bytes of a slice in which its header's first fields lie: five numbers of 32 bits and less.
_HEADER = 32


@dataclass(frozen=True)
class _Sequence:
    """What a sequence parameter set tells of picture numbers."""

    bits: int
    planes: bool
    gaps: bool


class PictureNumbers:
    """Reads the numbers of one stream's pictures, in order of decoding.

    Args:
        extradata: parameter sets beside the stream: ISO/IEC 14496-15 section 5.3.3.1, or as in
            the stream (annex B).
    """

    def __init__(self, extradata: bytes | None) -> None:
        self._sequences: dict[int, _Sequence] = {}
        self._of_picture: dict[int, int] = {}
        self._last: int | None = None
        #: Bytes of the length before each NAL unit; 0 where start codes part them.
        self._length = 0
        extradata = extradata or b""
        if extradata[:1] == b"\x01" and len(extradata) > 6:
            self._length = (extradata[4] & 3) + 1
            units = _parameter_sets(extradata)
        else:
            units = _units(extradata, 0)
        for unit in units:
            self._learn(unit)

    def missing(self, packet: bytes) -> bool:
        """Whether a picture that this one may be predicted from was never sent; true in doubt.

        Args:
            packet: all of one picture.
        """
        for unit in _units(packet, self._length):
            kind = unit[0] & 0x1F
            if kind in (_SLICE, _IDR):
                try:
                    return self._follows(unit)
                except (IndexError, ValueError):
                    return True
            self._learn(unit)
        return False

    def _follows(self, unit: bytes) -> bool:
        bits = _Bits(unit[1:_HEADER])
        bits.golomb()  # first_mb_in_slice
        bits.golomb()  # slice_type
        sequence = self._sequences.get(self._of_picture.get(bits.golomb(), -1))
        if sequence is None:
            return False
        bits.take(2 * sequence.planes)
        number, last = bits.take(sequence.bits), self._last
        if unit[0] & 0x60:  # others may be predicted from it
            self._last = number
        if unit[0] & 0x1F == _IDR or last is None or sequence.gaps:
            return False
        return number not in (last, (last + 1) % (1 << sequence.bits))

    def _learn(self, unit: bytes) -> None:
        kind, bits = unit[0] & 0x1F, _Bits(unit[1:])
        try:
            if kind == _SPS:
                number, sequence = _sequence(bits)
                self._sequences[number] = sequence
            elif kind == _PPS:
                picture = bits.golomb()
                self._of_picture[picture] = bits.golomb()
        except (IndexError, ValueError):
            # What cannot be read tells nothing; the decoder will not read it either.
            return


class _Bits:
    """Bits of a NAL unit's payload, without emulation prevention bytes (7.3.1)."""

    def __init__(self, payload: bytes) -> None:
        self._bytes = payload.replace(b"\0\0\3", b"\0\0")
        self._at = 0

    def take(self, count: int) -> int:
        """An unsigned number of so many bits."""
        value = 0
        for _ in range(count):
            byte = self._bytes[self._at >> 3]
            value = value << 1 | byte >> (7 - (self._at & 7)) & 1
            self._at += 1
        return value

    def golomb(self) -> int:
        """An unsigned Exp-Golomb number (9.1)."""
        zeros = 0
        while not self.take(1):
            zeros += 1
            if zeros > 32:
                raise ValueError("No number has so many digits.")
        return (1 << zeros) - 1 + self.take(zeros)

    def signed(self) -> int:
        """A signed Exp-Golomb number (9.1.1)."""
        number = self.golomb()
        return (number + 1) // 2 if number & 1 else -(number // 2)


def _sequence(bits: _Bits) -> tuple[int, _Sequence]:
    """Number and contents of a sequence parameter set (7.3.2.1.1)."""
    profile = bits.take(8)
    bits.take(16)
    number = bits.golomb()
    planes = False
    if profile in _HIGH:
        chroma = bits.golomb()
        planes = chroma == 3 and bool(bits.take(1))
        bits.golomb(), bits.golomb(), bits.take(1)
        if bits.take(1):
            for each in range(8 if chroma != 3 else 12):
                if bits.take(1):
                    _skip_scaling(bits, 16 if each < 6 else 64)
    width = bits.golomb() + 4
    order = bits.golomb()
    if order == 0:
        bits.golomb()
    elif order == 1:
        bits.take(1), bits.signed(), bits.signed()
        for _ in range(bits.golomb()):
            bits.signed()
    bits.golomb()  # max_num_ref_frames
    if width > 16:
        raise ValueError("No picture number has so many bits.")
    return number, _Sequence(width, planes, bool(bits.take(1)))


def _skip_scaling(bits: _Bits, size: int) -> None:
    """A scaling list (7.3.2.1.1.1)."""
    last = following = 8
    for _ in range(size):
        if following:
            following = (last + bits.signed()) % 256
        last = following or last


def _parameter_sets(extradata: bytes) -> Iterator[bytes]:
    """NAL units of an AVCDecoderConfigurationRecord (ISO/IEC 14496-15 section 5.3.3.1)."""
    at = 5
    for mask in (0x1F, 0xFF):
        count = extradata[at] & mask if at < len(extradata) else 0
        at += 1
        for _ in range(count):
            length = int.from_bytes(extradata[at : at + 2], "big")
            if unit := extradata[at + 2 : at + 2 + length]:
                yield unit
            at += 2 + length


def _units(stream: bytes, length: int) -> Iterator[bytes]:
    """NAL units; *length* bytes tell how long each is, or start codes where that is 0 (annex B)."""
    at = 0
    if length:
        while at + length < len(stream):
            size = int.from_bytes(stream[at : at + length], "big")
            if unit := stream[at + length : at + length + size]:
                yield unit
            at += length + size
        return
    at = stream.find(b"\0\0\1")
    while at >= 0:
        following = stream.find(b"\0\0\1", at + 3)
        if unit := stream[at + 3 : following if following >= 0 else None]:
            yield unit
        at = following
