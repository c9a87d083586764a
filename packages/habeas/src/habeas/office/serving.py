"""The desk's files, served as they are, with the headers that confine the client."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

#: The worker that decodes opened photos may load nothing at all.
_CONFINED = "/decoder.js"


def headers(portal: str) -> dict[str, str]:
    """What every answer carries; the client speaks to its own origin and the portal alone."""
    parts = urlsplit(portal)
    origin = f"{parts.scheme}://{parts.netloc}"
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        f"connect-src 'self' {origin}; worker-src 'self' blob:; form-action 'none'; "
        "frame-ancestors 'none'; base-uri 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        "Cache-Control": "no-cache",
    }


class _Headers(BaseHTTPMiddleware):
    def __init__(self, app: ASGIApp, portal: str) -> None:
        super().__init__(app)
        self._headers = headers(portal)

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        response = await call_next(request)
        response.headers.update(self._headers)
        if request.url.path == _CONFINED:
            response.headers["Content-Security-Policy"] = "default-src 'none'"
        return response


def make_app(folder: Path, portal: str) -> Starlette:
    """The ASGI application.

    Args:
        folder: as `habeas.office.publish` wrote it.
        portal: its address.
    """
    return Starlette(
        routes=[Mount("/", StaticFiles(directory=folder, html=True))],
        middleware=[Middleware(_Headers, portal=portal)],
    )
