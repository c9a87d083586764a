"""Mutations that know what files are made of: lengths, chunks, checksums, other files."""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Callable, Sequence

#: Where counters overflow, signs turn and sizes lie.
_NUMBERS = (0, 1, 2, 7, 8, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x10000,
            0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)  # fmt: skip
_PNG = b"\x89PNG\r\n\x1a\n"


class Mutator:
    """Mutations of some seeds, the same for the same number.

    Args:
        seeds: whole files.
        number: of the random generator.
    """

    def __init__(self, seeds: Sequence[bytes], number: int) -> None:
        self._seeds = list(seeds)
        self._random = random.Random(number)
        self._kinds = (
            self._flip, self._flip, self._byte, self._number, self._number,
            self._step, self._remove, self._repeat, self._cut, self._splice,
        )  # fmt: skip

    def next(self) -> bytes:
        """One more mutated file."""
        content = bytearray(self._random.choice(self._seeds))
        for _ in range(1 << self._random.randrange(5)):
            if content:
                self._random.choice(self._kinds)(content)
        if content.startswith(_PNG) and self._random.random() < 0.7:
            return mended_png(bytes(content))
        return bytes(content)

    def _at(self, content: bytearray) -> int:
        # Headers decide what is done with the rest: half of all changes go there.
        limit = min(len(content), 512) if self._random.random() < 0.5 else len(content)
        return self._random.randrange(limit)

    def _flip(self, content: bytearray) -> None:
        content[self._at(content)] ^= 1 << self._random.randrange(8)

    def _byte(self, content: bytearray) -> None:
        content[self._at(content)] = self._random.randrange(256)

    def _number(self, content: bytearray) -> None:
        at, value = self._at(content), self._random.choice(_NUMBERS)
        form = self._random.choice((">B", ">H", ">I", "<H", "<I"))
        size = struct.calcsize(form)
        content[at : at + size] = struct.pack(form, value & ((1 << (8 * size)) - 1))

    def _step(self, content: bytearray) -> None:
        """A number in its place, a little more or less."""
        at = self._at(content)
        size = self._random.choice((1, 2, 4))
        value = int.from_bytes(content[at : at + size], "big") + self._random.randint(-9, 9)
        content[at : at + size] = (value % (1 << (8 * size))).to_bytes(size, "big")

    def _span(self, content: bytearray) -> tuple[int, int]:
        start = self._at(content)
        return start, min(len(content), start + (1 << self._random.randrange(12)))

    def _remove(self, content: bytearray) -> None:
        start, end = self._span(content)
        del content[start:end]

    def _repeat(self, content: bytearray) -> None:
        start, end = self._span(content)
        content[end:end] = content[start:end] * self._random.randint(1, 4)

    def _cut(self, content: bytearray) -> None:
        del content[self._random.randrange(len(content)) :]

    def _splice(self, content: bytearray) -> None:
        other = self._random.choice(self._seeds)
        start, end = self._span(content)
        at = self._random.randrange(len(other))
        content[start:end] = other[at : at + (end - start)]


def mended_png(content: bytes) -> bytes:
    """*content* with the checksum of each PNG chunk made right, so that more is read."""
    out, at = bytearray(content[:8]), 8
    while at + 12 <= len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        body = content[at + 4 : at + 8 + length]
        if len(body) < 4 + length:
            break
        out += content[at : at + 4] + body + struct.pack(">I", zlib.crc32(body))
        at += 12 + length
    return bytes(out + content[at:])


def smallest(content: bytes, fails: Callable[[bytes], bool], most: int = 200) -> bytes:
    """*content* with all removed that is not needed to fail; at most *most* tries."""
    part = max(1, len(content) // 2)
    while part and most > 0:
        at = 0
        while at < len(content) and most > 0:
            shorter = content[:at] + content[at + part :]
            most -= 1
            if shorter and fails(shorter):
                content = shorter
            else:
                at += part
        part //= 2
    return content
