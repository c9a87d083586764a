"""Views for officers: the view gets the officer who asks, by session or by password."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth import authenticate
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from habeas.foundation.errors import HabeasError
from habeas.portal.catalogue import offices
from habeas.portal.officers.models import Officer
from habeas.portal.site.problems import problem

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
OfficerView = Callable[Concatenate[HttpRequest, Officer, P], HttpResponse]


class SignInError(HabeasError):
    """Name and password that belong to no officer."""

    code = "sign-in"
    status = 401
    remedy = "Check user name and password."


def signed_in(view: OfficerView[P]) -> View[P]:
    """A page for whoever has signed in; others are sent to sign in first."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        officer = cast("Officer", request.user)
        if officer.office not in offices():
            raise Http404  # the catalogue has let the office go
        return view(request, officer, *args, **kwargs)

    return cast("View[P]", login_required(guarded))


def by_password(view: OfficerView[P]) -> View[P]:
    """An answer for programs that give name and password with each request (RFC 7617)."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
        try:
            name, _, password = base64.b64decode(credentials, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            name = password = ""
        officer = authenticate(request, username=name, password=password)
        if scheme.lower() != "basic" or officer is None or officer.office not in offices():
            answer = problem(SignInError("The sign-in is not right."))
            answer["WWW-Authenticate"] = 'Basic realm="desk"'
            return answer
        return view(request, officer, *args, **kwargs)

    # No cookie signs these requests, so that no other site can have them sent.
    return cast("View[P]", csrf_exempt(guarded))
