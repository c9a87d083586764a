"""Docs/protocol, *HTTP of a trustee*: JSON in, JSON out, sizes bounded, unknown fields refused.

The bodies are those of `habeas.protocol.exchange`, the answers those of
`habeas.trustee.answers`; /openapi.json describes both. Every error is RFC 9457 problem details.
"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request, Response
from fastapi import Path as PathParameter
from fastapi.responses import JSONResponse, PlainTextResponse, StreamingResponse
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from habeas.foundation.metrics import MEDIA_TYPE, exposition
from habeas.protocol import canonical
from habeas.protocol.document import Hex32, Month, unbase64
from habeas.protocol.exchange import (
    DepositBody,
    NoticeBody,
    ReleaseBody,
    StreamEndBody,
    WithdrawalBody,
)
from habeas.trustee.answers import (
    PLAIN,
    PROBLEM,
    WITNESS,
    AcknowledgementAnswer,
    CheckpointAnswer,
    CircleAnswer,
    OwedAnswer,
    ReleaseAnswer,
    StatementAnswer,
    takes,
    with_bodies,
)
from habeas.trustee.edge import Edge, ServedCall, read_fields
from habeas.trustee.errors import NoShareError
from habeas.trustee.notices.web import notice_calls, notice_pages
from habeas.trustee.trustee import Trustee

#: Of a file that is sent as fast as its reader takes it.
_PIECE_BYTES = 64 * 1024


def make_app(trustee: Trustee) -> FastAPI:
    """The ASGI application of *trustee*; it starts and closes the trustee."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        trustee.start()
        yield
        await run_in_threadpool(trustee.close)

    # All on one router: those of an included one would be built with the first request, in
    # whichever thread serves it.
    acts: dict[str, ServedCall] = {}
    app = Edge(
        acts,
        title="Habeas trustee",
        version=version("habeas-trustee"),
        summary="Holds one share of each photo, and releases it by rule.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses={"default": PROBLEM},
    )
    _public_routes(app, trustee)
    _evidence_routes(app, trustee)
    _witness_routes(app, trustee)
    _app_routes(app, trustee)
    notice_pages(app, trustee)
    others = len(app.routes)
    _photo_routes(app, trustee)
    notice_calls(app, trustee, takes(NoticeBody))
    made = (each for each in app.routes[others:] if isinstance(each, APIRoute))
    acts.update({each.path: each.endpoint for each in made})
    vars(app)["openapi"] = with_bodies(app.openapi)
    return app


async def _fields(request: Request) -> dict[str, Any]:
    return read_fields(await request.body())


#: A circle's number, in an address.
Number = Annotated[int, PathParameter(ge=1, le=canonical.MAX_INTEGER)]
#: The body's fields. `Document.read` is stricter than a model of the framework would be.
Fields = Annotated[dict[str, Any], Depends(_fields)]


def _public_routes(app: FastAPI, trustee: Trustee) -> None:
    @app.get("/v2/identity")
    def identity() -> dict[str, Any]:
        """Name, address and keys of this trustee."""
        return trustee.identity().fields()

    @app.get("/v2/circle")
    def circle() -> CircleAnswer:
        """The circle in force, signed."""
        return CircleAnswer(circle=trustee.circle())

    @app.get("/v2/circles/{number}")
    def circles(number: Number) -> CircleAnswer:
        """A circle that is in force or was, signed: so readers go from one to the next."""
        return CircleAnswer(circle=trustee.circle_numbered(number))

    @app.get("/v2/keys/{month}")
    def key(month: Month) -> StatementAnswer:
        """The signed key for photos that expire in a month."""
        return StatementAnswer(statement=trustee.key(month))

    @app.get("/v2/checkpoint")
    def checkpoint() -> CheckpointAnswer:
        """How far this trustee has followed the log."""
        note = trustee.follower.newest()
        if note is None:
            raise NoShareError("This trustee has not followed the log yet.", "Ask again.")
        return CheckpointAnswer(checkpoint=note)

    @app.get("/livez", response_class=PlainTextResponse)
    def livez() -> PlainTextResponse:
        """200 while the process answers."""
        return PlainTextResponse("ok\n")

    @app.get("/readyz")
    def readyz() -> JSONResponse:
        """200 where this trustee can act, else 503: causes, ages, what it followed and owes."""
        state = trustee.health()
        return JSONResponse(state, 200 if state["ok"] else 503)

    @app.get("/metrics", response_class=PlainTextResponse)
    def metrics() -> Response:
        """The same for Prometheus."""
        return Response(exposition("trustee", trustee.health()), media_type=MEDIA_TYPE)


