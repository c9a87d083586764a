"""The edge of a trustee's HTTP service: bodies bounded, errors as RFC 9457, calls served.

What is the same for every call, apart from what each of them does (`habeas.trustee.web`).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from habeas.foundation import problem
from habeas.foundation.errors import HabeasError
from habeas.foundation.problem import Problem
from habeas.protocol import MalformedError
from habeas.tlog.server.browsers import OpenToBrowsers
from habeas.trustee.releases import SignedRefusal

MAX_BODY = 256 * 1024
_THREADS = 40


_Message = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[_Message]]
_Send = Callable[[_Message], Awaitable[None]]
_App = Callable[[_Message, _Receive, _Send], Awaitable[None]]
#: What a call does: its body's fields in, its answer out.
ServedCall = Callable[[dict[str, Any]], BaseModel | dict[str, Any] | Response]


def read_fields(content: bytes) -> dict[str, Any]:
    """The fields of a body.

    Raises:
        MalformedError: it is no JSON object.
    """
    try:
        fields = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise MalformedError("The body is no JSON.") from error
    if not isinstance(fields, dict):
        raise MalformedError("The body is no JSON object.")
    return fields


def _handle_errors(app: FastAPI) -> None:
    """Answer every error with problem details; a refusal's carry its signed statement."""

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


class Edge(FastAPI):
    """The framework, with its errors, behind a way in of its own that bounds every body.

    Args:
        acts: the calls that are served without the framework (by path, POST).
        about: see `FastAPI`.
    """

    def __init__(self, acts: Mapping[str, ServedCall], **about: Any) -> None:
        super().__init__(**about)
        _handle_errors(self)
        # Pages of anybody may ask: a reader's own browser then verifies what is answered.
        self._way_in = OpenToBrowsers(BoundedBodies(Calls(super().__call__, acts)))

    async def __call__(self, scope: _Message, receive: _Receive, send: _Send) -> None:
        """Serve one ASGI connection."""
        await self._way_in(scope, receive, send)


class BoundedBodies:
    """Refuses bodies that are larger than any of these documents, before they are kept."""

    def __init__(self, app: _App) -> None:
        self._app = app

    async def __call__(self, scope: _Message, receive: _Receive, send: _Send) -> None:
        """Serve one ASGI connection."""
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


class Calls:
    """Serves the calls in *acts* (by path, POST) itself, and leaves the rest to the framework.

    The framework describes them, and would only add to their time: its ways in and out take
    longer than a release's cryptography, and documents read bodies more strictly.
    """

    def __init__(self, app: _App, acts: Mapping[str, ServedCall]) -> None:
        self._app = app
        self._acts = acts
        # An act waits for the disk, and may wait for the log: others go on meanwhile.
        self._threads = ThreadPoolExecutor(_THREADS, "trustee-call")

    async def __call__(self, scope: _Message, receive: _Receive, send: _Send) -> None:
        """Serve one ASGI connection."""
        act = None
        if scope["type"] == "http" and scope["method"] == "POST":
            act = self._acts.get(scope["path"])
        if act is None:
            await self._app(scope, receive, send)
            return
        content = await _body(receive)
        if content is not None:
            await (await self._answer(act, content))(scope, receive, send)

    async def _answer(self, act: ServedCall, content: bytes) -> Response:
        loop = asyncio.get_running_loop()
        try:
            answer = await loop.run_in_executor(self._threads, act, read_fields(content))
        except SignedRefusal as error:
            return _problem(error.refusal, statement=error.statement)
        except HabeasError as error:
            return _problem(error)
        if isinstance(answer, Response):
            return answer
        return JSONResponse(answer.model_dump() if isinstance(answer, BaseModel) else answer)


async def _body(receive: _Receive) -> bytes | None:
    """The whole body; None where the client has gone."""
    parts = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


class _TooLargeError(HTTPException):
    def __init__(self) -> None:
        super().__init__(413)
        self.error = MalformedError(f"The request has more than {MAX_BODY} bytes.")
