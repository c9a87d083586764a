"""C2SP tlog-witness over HTTP: one witness as an ASGI application, to serve or to mount.

POST add-checkpoint, POST sign-subtree, and GET <SHA-256 of the origin>/checkpoint for
monitors, all below one prefix.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from habeas.tlog.server.bodies import read_body
from habeas.tlog.server.browsers import OpenToBrowsers
from habeas.tlog.witness import Witness
from habeas.tlog.witness_bodies import MAX_BODY, WitnessAnswer

_TOO_LONG = WitnessAnswer(413, f"A request has at most {MAX_BODY} bytes.\n")


def witness_app(witness: Witness, clock: Callable[[], float] = time.time) -> Starlette:
    """The application.

    Args:
        witness: whose answers are served.
        clock: POSIX seconds.
    """

    async def add_checkpoint(request: Request) -> Response:
        body = await read_body(request, MAX_BODY)
        if body is None:
            return _response(_TOO_LONG)
        return _response(await run_in_threadpool(witness.add_checkpoint, body, int(clock())))

    async def sign_subtree(request: Request) -> Response:
        body = await read_body(request, MAX_BODY)
        if body is None:
            return _response(_TOO_LONG)
        return _response(await run_in_threadpool(witness.sign_subtree, body))

    async def monitor(request: Request) -> Response:
        return _response(await run_in_threadpool(witness.monitor, request.path_params["log"]))

    return Starlette(
        routes=[
            Route("/add-checkpoint", add_checkpoint, methods=["POST"]),
            Route("/sign-subtree", sign_subtree, methods=["POST"]),
            Route("/{log}/checkpoint", monitor),
        ],
        middleware=[Middleware(OpenToBrowsers)],
    )


def _response(answer: WitnessAnswer) -> Response:
    return Response(answer.body, answer.status, answer.headers)
