"""The calls about notices, and the pages that their mails lead to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from habeas.protocol.document import Hex32
from habeas.protocol.exchange import NoticeBody
from habeas.trustee.edge import read_fields
from habeas.trustee.notices import pages
from habeas.trustee.notices.mails import CATALOGUE
from habeas.trustee.trustee import Trustee
from habeas.trustee.words import Words

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
}


class OfferedAnswer(BaseModel):
    """Whether this trustee sends mails, and in which languages."""

    offered: bool
    languages: list[str]


async def _fields(request: Request) -> dict[str, Any]:
    return read_fields(await request.body())


def notice_calls(app: FastAPI, trustee: Trustee, described: dict[str, Any]) -> None:
    """The call by which a receipt's holder asks.

    Args:
        app: where it goes.
        trustee: at work in this process.
        described: what OpenAPI says of the body.
    """

    @app.post("/v2/notices", openapi_extra=described)
    def notices(fields: Annotated[dict[str, Any], Depends(_fields)]) -> dict[str, Any]:
        """Tell an address when something is done with a photo; or look, or stop."""
        return trustee.asking.ask(NoticeBody.read(fields)).fields()


def notice_pages(app: FastAPI, trustee: Trustee) -> None:
    """Whether mails are offered, and what stands behind their links."""
    name = trustee.settings.name

    @app.get("/v2/notices")
    def offered() -> OfferedAnswer:
        """Whether this trustee sends mails to receipts' holders."""
        languages = sorted(CATALOGUE.languages)
        return OfferedAnswer(offered=trustee.asking.offered, languages=languages)

    def style() -> Response:
        return _answer(Response(pages.STYLE, media_type="text/css"))

    def choose(request: Request, token: Hex32) -> Response:
        found = trustee.asking.find(token)
        if found is None:
            return _gone(request)
        words = Words(CATALOGUE, found.language)
        return _answer(HTMLResponse(pages.choose(words, name, token, found)))

    def _gone(request: Request) -> Response:
        words = CATALOGUE.choose(None, None, request.headers.get("accept-language", ""))
        return _answer(HTMLResponse(pages.gone(words, name), 404))

    def act(which: str, do: Callable[[str], object]) -> Callable[..., Any]:
        async def done(request: Request, token: Hex32) -> Response:
            found = await run_in_threadpool(trustee.asking.find, token)
            if found is None:
                return _gone(request)
            await run_in_threadpool(do, token)
            words = Words(CATALOGUE, found.language)
            return _answer(HTMLResponse(pages.done(words, name, which)))

        return done

    hidden: dict[str, Any] = {"include_in_schema": False}
    app.add_api_route("/notices/notices.css", style, **hidden)
    app.add_api_route("/notices/{token}", choose, **hidden)
    # Some mail programs show the address of their button as a page.
    app.add_api_route("/notices/{token}/end", choose, **hidden)
    acts: dict[str, Callable[[str], object]] = {
        "confirm": trustee.asking.confirm,
        "end": trustee.asking.end,
        "never": lambda token: trustee.asking.end(token, never=True),
    }
    for which, do in acts.items():
        app.add_api_route(f"/notices/{{token}}/{which}", act(which, do), methods=["POST"], **hidden)


def _answer(response: Response) -> Response:
    response.headers.update(_HEADERS)
    return response
