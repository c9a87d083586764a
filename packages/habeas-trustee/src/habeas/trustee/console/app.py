"""The console as an ASGI application: pages, pause and resume, for who has signed in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from habeas.foundation.doors import TIMES, Doors, NotSignedInError
from habeas.foundation.errors import HabeasError
from habeas.trustee.console import figures, pages
from habeas.trustee.console.words import Words, words_for
from habeas.trustee.trustee import Trustee

_COOKIE, _LANGUAGE = "console", "language"
#: Names of this machine itself: a page elsewhere that resolves to it is no way in.
_HOSTS = frozenset({"localhost", "127.0.0.1", "::1", "[::1]"})
_MAX_FORM = 4096
#: Days of acts and refusals that the history shows.
_DAYS = 30
#: The policy "no-referrer" would have a page's own forms come from the origin "null" (Fetch,
#: "append a request Origin header"; Firefox does so), as those of strangers can.
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_Page = Callable[[Trustee, Words, str], str]
_View = Callable[[Request], Awaitable[Response]]


class _Console:
    """The views of one trustee's console."""

    def __init__(self, trustee: Trustee, doors: Doors) -> None:
        self._trustee = trustee
        self._doors = doors

    def shown(self, page: _Page) -> _View:
        """The view of a page."""

        async def view(request: Request) -> Response:
            _here(request)
            form = self._doors.form(self._session(request))
            content = await run_in_threadpool(page, self._trustee, _words(request), form)
            return _answer(HTMLResponse(content))

        return view

    async def enter(self, request: Request) -> Response:
        """A link becomes a session."""
        _here(request)
        session = self._doors.let_in(request.query_params.get("link", ""))
        answer = RedirectResponse("/", 303)
        answer.set_cookie(_COOKIE, session, max_age=TIMES.session, httponly=True, samesite="strict")
        return _answer(answer)

    async def act(self, request: Request) -> Response:
        """Pause or resume."""
        _here(request)
        session = self._session(request)
        form = parse_qs((await _body(request)).decode(errors="replace"))
        self._doors.verify_form(session, form.get("form", [""])[0])
        resume = request.url.path == "/resume"
        await run_in_threadpool(lambda: self._trustee.pause(resume=resume))
        return _answer(RedirectResponse("/", 303))

    def _session(self, request: Request) -> str:
        session = request.cookies.get(_COOKIE, "")
        self._doors.verify(session)
        return session


async def _language(request: Request) -> Response:
    answer = RedirectResponse("/", 303)
    answer.set_cookie(_LANGUAGE, _words(request).language, samesite="strict", httponly=True)
    return _answer(answer)


async def _style(_: Request) -> Response:
    return _answer(Response(pages.STYLE, media_type="text/css"))


async def _turned_away(request: Request, error: Exception) -> Response:
    if not isinstance(error, HabeasError):
        raise error
    return _answer(HTMLResponse(pages.sign_in(_words(request), error), error.status))


def make_console(trustee: Trustee, doors: Doors) -> Starlette:
    """The application.

    Args:
        trustee: at work in this process.
        doors: let its people in.
    """
    console = _Console(trustee, doors)
    return Starlette(
        routes=[
            Route("/", console.shown(_today)),
            Route("/history", console.shown(_history)),
            Route("/claims", console.shown(_claims)),
            Route("/keys", console.shown(_keys)),
            Route("/health", console.shown(_health)),
            Route("/sign-in", console.enter),
            Route("/language", _language),
            Route("/console.css", _style),
            Route("/pause", console.act, methods=["POST"]),
            Route("/resume", console.act, methods=["POST"]),
        ],
        exception_handlers={HabeasError: _turned_away},
    )


def _here(request: Request) -> None:
    """Raise unless the request is for this machine, and from a page of this console.

    Raises:
        NotSignedInError: it is not.
    """
    if (request.url.hostname or "") not in _HOSTS:
        raise NotSignedInError("This console answers on its own machine alone.")
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise NotSignedInError("This was sent by another page.")


async def _body(request: Request) -> bytes:
    content = b""
    async for part in request.stream():
        content += part
        if len(content) > _MAX_FORM:
            raise NotSignedInError("This is no form of the console.")
    return content


def _words(request: Request) -> Words:
    return words_for(
        request.query_params.get("to"),
        request.cookies.get(_LANGUAGE),
        request.headers.get("accept-language", ""),
    )


def _answer(response: Response) -> Response:
    response.headers.update(_HEADERS)
    return response


def _since(today: str) -> str:
    return (date.fromisoformat(today) - timedelta(days=_DAYS)).isoformat()


def _today(trustee: Trustee, words: Words, form: str) -> str:
    today = trustee.today()
    with trustee.reading() as connection:
        found = pages.Today(
            day=today,
            asked=figures.asked(connection, today),
            acts=figures.acts(connection, today),
            unusual=figures.unusual_days(connection, today),
            days=figures.days(connection, today),
        )
    return pages.today(words, trustee.settings.name, trustee.paused(), form, found)


def _history(trustee: Trustee, words: Words, _: str) -> str:
    since = _since(trustee.today())
    with trustee.reading() as connection:
        acts, refused = figures.acts(connection, since), figures.refusals(connection, since)
        unusual = figures.unusual_days(connection, trustee.today())
    return pages.history(words, trustee.settings.name, acts, refused, unusual)


def _claims(trustee: Trustee, words: Words, _: str) -> str:
    with trustee.reading() as connection:
        found = figures.claims(connection)
    return pages.claims(words, trustee.settings.name, found)


def _keys(trustee: Trustee, words: Words, _: str) -> str:
    with trustee.reading() as connection:
        months, releases = figures.months(connection), figures.app_releases(connection)
    return pages.keys(words, trustee.settings.name, months, releases)


def _health(trustee: Trustee, words: Words, _: str) -> str:
    return pages.health(words, trustee.settings.name, trustee.health())
