"""A portal that may not write shows its pages all the same, and says why it takes nothing."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from habeas.foundation.errors import HabeasError
from habeas.portal.site.middleware import GetResponse
from habeas.portal.site.problems import answer
from habeas.portal.standing import halts, installation

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class ReadOnly:
    """Nothing is written while a halt stands that forbids it: pages are shown all the same."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response
        self._verified = False

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Refuse what writes, with the cause and what the operator can do."""
        harmless = request.method in _SAFE or request.path.startswith("/language/")
        if not harmless and settings.DATA.is_dir():
            try:
                self._verify()
            except HabeasError as error:
                return answer(request, error)
        return self._get_response(request)

    def _verify(self) -> None:
        stand = halts.standing()
        if not self._verified:
            try:
                installation.verify()
                self._verified = True
            except HabeasError as error:
                stand.append(halts.of(error))
        for each in stand:
            if each.reads_only:
                raise halts.ReadOnlyError(
                    f"This service only shows, and takes nothing, at present: {each.cause}",
                    f"Try again later. For its operator: {each.remedy}",
                )
