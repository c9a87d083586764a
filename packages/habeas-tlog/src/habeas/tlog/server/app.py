"""The log over HTTP: C2SP tlog-tiles for readers, one call to append for writers."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Sequence

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from habeas.foundation.errors import HabeasError
from habeas.foundation.health import Health, late
from habeas.tlog.errors import FormatError, NotAdmittedError
from habeas.tlog.server import probes
from habeas.tlog.server.bodies import read_body
from habeas.tlog.server.browsers import OpenToBrowsers
from habeas.tlog.server.feeding import Feeds, MirrorAt
from habeas.tlog.server.reading import Reading, refuse
from habeas.tlog.server.sequencer import Sequencer
from habeas.tlog.server.submitters import Submitters
from habeas.tlog.tiles import MAX_ENTRY, TILE_WIDTH, decode_bundle

#: Of a bundle of entries in one call, bytes.
MAX_BUNDLE_BODY = 1 << 20
#: Seconds after which the log counts as failing. It publishes a checkpoint a minute, also where
#: nothing is appended; a quorum's clocks may differ from this one by two minutes more.
LATE = {"checkpoint": 180.0, "quorum": 300.0}
_BAD_TOKEN = NotAdmittedError(
    "This token may not append.",
    "Use the token that the log gave you.",
    code="token-unknown",
    status=401,
)


class LogApp:
    """The routes of one log.

    Args:
        sequencer: the writer.
        submitters: who may append.
        mirrors: to whom the log is sent by itself.
    """

    def __init__(
        self, sequencer: Sequencer, submitters: Submitters, mirrors: Sequence[MirrorAt] = ()
    ) -> None:
        self._sequencer = sequencer
        self._submitters = submitters
        self._reading = Reading(sequencer)
        self._feeds = Feeds(sequencer, mirrors)

    def asgi(self) -> Starlette:
        """The ASGI application."""
        routes = [
            Route("/append", self._append, methods=["POST"]),
            Route("/append-bundle", self._append_bundle, methods=["POST"]),
            *self._reading.routes(),
            *probes.routes("log", self._judge),
        ]
        return Starlette(
            routes=routes, lifespan=self._lifespan, middleware=[Middleware(OpenToBrowsers)]
        )

    @contextlib.asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        await self._sequencer.start()
        self._feeds.start()
        try:
            yield
        finally:
            await asyncio.to_thread(self._feeds.stop)
            await self._sequencer.stop()

    def _barred(self, request: Request) -> Response | None:
        """The answer to a caller whose token is not known, or None."""
        if self._submitters.may_append(request.headers.get("authorization", "")):
            return None
        return refuse(_BAD_TOKEN)

    async def _append(self, request: Request) -> Response:
        if (barred := self._barred(request)) is not None:
            return barred
        entry = await read_body(request, MAX_ENTRY)
        if entry is None:
            too_long = FormatError(f"An entry has at most {MAX_ENTRY} bytes.", "Shorten it.")
            return refuse(too_long, 413)
        if not entry:
            return refuse(FormatError("The entry is empty.", "Send the entry as the body."))
        try:
            index = await self._sequencer.append(entry)
            proof = self._sequencer.proof(index)
        except HabeasError as error:
            return refuse(error)
        body = json.dumps({"index": index, "proof": proof})
        return Response(body, media_type="application/json")

    async def _append_bundle(self, request: Request) -> Response:
        """Many entries in one call, all or none; indices come back, and no proofs."""
        if (barred := self._barred(request)) is not None:
            return barred
        body = await read_body(request, MAX_BUNDLE_BODY)
        if body is None:
            return refuse(FormatError("The bundle is too long.", "Send fewer entries."), 413)
        try:
            entries = decode_bundle(body)
            if not 1 <= len(entries) <= TILE_WIDTH or not all(entries):
                raise FormatError(f"A bundle has 1 to {TILE_WIDTH} entries, none of them empty.")
            indices = await self._sequencer.append_many(entries)
        except HabeasError as error:
            return refuse(error)
        return JSONResponse({"indices": indices})

    def _judge(self) -> probes.Judged:
        """How the log fares, by what it last published."""
        ages = self._sequencer.ages() | self._feeds.ages()
        found = probes.problem(self._sequencer.problem) | probes.problem(self._reading.problem)
        return Health(found | late(ages, LATE), ages), {
            "size": self._sequencer.size,
            "waiting": self._sequencer.waiting,
            "failures": self._sequencer.failures,
            "mirrors": self._feeds.figures(),
        }
