"""Views for officers with an account: the view gets the officer who has signed in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse

from habeas.portal.catalogue import offices
from habeas.portal.officers import sessions
from habeas.portal.officers.models import Officer

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
OfficerView = Callable[Concatenate[HttpRequest, Officer, P], HttpResponse]


def signed_in(view: OfficerView[P]) -> View[P]:
    """A page for whoever has signed in; others are sent to sign in first."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not sessions.lives(request):
            return redirect_to_login(request.get_full_path())
        officer = cast("Officer", request.user)
        if officer.office not in offices():
            raise Http404  # the catalogue has let the office go
        return view(request, officer, *args, **kwargs)

    return cast("View[P]", login_required(guarded))
