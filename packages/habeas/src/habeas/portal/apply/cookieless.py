"""Addresses that pages of other origins call: no cookie ever, and answers that they can read.

Whatever answers there, the view or what stands before it (a limit, a halt, an unknown address), is
answered alike: a browser keeps from a page an answer without the header of the Fetch standard
(section 3.3, CORS protocol), and with it the reason and what to do.
"""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from habeas.foundation.errors import HabeasError
from habeas.portal.apply import elsewhere
from habeas.portal.site.middleware import GetResponse

#: A trustee's address asks at the one, a frame of another page at the other.
_PLACE = re.compile(r"/apply/[-\w]+/(from|embedded)/", re.ASCII)


class Cookieless:
    """Sets no cookie at these addresses, and lets the pages that may ask read what is said."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on, and change what the answer carries."""
        response = self._get_response(request)
        place = _PLACE.match(request.path)
        if place is None:
            return response
        # What the token of a form, a session or a language would leave behind, too.
        response.cookies.clear()
        if place[1] == "from":
            origin = request.headers.get("Origin", "")
            if origin in _hosts():
                response.headers["Access-Control-Allow-Origin"] = origin
            patch_vary_headers(response, ["Origin"])
        return response


def _hosts() -> set[str]:
    try:
        return elsewhere.hosts()
    except HabeasError:  # nothing is released, or there is no circle yet: nobody is a host
        return set()
