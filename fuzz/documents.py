"""Mutations that know what signed documents are made of: values, texts, base64, notes."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable, Sequence
from typing import Any

#: What readers trip over: edges of numbers, halves of characters, days that there are not.
_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2, 2**31, 2**53 - 1, 2**53, -(2**53), 10**400, 0.5, 1e308, "", "0",
    "\x00", "\ud800", "\udfff\ud800", "é", "\u202e", "😀", "\x1b[2J", "null", "2027-02-30",
    "0000-00-00", "9999-12-31", "2200-01-01", "2027-01-15T25:61:61Z", "__class__", "=", "AA==",
    "—", "\n", "\n\n— a AAAAAA==\n", [], {}, [[]], {"": {}}, "x" * 5000, "ж" * 501,
)  # fmt: skip
_DEPTHS = (1, 15, 16, 17, 200, 20_000)
#: Makes an object into bytes as its writer would: signed, where a key is known.
Finish = Callable[[dict[str, Any]], bytes]


class DocumentMutator:
    """Mutations of some seeds, the same for the same number.

    Args:
        seeds: whole documents or notes.
        number: of the random generator.
        finish: called for objects in half of the cases.
    """

    def __init__(self, seeds: Sequence[bytes], number: int, finish: Finish) -> None:
        self._seeds = list(seeds)
        self._random = random.Random(number)
        self._finish = finish

    def next(self) -> bytes:
        """One more mutated document."""
        content = self._random.choice(self._seeds)
        way = self._random.random()
        if way < 0.75:
            content = self._structure(content)
        if way >= 0.6:
            content = self._bytes(content)
        return content

    def _structure(self, content: bytes) -> bytes:
        # Of a note, the text is the document, and the rest are signatures.
        text, separator, rest = content.partition(b"\n\n")
        try:
            document = json.loads(text)
        except ValueError:
            return self._bytes(content)
        for _ in range(1 << self._random.choice((0, 0, 0, 1, 2))):
            document = self._changed(document)
        if isinstance(document, dict) and not separator and self._random.random() < 0.5:
            return self._finish(document)
        written = json.dumps(
            document, ensure_ascii=self._random.random() < 0.1, sort_keys=True,
            separators=(",", ":"),
        )  # fmt: skip
        if self._random.random() < 0.02:
            depth = self._random.choice(_DEPTHS)
            written = written.replace('"', "[" * depth, 1)
        return written.encode(errors="surrogatepass") + separator + rest

    def _changed(self, value: Any) -> Any:
        """*value* with something in it changed."""
        if isinstance(value, dict) and value and self._random.random() < 0.85:
            return self._object(value)
        if isinstance(value, list) and value and self._random.random() < 0.85:
            return self._list(value)
        if isinstance(value, str) and self._random.random() < 0.7:
            return self._text(value)
        if type(value) is int and self._random.random() < 0.5:
            return value + self._random.choice((-1, 1, 2, 255, 2**32))
        return self._random.choice(_VALUES)

    def _object(self, value: dict[str, Any]) -> dict[str, Any]:
        name, other = (self._random.choice(list(value)) for _ in range(2))
        match self._random.randrange(8):
            case 0:
                return {key: each for key, each in value.items() if key != name}
            case 1:
                return {**value, self._random.choice(("x", "é", "\ud800", "", name + "_")): 1}
            case 2:
                return {**value, name: value[other]}
            case _:
                return {**value, name: self._changed(value[name])}

    def _list(self, value: list[Any]) -> list[Any]:
        at = self._random.randrange(len(value))
        match self._random.randrange(5):
            case 0:
                return value[:at] + value[at + 1 :]
            case 1:
                return value[:at] + [value[at]] * self._random.choice((2, 3, 300)) + value[at:]
            case 2:
                return value[::-1]
            case _:
                return [*value[:at], self._changed(value[at]), *value[at + 1 :]]

    def _text(self, value: str) -> str:
        """A text as its bytes where it is base64 of some, else as its characters."""
        try:
            content = base64.b64decode(value, validate=True)
        except ValueError:
            content = b""
        if len(content) > 8 and self._random.random() < 0.6:
            return base64.b64encode(self._bytes(content)).decode()
        changed = self._bytes(value.encode(errors="surrogatepass"))
        return changed.decode(errors="surrogateescape")

    def _bytes(self, content: bytes) -> bytes:
        changed = bytearray(content)
        for _ in range(1 << self._random.choice((0, 0, 1, 2, 4))):
            at = self._random.randrange(len(changed) + 1)
            end = min(len(changed), at + (1 << self._random.randrange(9)))
            match self._random.randrange(7):
                case 0 | 1 if at < len(changed):
                    changed[at] ^= 1 << self._random.randrange(8)
                case 2:
                    changed[at:at] = self._random.randbytes(self._random.randrange(1, 9))
                case 3:
                    del changed[at:end]
                case 4:
                    changed[end:end] = changed[at:end]
                case 5:
                    other = self._random.choice(self._seeds)
                    begin = self._random.randrange(len(other))
                    changed[at:end] = other[begin : begin + end - at]
                case _:
                    changed[at : at + 1] = bytes([self._random.choice(b'"\\{}[]:,\n\0\xff+=-')])
        return bytes(changed)
