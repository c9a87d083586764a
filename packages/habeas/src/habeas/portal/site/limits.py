"""How often strangers may come: for each address, each account, and in all.

Kept in the memory of each process: the limits of a portal are those below times its processes.
They keep a single machine from taking the place of all others, and passwords from being tried;
they are no defence against many machines, which is the network's.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from habeas.foundation.errors import HabeasError
from habeas.portal.site import moment
from habeas.portal.site.address import address_of
from habeas.portal.site.buckets import Buckets, Rate
from habeas.portal.site.middleware import GetResponse
from habeas.portal.site.problems import answer

#: After a sign-in that went well Django sends on with it (RFC 9110 section 15.4.3, 302 Found).
_FOUND = 302
#: Where the desk's client signs in.
_DESK_SIGN_IN = frozenset({"/api/officers/sessions", "/api/officers/challenge"})
_MOMENT = "/moment/"
#: What people of one address share, and may have by themselves.
_SHARED = ("page", "act", "ask")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Limits:
    """How much may come, by what it costs. A town hall's network may be one address.

    Attributes:
        page: whatever an address asks for.
        act: whatever an address sends; a form is sent once for each page of a journey.
        ask: receipts that an address shows: every trustee and the log are asked for each.
        ask_all: the same, of all addresses.
        sign_in: tries of an address, by password or by key.
        sign_in_all: the same, of all addresses: a password costs a tenth of a second of work.
        account: tries for one account that fail, from wherever. Whoever tries for an officer
            makes that officer wait a minute, and never locks them out.
        moment: browsers of an address that are counted by themselves: see `moment`.
    """

    page: Rate = Rate(600, 0.1)
    act: Rate = Rate(120, 1.0)
    ask: Rate = Rate(30, 2.0)
    ask_all: Rate = Rate(300, 0.2)
    sign_in: Rate = Rate(20, 6.0)
    sign_in_all: Rate = Rate(200, 0.3)
    account: Rate = Rate(10, 60.0)
    moment: Rate = Rate(20, 180.0)


class TooManyRequestsError(HabeasError):
    """Something came too often.

    Args:
        seconds: until it may come again.
    """

    code = "too-many-requests"
    status = 429

    def __init__(self, seconds: int) -> None:
        again = ngettext(
            "Nothing is lost: wait %(n)d second, and go back to try again.",
            "Nothing is lost: wait %(n)d seconds, and go back to try again.",
            seconds,
        )
        super().__init__(
            _("Too much has come from your network, or for this account, in a short time."),
            again % {"n": seconds},
        )
        self.seconds = seconds


class Limited:
    """Answers 429 (RFC 6585 section 4), with `Retry-After`, to what comes too often."""

    def __init__(
        self,
        get_response: GetResponse,
        limits: Limits | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._get_response = get_response
        limits = limits or Limits()
        self._buckets = {name: Buckets(rate, clock) for name, rate in vars(limits).items()}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Count what has come, and pass it on or refuse it."""
        # What an address is refused takes nothing from what all have: the first refusal ends it.
        counted = list(_counted(request))
        self._challenge(request)
        for name, key in counted:
            wait = self._buckets[name].take(key)
            if wait > 0:
                refusal = TooManyRequestsError(math.ceil(wait))
                response = answer(request, refusal)
                response["Retry-After"] = str(refusal.seconds)
                return response
        response = self._get_response(request)
        if response.status_code == _FOUND:
            for name, key in counted:
                if name == "account":  # who has the password was not trying
                    self._buckets[name].give_back(key)
        return response

    def _challenge(self, request: HttpRequest) -> None:
        """Give a page a puzzle for its browser, where the address comes near a rate."""
        address = address_of(request)
        if request.method not in _SAFE or address is None or moment.pass_of(request):
            return
        if any(self._buckets[name].near(address) for name in _SHARED):
            vars(request)["moment"] = moment.challenge(address)


def _counted(request: HttpRequest) -> Iterator[tuple[str, str]]:
    """Under which limits a request counts, and with which key: what is narrower comes first."""
    kind, account = _kind(request)
    address = address_of(request)
    if address is not None:
        # Who has solved a puzzle is counted by itself, in what many of one address share.
        own = moment.pass_of(request)
        if kind != "moment":  # what leads out of a rate that is used up does not count under it
            yield "page", own or address
        if kind:
            yield kind, own if own and kind in _SHARED else address
    if account:
        yield "account", account
    if kind in ("ask", "sign_in"):
        yield f"{kind}_all", ""


def _kind(request: HttpRequest) -> tuple[str, str]:
    """What a request costs, and for which account it is."""
    if request.method in _SAFE:
        return "", ""
    path = request.path
    if path == _MOMENT:
        return "moment", ""
    if path == settings.LOGIN_URL:
        return "sign_in", request.POST.get("username", "")[:128].casefold()
    if path.startswith(settings.LOGIN_URL) or path in _DESK_SIGN_IN:
        return "sign_in", ""
    if path.startswith("/receipt/") or path.endswith("/withdrawal"):
        return "ask", ""
    return "act", ""
