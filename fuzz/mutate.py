"""Mutations that know what files are made of: parts, lengths, checksums, other files."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable, Sequence

from fuzz.containers import File, Part, build, parse

#: Where counters overflow, signs turn and sizes lie.
_NUMBERS = (0, 1, 2, 7, 8, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x10000,
            0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)  # fmt: skip
#: Nothing grows beyond, so that files stay quick to try and below the limit of a photo.
_MOST = 4_000_000


class Mutator:
    """Mutations of some seeds, the same for the same number.

    Args:
        seeds: whole files.
        number: of the random generator.
    """

    def __init__(self, seeds: Sequence[bytes], number: int) -> None:
        self._seeds = list(seeds)
        self._files = [parse(each) for each in seeds]
        self._random = random.Random(number)
        self._on_bytes = (
            self._flip, self._flip, self._byte, self._number, self._number,
            self._step, self._remove, self._repeat, self._cut, self._splice,
        )  # fmt: skip
        self._on_parts = (
            self._inside, self._inside, self._inside, self._drop, self._again, self._swap,
            self._lie, self._empty, self._grow, self._borrow, self._borrow, self._nest,
        )  # fmt: skip

    def next(self) -> bytes:
        """One more mutated file."""
        content = self._random.choice(self._seeds)
        way = self._random.random()
        if way < 0.7:
            content = self._parts(content)
        if way >= 0.5:
            content = self._bytes(content)
        if way >= 0.85:
            # A sound frame around what was broken, so that more than the checksum is read.
            content = build(parse(content))
        return content[:_MOST]

    def _times(self) -> range:
        # Mostly few: a file that is broken everywhere is given up at its first byte.
        return range(1 << self._random.choice((0, 0, 0, 1, 1, 2, 3, 4)))

    # The file as bytes

    def _bytes(self, content: bytes) -> bytes:
        changed = bytearray(content)
        for _ in self._times():
            if changed:
                self._random.choice(self._on_bytes)(changed)
        return bytes(changed)

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

    # The file as parts

    def _parts(self, content: bytes) -> bytes:
        file = parse(content)
        for _ in self._times():
            siblings = self._siblings(file)
            if siblings is None:
                break
            self._random.choice(self._on_parts)(siblings, self._random.randrange(len(siblings)))
        return build(file)

    def _siblings(self, file: File) -> list[Part] | None:
        lists = list(file.lists())
        # By length, so that every part is as likely as any other.
        return self._random.choices(lists, [len(each) for each in lists])[0] if lists else None

    def _inside(self, siblings: list[Part], at: int) -> None:
        body = bytearray(siblings[at].body)
        for _ in range(self._random.randint(1, 4)):
            if body:
                self._random.choice(self._on_bytes[:6])(body)
        siblings[at].body = bytes(body)

    def _drop(self, siblings: list[Part], at: int) -> None:
        if len(siblings) > 1:
            del siblings[at]

    def _again(self, siblings: list[Part], at: int) -> None:
        times = self._random.choice((1, 1, 2, 5, 300))
        if siblings[at].weight() * times < 200_000 and len(siblings) < 2000:
            siblings[at:at] = [siblings[at].copy() for _ in range(times)]

    def _swap(self, siblings: list[Part], at: int) -> None:
        other = self._random.randrange(len(siblings))
        siblings[at], siblings[other] = siblings[other], siblings[at]

    def _lie(self, siblings: list[Part], at: int) -> None:
        siblings[at].lie = self._random.choice((-1, 1, -4, 4, 255, 65_536, -(1 << 31), 1 << 31))

    def _empty(self, siblings: list[Part], at: int) -> None:
        siblings[at].body = b""

    def _grow(self, siblings: list[Part], at: int) -> None:
        more = 1 << self._random.randrange(17)
        siblings[at].body += self._random.choice((bytes(more), self._random.randbytes(more)))

    def _borrow(self, siblings: list[Part], at: int) -> None:
        """A part of another seed in the place of one, of the same name where there is one."""
        parts = [part for each in self._random.choice(self._files).lists() for part in each]
        alike = [part for part in parts if part.name == siblings[at].name] or parts
        if alike:
            siblings[at] = self._random.choice(alike).copy()

    def _nest(self, siblings: list[Part], at: int) -> None:
        """A part within itself, and so on."""
        part = siblings[at]
        if part.children is None or len(part.children) > 50:
            return
        for _ in range(self._random.choice((1, 3, 30))):
            part = Part(part.name, part.body, [part], width=part.width)
        siblings[at] = part


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
