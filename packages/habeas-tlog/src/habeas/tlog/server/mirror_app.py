"""C2SP tlog-mirror (draft) over HTTP: the copy for readers, and two calls for logs that push.

One prefix serves both; the copy stands below the SHA-256 of the log's origin.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import time
import zlib
from collections.abc import AsyncIterator, Iterator

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from habeas.foundation.errors import HabeasError
from habeas.foundation.health import Health, late
from habeas.tlog.checkpoint import Checkpoint
from habeas.tlog.errors import ForkedViewError, FormatError, ProofError
from habeas.tlog.mirroring import INFO_TYPE, MirrorInfo, Upload, UploadReader
from habeas.tlog.server import probes
from habeas.tlog.server.bodies import read_body
from habeas.tlog.server.browsers import OpenToBrowsers
from habeas.tlog.server.mirror import Mirror, NotThereError, UnknownLogError
from habeas.tlog.server.reading import Reading, refuse
from habeas.tlog.witness_bodies import MAX_BODY, TEXT_TYPE, WitnessAnswer

_LOG = logging.getLogger("habeas.tlog")
#: Bytes of a compressed body that are taken apart at a time, so that none can swell memory.
_PIECE = 1 << 18
#: Seconds without reaching the log's end, and three looks more, after which a copy is behind.
_LATE = 120.0
_STATUS = {UnknownLogError: 404, FormatError: 400, ProofError: 422}


class MirrorApp:
    """The routes of one mirror.

    Args:
        mirror: the copy.
        every: seconds between two looks at the log, where it is read from.
    """

    def __init__(self, mirror: Mirror, every: float = 10.0) -> None:
        self._mirror = mirror
        self._every = every
        self._problem: HabeasError | None = None
        #: When the log's end was last reached; at first, the start.
        self._followed = time.monotonic()
        self._reading = Reading(mirror)

    def asgi(self) -> Starlette:
        """The ASGI application."""
        prefix = "/" + hashlib.sha256(self._mirror.origin.encode()).hexdigest()
        return Starlette(
            routes=[
                *self._reading.routes(prefix),
                Route("/add-checkpoint", self._add_checkpoint, methods=["POST"]),
                Route("/add-entries", self._add_entries, methods=["POST"]),
                *probes.routes("mirror", self._judge),
            ],
            lifespan=self._lifespan,
            middleware=[Middleware(OpenToBrowsers)],
        )

    @contextlib.asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        following = asyncio.create_task(self._follow())
        try:
            yield
        finally:
            following.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await following
            await asyncio.to_thread(self._mirror.close)

    async def _follow(self) -> None:
        while self._mirror.follows:
            try:
                await asyncio.to_thread(self._mirror.catch_up)
                self._problem = None
                self._followed = time.monotonic()
            except HabeasError as error:
                self._problem = error
                _LOG.warning("the mirror does not follow: %s", error)
            except Exception:  # noqa: BLE001
                # The mirror must go on serving what it has; health tells of the fault meanwhile.
                self._problem = HabeasError("The mirror's own code failed.", "Look at its output.")
                _LOG.exception("the mirror does not follow")
            await asyncio.sleep(self._every)

    def _judge(self) -> probes.Judged:
        """How the copy fares, by when it last reached the log's end."""
        ages = {}
        if self._mirror.follows:
            ages["follow"] = time.monotonic() - self._followed
        found = probes.problem(self._problem) | probes.problem(self._reading.problem)
        overdue = late(ages, {"follow": _LATE + 3 * self._every})
        return Health(found or overdue, ages), {"size": self._mirror.size}

    async def _add_checkpoint(self, request: Request) -> Response:
        body = await read_body(request, MAX_BODY)
        if body is None:
            return _text(413, f"A request has at most {MAX_BODY} bytes.\n")
        try:
            answer = await run_in_threadpool(self._mirror.add_checkpoint, body)
        except HabeasError as error:
            return refuse(error, 503)
        return Response(answer.body, answer.status, answer.headers)

    async def _add_entries(self, request: Request) -> Response:
        coding = request.headers.get("content-encoding", "identity").lower()
        if coding not in ("identity", "gzip"):
            return _text(415, "Send the body as it is, or as gzip.\n")
        taking = _Taking(self._mirror, gzipped=coding == "gzip")
        try:
            with contextlib.suppress(ClientDisconnect):
                async for chunk in request.stream():
                    if await run_in_threadpool(taking.feed, chunk):
                        break
            return await run_in_threadpool(taking.end)
        except NotThereError as error:
            return _info(409, error.info)
        except ForkedViewError as error:
            self._problem = error
            _LOG.critical("%s", error)
            return _text(422, f"{error.cause}\n")
        except (UnknownLogError, FormatError, ProofError) as error:
            status = next(each for kind, each in _STATUS.items() if isinstance(error, kind))
            return _text(status, f"{error.cause}\n")
        except HabeasError as error:
            return refuse(error, 503)


class _Taking:
    """One add-entries request on its way into a mirror."""

    def __init__(self, mirror: Mirror, *, gzipped: bool) -> None:
        self._mirror = mirror
        self._plain = zlib.decompressobj(wbits=31) if gzipped else None
        self._reader = UploadReader()
        self._upload: Upload | None = None
        self._target: Checkpoint | None = None
        self._at = -1

    @property
    def _complete(self) -> bool:
        return self._upload is not None and self._at >= self._upload.end

    def feed(self, chunk: bytes) -> bool:
        """Take what has come; whether that was all."""
        for piece in self._pieces(chunk):
            for item in self._reader.feed(piece):
                if isinstance(item, Upload):
                    self._target = self._mirror.begin(item)
                    self._upload = item
                    if item.begin == item.end:
                        self._at = item.end
                elif self._target is not None:
                    self._mirror.take(item, self._target)
                    self._at = item.package.end
            if self._complete:
                return True
        return False

    def _pieces(self, chunk: bytes) -> Iterator[bytes]:
        if self._plain is None:
            yield chunk
            return
        try:
            while chunk:
                yield self._plain.decompress(chunk, _PIECE)
                chunk = self._plain.unconsumed_tail
        except zlib.error as error:
            raise FormatError("The body is not what gzip makes.") from error

    def end(self) -> Response:
        """The answer, after everything has come."""
        if self._upload is None or self._at < 0:
            raise FormatError("The body ends before its first package does.")
        if not self._complete:
            return _info(202, self._mirror.info(self._upload.end))
        return _text(200, self._mirror.finish(self._upload))


def _text(status: int, body: str) -> Response:
    return _response(WitnessAnswer(status, body, TEXT_TYPE))


def _info(status: int, info: MirrorInfo) -> Response:
    return _response(WitnessAnswer(status, info.format(), INFO_TYPE))


def _response(answer: WitnessAnswer) -> Response:
    return Response(answer.body, answer.status, {**answer.headers, "Accept-Encoding": "gzip"})


def mirror_app(mirror: Mirror, *, every: float = 10.0) -> Starlette:
    """The copy as an ASGI application: to be read, to be pushed to, and following by itself.

    Args:
        mirror: the copy.
        every: seconds between two looks at the log, where it is read from.
    """
    return MirrorApp(mirror, every).asgi()
