"""Docs/protocol, *HTTP of a trustee*: JSON in, JSON out, sizes bounded, unknown fields refused.

The bodies are those of `habeas.protocol.exchange`; /openapi.json describes them. Every error
is RFC 9457 problem details.
"""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Annotated, Any, TypeVar

from fastapi import Depends, FastAPI, Request, Response
from fastapi import Path as PathParameter
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from habeas.foundation import problem
from habeas.foundation.errors import HabeasError
from habeas.foundation.problem import Problem
from habeas.protocol import MalformedError, canonical
from habeas.protocol.document import Document, Month, unbase64
from habeas.protocol.exchange import DepositBody, ReleaseBody, StreamEndBody, WithdrawalBody
from habeas.trustee.errors import NoShareError
from habeas.trustee.releases import SignedRefusal
from habeas.trustee.trustee import Trustee

MAX_BODY = 256 * 1024
#: Figures of health that are numbers, for Prometheus.
_GAUGES = ("ok", "view", "photos", "pending", "owed", "to_tell", "foreign")

Body = TypeVar("Body", bound=Document)


class StatementAnswer(BaseModel):
    """A signed note (C2SP signed-note)."""

    statement: str


class CircleAnswer(BaseModel):
    """The note of the circle in force."""

    circle: str


class CheckpointAnswer(BaseModel):
    """The newest checkpoint that this trustee has followed the log to."""

    checkpoint: str


class AcknowledgementAnswer(BaseModel):
    """The signed acknowledgement of a deposit."""

    acknowledgement: str


class ReleaseAnswer(BaseModel):
    """Share index, HPKE message to the one-time key (base64), signed statement."""

    index: int
    release: str
    statement: str


class OwedAnswer(BaseModel):
    """The share is destroyed; its entry is not yet in the trustee's view of the log."""

    state: str = "owed"


class ProblemAnswer(BaseModel):
    """RFC 9457 problem details; a refusal carries its signed statement."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    remedy: str
    statement: str | None = None


def make_app(trustee: Trustee) -> FastAPI:
    """The ASGI application of *trustee*; it starts and closes the trustee."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        trustee.start()
        yield
        await run_in_threadpool(trustee.close)

    app = FastAPI(
        title="Habeas trustee",
        version=version("habeas-trustee"),
        summary="Holds one share of each photo, and releases it by rule.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses={status: {"model": ProblemAnswer} for status in (400, 403, 404)},
    )
    app.add_middleware(_Bounded)
    _handle_errors(app)
    _public_routes(app, trustee)
    _witness_routes(app, trustee)
    _photo_routes(app, trustee)
    return app


async def _json(request: Request) -> dict[str, Any]:
    try:
        fields = json.loads(await request.body())
    except (ValueError, RecursionError) as error:
        raise MalformedError("The body is no JSON.") from error
    if not isinstance(fields, dict):
        raise MalformedError("The body is no JSON object.")
    return fields


#: A circle's number, in an address.
Number = Annotated[int, PathParameter(ge=1, le=canonical.MAX_INTEGER)]
#: The body's fields. `Document.read` is stricter than a model of the framework would be.
Fields = Annotated[dict[str, Any], Depends(_json)]


def _takes(kind: type[Document]) -> dict[str, Any]:
    """What OpenAPI says of a call's body."""
    schema = kind.model_json_schema()
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


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

    @app.get("/health")
    def health() -> JSONResponse:
        """Whether this trustee works, how far it has followed the log, what it owes."""
        state = trustee.health()
        return JSONResponse(state, 200 if state["ok"] else 503)

    @app.get("/metrics", response_class=PlainTextResponse)
    def metrics() -> PlainTextResponse:
        """The same for Prometheus."""
        state = trustee.health()
        lines = [
            f"# TYPE habeas_trustee_{name} gauge\nhabeas_trustee_{name} {int(state[name])}\n"
            for name in _GAUGES
        ]
        return PlainTextResponse("".join(lines))


def _witness_routes(app: FastAPI, trustee: Trustee) -> None:
    @app.post("/add-checkpoint", response_class=Response)
    async def add_checkpoint(request: Request) -> Response:
        """C2SP tlog-witness."""
        body = await request.body()
        answer = await run_in_threadpool(trustee.add_checkpoint, body)
        # The framework would add a charset to every text type; witness clients compare exactly.
        return Response(answer.body, answer.status, answer.headers)

    @app.get("/{origin_hash}/checkpoint", response_class=Response)
    def cosigned(origin_hash: str) -> Response:
        """C2SP tlog-witness, for monitors: the newest checkpoint that it has cosigned."""
        answer = trustee.cosigned(origin_hash)
        return Response(answer.body, answer.status, answer.headers)


def _photo_routes(app: FastAPI, trustee: Trustee) -> None:
    @app.post("/v2/deposits", openapi_extra=_takes(DepositBody))
    def deposit(fields: Fields) -> AcknowledgementAnswer:
        """Take a share into keeping."""
        body = DepositBody.read(fields)
        note = trustee.deposit(body.promise, body.index, unbase64(body.deposit), body.order)
        return AcknowledgementAnswer(acknowledgement=note)

    @app.post("/v2/releases", openapi_extra=_takes(ReleaseBody))
    def release(fields: Fields) -> ReleaseAnswer:
        """Release a share to a request that an officer has signed and that stands on the log."""
        done = trustee.release(fields)
        release = base64.b64encode(done.release).decode()
        return ReleaseAnswer(index=done.index, release=release, statement=done.statement)

    @app.post(
        "/v2/withdrawals",
        openapi_extra=_takes(WithdrawalBody),
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

    @app.post("/v2/stream-end", openapi_extra=_takes(StreamEndBody))
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


def _handle_errors(app: FastAPI) -> None:
    @app.exception_handler(SignedRefusal)
    async def refused(_: Request, error: SignedRefusal) -> Response:
        return _problem(error.refusal, statement=error.statement)

    @app.exception_handler(HabeasError)
    async def known(_: Request, error: HabeasError) -> Response:
        return _problem(error)

    @app.exception_handler(HTTPException)
    async def http(_: Request, error: HTTPException) -> Response:
        cause = f"This is not how a trustee is asked: {error.detail}."
        known = getattr(error, "error", MalformedError(cause, "See /openapi.json."))
        return _problem(known, error.status_code)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return _problem(MalformedError(f"{where}: {first['msg']}."))


def _problem(error: HabeasError, status: int | None = None, **more: str) -> Response:
    answer = Problem.of(error, status, **more)
    return Response(answer.encode(), answer.status, media_type=problem.MEDIA_TYPE)


_Message = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[_Message]]
_Send = Callable[[_Message], Awaitable[None]]


class _Bounded:
    """Refuses bodies that are larger than any of these documents, before they are kept."""

    def __init__(self, app: Callable[..., Awaitable[None]]) -> None:
        self._app = app

    async def __call__(self, scope: _Message, receive: _Receive, send: _Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        received = 0

        async def bounded() -> _Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > MAX_BODY:
                raise _TooLargeError
            return message

        try:
            declared = dict(scope["headers"]).get(b"content-length", b"0")
            if not declared.isdigit() or int(declared) > MAX_BODY:
                raise _TooLargeError
            await self._app(scope, bounded, send)
        except _TooLargeError as error:
            await _problem(error.error, 413)(scope, receive, send)


class _TooLargeError(HTTPException):
    def __init__(self) -> None:
        super().__init__(413)
        self.error = MalformedError(f"The request has more than {MAX_BODY} bytes.")
