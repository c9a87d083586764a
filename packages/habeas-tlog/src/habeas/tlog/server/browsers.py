"""The Fetch standard's CORS protocol, for services whose answers are anybody's to read.

A page of a stranger verifies a log from the reader's own browser. Nothing here depends on
cookies, so every origin may ask, preflights included.
"""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, If-None-Match, Range",
    "Access-Control-Max-Age": "86400",
}
_EXPOSED = "ETag, Content-Range, Accept-Ranges, Retry-After"


class OpenToBrowsers:
    """Answers preflights, and lets every page read what *app* answers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection of an ASGI server."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def opened(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Access-Control-Allow-Origin"] = "*"
                headers["Access-Control-Expose-Headers"] = _EXPOSED
            await send(message)

        if scope["method"] == "OPTIONS":
            await Response(status_code=204, headers=_PREFLIGHT)(scope, receive, opened)
        else:
            await self._app(scope, receive, opened)
