"""The trustee over HTTP: JSON in, JSON out, sizes bounded, unknown fields refused.

The paths are those of docs/protocol/trustee.md; /openapi.json describes them. Every
error is RFC 9457 problem details.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Annotated, Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from habeas import protocol
from habeas.foundation import problem
from habeas.foundation.errors import HabeasError
from habeas.foundation.problem import Problem
from habeas.protocol.document import Hex32, Month
from habeas.trustee.releases import Asked
from habeas.trustee.trustee import SignedRefusal, Trustee

MAX_BODY = 256 * 1024

Text = Annotated[str, Field(max_length=64 * 1024)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class DepositBody(_Body):
    """A deposit: canonical promise, share index, HPKE message (base64)."""

    promise: Text
    index: Annotated[int, Field(ge=0, le=254)]
    deposit: Annotated[str, Field(max_length=4096)]


class ReleaseBody(_Body):
    """A request for a share, with the proof that it stands on the log."""

    promise: Hex32
    entry: Annotated[str, Field(max_length=4096)]
    details: dict[str, Any]
    salt: Hex32
    proof: Annotated[str, Field(max_length=128 * 1024)]


class WithdrawalBody(_Body):
    """The withdrawal secret of the receipt."""

    promise: Hex32
    secret: Hex32


class HistoryBody(_Body):
    """Proof of holding the receipt: HMAC-SHA256(track key, label ‖ trustee), hex."""

    promise: Hex32
    mac: Hex32


class StatementAnswer(BaseModel):
    """A signed note (C2SP signed-note)."""

    statement: str


class AcknowledgementAnswer(BaseModel):
    """The signed acknowledgement of a deposit."""

    acknowledgement: str


class ReleaseAnswer(BaseModel):
    """Share index, HPKE message to the one-time key (base64), signed statement."""

    index: int
    release: str
    statement: str


class HistoryAnswer(BaseModel):
    """The trustee's own entries about one photo."""

    events: list[dict[str, Any]]


class ProblemAnswer(BaseModel):
    """RFC 9457 problem details; a refusal carries its signed statement."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    remedy: str
    statement: str | None = None


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise protocol.MalformedError("The deposit is not base64.") from error


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
    _routes(app, trustee)
    return app


def _routes(app: FastAPI, trustee: Trustee) -> None:
    @app.get("/v1/identity")
    def identity() -> dict[str, Any]:
        """Name, address and keys of this trustee."""
        return trustee.identity().fields()

    @app.get("/v1/keys/{month}")
    def key(month: Month) -> StatementAnswer:
        """The signed key for photos that expire in a month."""
        return StatementAnswer(statement=trustee.key(month))

    @app.post("/v1/deposits")
    def deposit(body: DepositBody) -> AcknowledgementAnswer:
        """Take a share into keeping."""
        note = trustee.deposit(body.promise.encode(), body.index, _base64(body.deposit))
        return AcknowledgementAnswer(acknowledgement=note)

    @app.post("/v1/releases")
    def release(body: ReleaseBody) -> ReleaseAnswer:
        """Release a share to a request that stands on the log."""
        asked = Asked(
            bytes.fromhex(body.promise), body.entry.encode(), body.details,
            bytes.fromhex(body.salt), body.proof,
        )  # fmt: skip
        done = trustee.release(asked)
        release = base64.b64encode(done.release).decode()
        return ReleaseAnswer(index=done.index, release=release, statement=done.statement)

    @app.post("/v1/withdrawals")
    def withdraw(body: WithdrawalBody) -> StatementAnswer:
        """Destroy a share, on the word of the receipt's holder."""
        note = trustee.withdraw(bytes.fromhex(body.promise), bytes.fromhex(body.secret))
        return StatementAnswer(statement=note)

    @app.post("/v1/history")
    def history(body: HistoryBody) -> HistoryAnswer:
        """What this trustee has done about a photo, for the receipt's holder."""
        events = trustee.history(bytes.fromhex(body.promise), bytes.fromhex(body.mac))
        return HistoryAnswer(events=events)

    @app.post("/add-checkpoint", response_class=Response)
    async def add_checkpoint(request: Request) -> Response:
        """C2SP tlog-witness."""
        body = await request.body()
        answer = await run_in_threadpool(trustee.add_checkpoint, body)
        # The framework would add a charset to every text type; witness clients compare exactly.
        return Response(answer.body, answer.status, {"content-type": answer.media_type})

    @app.get("/health")
    def health() -> JSONResponse:
        """Whether this trustee works, how far it has followed the log, what it owes."""
        state = trustee.health()
        return JSONResponse(state, 200 if state["ok"] else 503)

    @app.get("/metrics", response_class=PlainTextResponse)
    def metrics() -> PlainTextResponse:
        """The same for Prometheus."""
        state = trustee.health()
        values = {name: int(state[name]) for name in ("ok", "view", "photos", "pending", "owed")}
        lines = [
            f"# TYPE habeas_trustee_{name} gauge\nhabeas_trustee_{name} {value}\n"
            for name, value in values.items()
        ]
        return PlainTextResponse("".join(lines))


def _handle_errors(app: FastAPI) -> None:
    @app.exception_handler(SignedRefusal)
    async def refused(_: Request, error: SignedRefusal) -> Response:
        return _problem(error.error.refusal, statement=error.statement)

    @app.exception_handler(HabeasError)
    async def known(_: Request, error: HabeasError) -> Response:
        return _problem(error)

    @app.exception_handler(HTTPException)
    async def http(_: Request, error: HTTPException) -> Response:
        cause = f"This is not how a trustee is asked: {error.detail}."
        known = getattr(error, "error", protocol.MalformedError(cause, "See /openapi.json."))
        return _problem(known, error.status_code)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return _problem(protocol.MalformedError(f"{where}: {first['msg']}."))


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
        self.error = protocol.MalformedError(f"The request has more than {MAX_BODY} bytes.")
