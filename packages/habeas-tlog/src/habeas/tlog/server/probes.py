"""`/livez`, `/readyz` and `/metrics` of a log, and of a copy of one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from habeas.foundation.errors import HabeasError
from habeas.foundation.health import Health
from habeas.foundation.metrics import MEDIA_TYPE, exposition

#: How it fares, and figures of its own.
Judged = tuple[Health, dict[str, Any]]


def routes(party: str, judge: Callable[[], Judged]) -> list[Route]:
    """Both probes and the figures of *party*; *judge* is asked each time."""

    async def livez(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(_: Request) -> Response:
        health, figures = judge()
        return JSONResponse(health.fields(**figures), health.status)

    async def metrics(_: Request) -> Response:
        health, figures = judge()
        text = exposition(party, health.fields(**figures))
        return Response(text, media_type=MEDIA_TYPE)

    return [Route("/livez", livez), Route("/readyz", readyz), Route("/metrics", metrics)]


def problem(error: HabeasError | None) -> dict[str, str]:
    """An error as `Health.problems` has it."""
    return {} if error is None else {error.code: str(error)}
