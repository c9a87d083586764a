"""C2SP tlog-mirror (draft), the log's side: what a log publishes is sent to its mirrors.

FOLDER/mirrors.txt names them, a line each, as `habeas-tlog mirror` prints it, with an address:

    mirror <name> <verifier key> <URL>

Each mirror has a thread of its own: one that hangs holds up neither the log nor the others.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from habeas.foundation import text
from habeas.foundation.errors import HabeasError
from habeas.tlog.checkpoint import Checkpoint
from habeas.tlog.cosignature import Cosigner, parse_cosigner
from habeas.tlog.errors import FormatError, LogUnavailableError
from habeas.tlog.note import split
from habeas.tlog.pushing import Pusher
from habeas.tlog.server.demanded import DemandedTiles
from habeas.tlog.server.reading import Published
from habeas.tlog.tiles import TILE_WIDTH, Tile, bundles_of, decode_bundle

_LOG = logging.getLogger("habeas.tlog")
_FILE = "mirrors.txt"
#: Seconds between two looks for a new checkpoint, and that one call to a mirror may take.
EVERY, _TIMEOUT = 1.0, 30.0
#: Seconds that a log which is stopped waits for a thread. What a mirror lacks is sent next time.
_PARTING = 1.0


@dataclass(frozen=True)
class MirrorAt:
    """A mirror that somebody runs.

    Attributes:
        name: in messages and figures.
        key: of its cosignatures.
        url: its submission prefix.
    """

    name: str
    key: Cosigner
    url: str


def read_mirrors(folder: Path) -> list[MirrorAt]:
    """The mirrors of the log in *folder*; none where it names none.

    Raises:
        FormatError: mirrors.txt is not what it must be.
        OSError: it cannot be read.
    """
    file = folder / _FILE
    if not file.exists():
        return []
    found: dict[str, MirrorAt] = {}
    for number, line in enumerate(text.read(file).splitlines(), 1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        try:
            keyword, name, key, url = words
            right = keyword == "mirror" and url.startswith(("http://", "https://"))
            if not right or name in found:
                raise ValueError
            found[name] = MirrorAt(name, parse_cosigner(key), url)
        except (ValueError, FormatError) as error:
            raise FormatError(
                f"{file}, line {number}, names no mirror, or one a second time.",
                "Write it as: mirror NAME VERIFIER-KEY URL",
            ) from error
    return list(found.values())


class _Stopped(Exception):  # noqa: N818 - it is no error
    """The log ends."""


class Feed:
    """Sends one log to one mirror, for as long as the log runs.

    Args:
        published: the log.
        mirror: where to.
        every: seconds between two looks for a new checkpoint.
    """

    def __init__(self, published: Published, mirror: MirrorAt, *, every: float = EVERY) -> None:
        self.mirror = mirror
        #: Entries that the mirror has confirmed to keep, since this start.
        self.size = 0
        #: Why the last try failed, where it did.
        self.problem: HabeasError | None = None
        self._published = published
        self._every = every
        self._ended = threading.Event()
        self._done = time.monotonic()
        self._thread = threading.Thread(
            target=self._run, name=f"log-mirror-{mirror.name}", daemon=True
        )

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End soon."""
        self._ended.set()
        self._thread.join(_PARTING)

    @property
    def age(self) -> float:
        """Seconds since the mirror had all that is published; at first, since the start."""
        return time.monotonic() - self._done

    def figures(self) -> dict[str, Any]:
        """What health tells of the mirror: its entries, and what is wrong."""
        return {"size": self.size, "problem": str(self.problem or "")}

    def _run(self) -> None:
        sent = ""
        pusher = Pusher(
            _Shown(self._published), self.mirror.url, self.mirror.key,
            timeout=_TIMEOUT, sleep=self._pause,
        )  # fmt: skip
        with pusher:
            while not self._ended.is_set():
                note = self._published.note
                if note and note != sent:
                    sent = note if self._push(pusher) else ""
                if note and note == sent:
                    self._done = time.monotonic()
                self._ended.wait(self._every)

    def _push(self, pusher: Pusher) -> bool:
        try:
            pusher.push()
        except _Stopped:
            return False
        except HabeasError as error:
            self._failed(error)
            return False
        except Exception:  # noqa: BLE001
            # One mirror's odd answer must not end the thread: nobody would start it again.
            self._failed(HabeasError("Sending to the mirror failed.", "Look at the log's output."))
            _LOG.exception("mirror %s", self.mirror.name)
            return False
        self.size, self.problem = pusher.known, None
        return True

    def _failed(self, error: HabeasError) -> None:
        if self.problem is None or self.problem.cause != error.cause:
            _LOG.warning("mirror %s is not fed: %s", self.mirror.name, error)
        self.problem = error

    def _pause(self, seconds: float) -> None:
        if self._ended.wait(seconds):
            raise _Stopped


class _Shown:
    """A log that is read from within its own service; see `habeas.tlog.spans.Source`."""

    def __init__(self, published: Published) -> None:
        self._published = published
        self._tiles = DemandedTiles(published.read)
        self._tree: Checkpoint | None = None

    def checkpoint(self) -> str:
        """The published checkpoint, of which tiles and entries are given from now on."""
        note = self._published.note
        self._tree = Checkpoint.parse(split(note)[0])
        return note

    def tile(self, tile: Tile) -> bytes:
        """A tile or bundle, held against the root."""
        assert self._tree is not None  # noqa: S101 - whoever pushes reads the checkpoint first
        try:
            return self._tiles.read(tile, self._tree)
        except OSError as error:
            raise LogUnavailableError(f"The log's storage fails: {error}.") from error

    def entries(self, begin: int, end: int) -> Iterator[bytes]:
        """Entries *begin* to *end*."""
        for bundle in bundles_of(end, begin):
            first = bundle.index * TILE_WIDTH
            yield from decode_bundle(self.tile(bundle))[max(0, begin - first) :]


class Feeds:
    """All mirrors of a log.

    Args:
        published: the log.
        mirrors: where to.
        every: seconds between two looks for a new checkpoint.
    """

    def __init__(
        self, published: Published, mirrors: Sequence[MirrorAt], *, every: float = EVERY
    ) -> None:
        self._feeds = [Feed(published, each, every=every) for each in mirrors]

    def start(self) -> None:
        """Begin to send."""
        for each in self._feeds:
            each.start()

    def stop(self) -> None:
        """End soon."""
        for each in self._feeds:
            each.stop()

    def figures(self) -> dict[str, dict[str, Any]]:
        """By the mirrors' names; see `Feed.figures`."""
        return {each.mirror.name: each.figures() for each in self._feeds}

    def ages(self) -> dict[str, float]:
        """Seconds since each mirror had all, as `habeas.foundation.health.Health` has them."""
        return {f"mirror {each.mirror.name}": each.age for each in self._feeds}
