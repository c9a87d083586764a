"""`/livez` and `/readyz` of a log, and of a copy of one (`habeas.foundation.health`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from habeas.foundation.errors import HabeasError
from habeas.foundation.health import Health

#: How it fares, and figures of its own.
Judged = tuple[Health, dict[str, Any]]


def routes(judge: Callable[[], Judged]) -> list[Route]:
    """Both probes; *judge* is asked each time."""

    async def livez(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(_: Request) -> Response:
        health, figures = judge()
        return JSONResponse(health.fields(**figures), health.status)

    return [Route("/livez", livez), Route("/readyz", readyz)]


def problem(error: HabeasError | None) -> dict[str, str]:
    """An error as `Health.problems` has it."""
    return {} if error is None else {error.code: str(error)}
