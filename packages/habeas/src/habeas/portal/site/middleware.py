"""What every answer carries, and how refusals are said."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from habeas.foundation.errors import HabeasError
from habeas.portal.site.problems import answer
from habeas.portal.site.served import served

GetResponse = Callable[[HttpRequest], HttpResponse]


class SecurityHeaders:
    """No scripts but ours, nothing kept in shared caches, a camera for this site only."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the headers that are not there yet."""
        response = self._get_response(request)
        carried = served()
        response.setdefault("Content-Security-Policy", carried.policy_at(request.path))
        for name, value in carried.headers.items():
            response.setdefault(name.title(), value)
        if not request.path.startswith("/static/"):
            response.setdefault("Cache-Control", "no-store")
        return response


class Problems:
    """A `HabeasError` that nobody caught becomes a page, or JSON, with cause and remedy."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on; errors come back through `process_exception`."""
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer for an exception that a view raised."""
        return answer(request, exception) if isinstance(exception, HabeasError) else None
