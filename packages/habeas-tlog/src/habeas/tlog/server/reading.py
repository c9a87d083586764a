"""C2SP tlog-tiles over HTTP: the checkpoint, tiles and entry bundles of one log.

The log and its mirrors serve them alike. What is sent as immutable is held against the signed
root first (`habeas.tlog.server.demanded`).
"""

from __future__ import annotations

import logging
from typing import Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from habeas.foundation import problem
from habeas.foundation.errors import HabeasError
from habeas.foundation.problem import Problem
from habeas.tlog.checkpoint import Checkpoint
from habeas.tlog.errors import (
    CorruptLogError,
    DamagedError,
    FormatError,
    LogUnavailableError,
    RolledBackError,
)
from habeas.tlog.server import resources
from habeas.tlog.server.demanded import DemandedTiles
from habeas.tlog.server.resources import Resource
from habeas.tlog.tiles import TILE_WIDTH, Tile

_LOG = logging.getLogger("habeas.tlog")
_IMMUTABLE = "public, max-age=31536000, immutable"
#: Seconds for which a checkpoint may be kept, and after which what failed may be asked again.
_CHECKPOINT = "public, max-age=1"
_RETRY_SECONDS = "1"
#: Damaged files that are remembered for the log's health.
_NAMED = 100
_NO_CHECKPOINT = LogUnavailableError("The log has no checkpoint yet.")
_NO_TILE = FormatError("The log has no such tile.", "Read the checkpoint: it has the size.")


class Published(Protocol):
    """What is read from."""

    @property
    def note(self) -> str:
        """The published checkpoint; empty before the first one."""

    @property
    def tree(self) -> Checkpoint | None:
        """The signed tree that tiles are held against.

        It may be larger than the published one: witnesses look at what they are asked about.
        """

    def read(self, tile: Tile) -> bytes:
        """A tile or bundle.

        Raises:
            FileNotFoundError: there is none.
            OSError: the store does not answer.
            CorruptLogError: it is not what its name says.
        """


class Reading:
    """The routes for readers.

    Args:
        published: what they read.
    """

    def __init__(self, published: Published) -> None:
        self._published = published
        self._tiles = DemandedTiles(published.read)
        self._damaged: dict[str, CorruptLogError] = {}

    @property
    def problem(self) -> DamagedError | None:
        """What is stored and not what it must be, as far as somebody has asked for it."""
        for error in list(self._damaged.values()):
            return DamagedError(error.cause)
        return None

    def routes(self, prefix: str = "") -> list[Route]:
        """Checkpoint and tiles, below *prefix*."""
        return [
            Route(f"{prefix}/checkpoint", self._checkpoint),
            Route(f"{prefix}/tile/{{path:path}}", self._tile),
        ]

    async def _checkpoint(self, request: Request) -> Response:
        note = self._published.note
        if not note:
            return refuse(_NO_CHECKPOINT)
        return _answer(Resource(note.encode(), "text/plain; charset=utf-8", _CHECKPOINT), request)

    async def _tile(self, request: Request) -> Response:
        try:
            tile = Tile.parse("tile/" + request.path_params["path"])
        except FormatError as error:
            return refuse(error, 404)
        try:
            content = await run_in_threadpool(self._read, tile)
        except FileNotFoundError:
            return refuse(_NO_TILE, 404)
        except LogUnavailableError as error:
            return refuse(error)
        except OSError as error:
            return refuse(LogUnavailableError(f"The log's storage fails: {error}."))
        except CorruptLogError as error:
            if len(self._damaged) < _NAMED:
                self._damaged[tile.path()] = error
            _LOG.error("%s", error)
            return refuse(error)
        self._damaged.pop(tile.path(), None)
        resource = Resource(content, "application/octet-stream", _IMMUTABLE, tile.level < 0)
        return _answer(resource, request)

    def _read(self, tile: Tile) -> bytes:
        tree = self._published.tree
        if tree is None:
            raise _NO_CHECKPOINT
        # A tile beyond the checkpoint may still change until its batch is committed.
        if tile.index * TILE_WIDTH + tile.width > tree.size >> (8 * max(tile.level, 0)):
            raise FileNotFoundError
        return self._tiles.read(tile, tree)


def _answer(resource: Resource, request: Request) -> Response:
    given = resources.answer(resource, request.headers)
    return Response(given.body, given.status, given.headers)


def refuse(error: HabeasError, status: int | None = None) -> Response:
    """The problem that *error* is, which no cache keeps."""
    said = Problem.of(error, status)
    headers = {"Cache-Control": "no-store"}
    # A log that was rolled back does not come back by itself.
    if said.status in (429, 503) and not isinstance(error, RolledBackError):
        headers["Retry-After"] = _RETRY_SECONDS
    return Response(said.encode(), said.status, headers, problem.MEDIA_TYPE)
