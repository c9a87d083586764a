"""The desk's files, served as they are, with the headers that confine the client.

What answers carry is under code custody with the files: the front end's build writes both.
"""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from habeas.protocol.app.clients import WAICT_HEADER, waict_header
from habeas.protocol.app.manifest import read_served

_SERVED = Path(__file__).with_name("served.json")


def headers(portal: str, address: str = "/") -> dict[str, str]:
    """What an answer carries; the client speaks to its own origin and the portal alone.

    Args:
        portal: its address.
        address: path that was asked for; the worker that decodes opened photos, which may load
            nothing at all, has a policy of its own.
    """
    served = read_served(_SERVED.read_bytes(), portal)
    path = "index.html" if address == "/" else address.removeprefix("/")
    policy = served["policies"].get(path, served["csp"])
    return {**served["headers"], "content-security-policy": policy, "cache-control": "no-cache"}


class _Headers(BaseHTTPMiddleware):
    def __init__(self, app: ASGIApp, portal: str, more: dict[str, str]) -> None:
        super().__init__(app)
        self._portal, self._more = portal, more

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        response = await call_next(request)
        response.headers.update(headers(self._portal, request.url.path) | self._more)
        return response


def _waict(folder: Path) -> dict[str, str]:
    """WAICT's header, where the folder has its manifest; the newest, where it has several."""
    found = sorted(
        (folder / ".well-known" / "waict" / "manifests").glob("habeas_*"),
        key=lambda file: file.stat().st_mtime,
    )
    return {WAICT_HEADER: waict_header(found[-1].read_bytes())} if found else {}


def make_app(folder: Path, portal: str) -> Starlette:
    """The ASGI application.

    Args:
        folder: as `habeas.office.publish` wrote it.
        portal: its address.
    """
    return Starlette(
        routes=[Mount("/", StaticFiles(directory=folder, html=True))],
        middleware=[Middleware(_Headers, portal=portal, more=_waict(folder))],
    )