def _evidence_routes(app: FastAPI, trustee: Trustee) -> None:
    @app.get("/v2/apps/{manifest}")
    def apps(manifest: Hex32) -> dict[str, Any]:
        """Where the log has a release of the app, and what was found to differ from it."""
        return trustee.apps.places(manifest).fields()

    @app.get("/v2/app-evidence/{got}")
    def evidence(got: Hex32) -> Response:
        """What the live site served and no release has: headers and bytes, as they came."""
        return Response(trustee.evidence(got), media_type="application/json")


def _app_routes(app: FastAPI, trustee: Trustee) -> None:
    """The app itself, where this trustee hosts it: the manifest describes it, and not OpenAPI."""

    def hosted(request: Request) -> Response:
        file = trustee.hosting.file(request.url.path)
        # In pieces, as fast as somebody reads: who reads slowly holds one of them, and no copy.
        pieces = (
            file.content[at : at + _PIECE_BYTES] for at in range(0, len(file.content), _PIECE_BYTES)
        )
        length = {"content-length": str(len(file.content))}
        return StreamingResponse(
            pieces, headers={**file.headers, **length}, media_type=file.media_type
        )

    for path in ("/static/{file:path}", "/apply/{file:path}"):
        app.add_api_route(path, hosted, methods=["GET", "HEAD"], include_in_schema=False)


def _witness_routes(app: FastAPI, trustee: Trustee) -> None:
    body = {"required": True, "content": {"text/plain": PLAIN}}

    @app.post(
        "/add-checkpoint", response_class=Response, responses=WITNESS,
        openapi_extra={"requestBody": body},
    )  # fmt: skip
    async def add_checkpoint(request: Request) -> Response:
        """C2SP tlog-witness."""
        body = await request.body()
        answer = await run_in_threadpool(trustee.add_checkpoint, body)
        # The framework would add a charset to every text type; witness clients compare exactly.
        return Response(answer.body, answer.status, answer.headers)

    @app.get("/{origin_hash}/checkpoint", response_class=Response, responses=WITNESS)
    def cosigned(origin_hash: str) -> Response:
        """C2SP tlog-witness, for monitors: the newest checkpoint that it has cosigned."""
        answer = trustee.cosigned(origin_hash)
        return Response(answer.body, answer.status, answer.headers)


def _photo_routes(app: FastAPI, trustee: Trustee) -> None:
    """Described here, and served by `Calls`."""

    @app.post("/v2/deposits", openapi_extra=takes(DepositBody))
    def deposit(fields: Fields) -> AcknowledgementAnswer:
        """Take a share into keeping."""
        body = DepositBody.read(fields)
        note = trustee.deposit(body.promise, body.index, unbase64(body.deposit), body.order)
        return AcknowledgementAnswer(acknowledgement=note)

    @app.post("/v2/releases", openapi_extra=takes(ReleaseBody))
    def release(fields: Fields) -> ReleaseAnswer:
        """Release a share to a request that an officer has signed and that stands on the log."""
        done = trustee.release(fields)
        release = base64.b64encode(done.release).decode()
        return ReleaseAnswer(index=done.index, release=release, statement=done.statement)

    @app.post(
        "/v2/withdrawals",
        openapi_extra=takes(WithdrawalBody),
        responses={202: {"model": OwedAnswer}},
        response_model=StatementAnswer,
    )
    def withdraw(fields: Fields) -> StatementAnswer | JSONResponse:
        """Destroy a share, on the word of whoever knows the withdrawal secret."""
        body = WithdrawalBody.read(fields)
        done = trustee.withdraw(bytes.fromhex(body.promise), bytes.fromhex(body.secret))
        if done.statement is None:
            return JSONResponse(OwedAnswer().model_dump(), 202)
        return StatementAnswer(statement=done.statement)

    @app.post("/v2/stream-end", openapi_extra=takes(StreamEndBody))
    def stream_end(fields: Fields) -> dict[str, Any]:
        """What this trustee has said about a photo, for the receipt's holder."""
        body = StreamEndBody.read(fields)
        told, statement = trustee.stream_end(
            bytes.fromhex(body.promise), body.nonce, bytes.fromhex(body.mac)
        )
        return {
            "statement": statement,
            "checkpoint": told.checkpoint or "",
            "own": told.events,
            "custodian": told.custodian,
        }
