"""Checking a whole log: every bundle, every tile, and the root, all computed again.

It needs nothing but the files (C2SP tlog-tiles) and a policy, so anybody can do it, from
a folder or over HTTP.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from habeas.tlog.errors import CorruptLogError, FormatError, TlogError
from habeas.tlog.policy import Policy, VerifiedCheckpoint
from habeas.tlog.tiles import TILE_WIDTH, Tile, bundles_of, decode_bundle
from habeas.tlog.tree import EMPTY_ROOT, complete_root, fold

_CHECKPOINT = "checkpoint"

#: Called with entries verified so far, and in all.
Progress = Callable[[int, int], None]


class Files(Protocol):
    """A log's files."""

    def read(self, path: str) -> bytes | None:
        """The content at *path* below the log's prefix, or None where there is none."""

    def widths(self, tile: Tile) -> list[int]:
        """Widths of the partial files of a tile or bundle, as far as they can be listed."""


class Folder:
    """A log's files in a folder; a source for views, mirrors and `rebuild` too."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._prefix = f"{folder}/"

    def read(self, path: str) -> bytes | None:
        """The content at *path*, or None."""
        try:
            with open(self._prefix + path, "rb") as file:  # noqa: PTH123 - for each file of a log
                return file.read()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def checkpoint(self) -> str:
        """The newest checkpoint, unverified.

        Raises:
            CorruptLogError: there is none, or it is no text.
        """
        content = self.read(_CHECKPOINT)
        if content is None:
            raise CorruptLogError(_CHECKPOINT, "the log has no checkpoint.")
        try:
            return content.decode()
        except UnicodeDecodeError as error:
            raise CorruptLogError(_CHECKPOINT, "it is no text.") from error

    def tile(self, tile: Tile) -> bytes:
        """A tile or bundle, unverified; a partial one that is gone is cut from the full one.

        Raises:
            CorruptLogError: it is missing.
        """
        content = self.read(tile.path())
        if content is None and tile.width < TILE_WIDTH:
            content = self.read(Tile(tile.level, tile.index).path())
        if content is None:
            raise CorruptLogError(tile.path(), "it is missing.")
        return content[: tile.width * 32] if tile.level >= 0 else content

    def entries(self, begin: int, end: int) -> Iterator[bytes]:
        """Entries *begin* to *end*, unverified.

        Raises:
            CorruptLogError: a bundle is missing, or is none.
        """
        for bundle in bundles_of(end, begin):
            entries = _decode_first(bundle.path(), self.tile(bundle), bundle.width)
            yield from entries[max(0, begin - bundle.index * TILE_WIDTH) :]

    def widths(self, tile: Tile) -> list[int]:
        """Widths of the partial files of a tile or bundle."""
        try:
            names = os.listdir(f"{self._prefix}{Tile(tile.level, tile.index).path()}.p")  # noqa: PTH208
        except (FileNotFoundError, NotADirectoryError):
            return []
        return sorted(int(each) for each in names if each.isdecimal())


def verify_log(
    files: Files,
    policy: Policy,
    progress: Progress = lambda _done, _all: None,
    now: float | None = None,
) -> VerifiedCheckpoint:
    """Verify every file of a log against its checkpoint.

    Args:
        files: where they lie.
        policy: what makes the checkpoint count.
        progress: called now and then.
        now: POSIX seconds of the reader, where it has a clock; see `Policy.verify`.

    Returns:
        The verified checkpoint.

    Raises:
        CorruptLogError: a file is missing or wrong; it names the file.
        SignatureError, QuorumError: the checkpoint does not satisfy the policy.
    """
    content = files.read(_CHECKPOINT)
    if content is None:
        raise CorruptLogError(_CHECKPOINT, "the log has no checkpoint.")
    try:
        verified = policy.verify(content.decode(), now)
    except UnicodeDecodeError as error:
        raise CorruptLogError(_CHECKPOINT, "it is no text.") from error
    except FormatError as error:
        raise CorruptLogError(_CHECKPOINT, error.cause) from error
    size = verified.checkpoint.size
    checker = _Checker(files, size)
    for number in range(-(-size // TILE_WIDTH)):
        width = min(TILE_WIDTH, size - number * TILE_WIDTH)
        checker.add(0, number, checker.leaves(number, width))
        checker.partial_bundles(number, width)
        if number % 64 == 0:
            progress(number * TILE_WIDTH, size)
    progress(size, size)
    if not hmac.compare_digest(checker.root(), verified.checkpoint.root):
        raise CorruptLogError(_CHECKPOINT, "the entries do not lead to the root that it signs.")
    return verified


class _Checker:
    def __init__(self, files: Files, size: int) -> None:
        self._files = files
        self._size = size
        #: For each level, the hashes since its last full tile, one after the other.
        self._rows: list[bytearray] = [bytearray()]
        self._counts = [0]

    def leaves(self, number: int, width: int) -> bytes:
        """The leaf hashes of a bundle, computed from its entries."""
        sha256 = hashlib.sha256
        entries = self._entries(Tile(-1, number, width))[1]
        return b"".join([sha256(b"\0" + entry).digest() for entry in entries])

    def partial_bundles(self, number: int, width: int) -> None:
        """Check that a bundle's partial files are beginnings of it."""
        bundle = Tile(-1, number, width)
        partials = [each for each in self._files.widths(bundle) if each < width]
        if not partials:
            return
        path, entries = self._entries(bundle)
        for partial in partials:
            other = Tile(-1, number, partial).path()
            content = self._files.read(other)
            if content is None:
                continue  # tidied away meanwhile
            if _decode(other, content, partial) != entries[:partial]:
                raise CorruptLogError(other, f"it differs from {path}.")

    def _entries(self, bundle: Tile) -> tuple[str, list[bytes]]:
        path, content = self._read(bundle)
        if path == bundle.path():
            return path, _decode(path, content, bundle.width)
        return path, _decode(path, content, TILE_WIDTH)[: bundle.width]

    def _read(self, tile: Tile) -> tuple[str, bytes]:
        """The path and content of a file, or of the full one where a partial one is gone."""
        content = self._files.read(tile.path())
        if content is not None:
            return tile.path(), content
        full = Tile(tile.level, tile.index).path()
        content = self._files.read(full) if tile.width < TILE_WIDTH else None
        if content is None:
            raise CorruptLogError(tile.path(), "it is missing.")
        return full, content

    def add(self, level: int, number: int, row: bytes) -> None:
        """Check a finished tile, of hashes computed from below, and all its partial files."""
        width = len(row) // 32
        for tile in self._present(level, number, width):
            path, content = self._read(tile)
            expected = row[: tile.width * 32]
            if path != tile.path():
                content = content[: tile.width * 32]
            if content != expected:
                below = Tile(level - 1, number, width).path() if level == 0 else "the level below"
                raise CorruptLogError(path, f"its hashes are not those of {below}.")
        if width < TILE_WIDTH:
            self._rows[level] += row
            return
        if level + 1 == len(self._rows):
            self._rows.append(bytearray())
            self._counts.append(0)
        self._rows[level + 1] += complete_root(row)
        self._counts[level + 1] += 1
        if len(self._rows[level + 1]) == TILE_WIDTH * 32:
            full, self._rows[level + 1] = bytes(self._rows[level + 1]), bytearray()
            self.add(level + 1, self._counts[level + 1] // TILE_WIDTH - 1, full)

    def _present(self, level: int, number: int, width: int) -> Iterator[Tile]:
        yield Tile(level, number, width)
        for partial in self._files.widths(Tile(level, number)):
            if partial < width:
                yield Tile(level, number, partial)

    def root(self) -> bytes:
        """The root, once all entries were added. Checks the partial tiles of higher levels."""
        if not self._size:
            return EMPTY_ROOT
        hashes = []
        for level in range(len(self._rows) - 1, -1, -1):
            row = bytes(self._rows[level])
            if level and row:
                self._check_partial(level, row)
            at = 0
            for bit in range(7, -1, -1):
                width = 32 << bit
                if (len(row) // 32) >> bit & 1:
                    hashes.append(complete_root(row[at : at + width]))
                    at += width
        return fold(hashes)

    def _check_partial(self, level: int, row: bytes) -> None:
        for tile in self._present(level, self._counts[level] // TILE_WIDTH, len(row) // 32):
            path, content = self._read(tile)
            if content[: tile.width * 32] != row[: tile.width * 32] or (
                path == tile.path() and len(content) != tile.width * 32
            ):
                raise CorruptLogError(path, "its hashes are not those of the entries.")


def _decode_first(path: str, content: bytes, width: int) -> list[bytes]:
    """The first *width* entries of a bundle that may hold more."""
    entries = _decode(path, content, None)
    if len(entries) < width:
        raise CorruptLogError(path, f"it holds {len(entries)} entries, not {width}.")
    return entries[:width]


def _decode(path: str, content: bytes, width: int | None) -> list[bytes]:
    try:
        return decode_bundle(content, width)
    except TlogError as error:
        raise CorruptLogError(path, error.cause) from error
