"""Signing in to view recordings: by passkey, at the city's identity provider, and out again."""

from __future__ import annotations

import time
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.views import LoginView
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from habeas.foundation.errors import HabeasError
from habeas.portal.officers import audit, passkeys
from habeas.portal.officers.models import Officer
from habeas.portal.officers.passkeys import PasskeyError
from habeas.portal.site.bodies import json_object, raw
from habeas.portal.site.configuration import OpenIdConnect
from habeas.portal.site.problems import page

#: Where a session keeps what has been asked of a browser or of the provider, once, and seconds
#: within which it is answered (ASVS 5.0, 6.5.5).
_ASKED = "asked"
_ANSWERED_WITHIN = 600
_BACKEND = "habeas.portal.officers.backend.OfficerBackend"


class NotBegunError(HabeasError):
    """An answer to nothing that was asked in this session."""

    code = "sign-in-not-begun"
    status = 400


class Password(LoginView):
    """The form of a demonstration."""

    template_name = "officers/sign_in.html"

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        """What the page shows beside the form."""
        return super().get_context_data(**more) | _ways()

    def form_valid(self, form: Any) -> HttpResponse:
        """Let the officer in."""
        audit.note("signed-in", form.get_user(), how="password")
        return super().form_valid(form)

    def form_invalid(self, form: Any) -> HttpResponse:
        """Say that something was not right."""
        audit.note("denied", how="password", because="password")
        return super().form_invalid(form)


_password = Password.as_view()


@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The ways in. A password is taken only where Habeas is tried out."""
    if settings.SITE.trying_out:
        return cast("HttpResponse", _password(request))
    if request.method == "POST":
        raise Http404
    return render(request, "officers/sign_in.html", _ways() | {"next": _next(request)})


def _ways() -> dict[str, Any]:
    provider: OpenIdConnect | None = settings.OIDC
    name = provider and (provider.name or provider.issuer.split("/")[2])
    return {"provider": name, "trying_out": settings.SITE.trying_out}


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    if request.user.is_authenticated:
        audit.note("signed-out", request.user)
    logout(request)
    answer = redirect("officers:sign-in")
    # W3C Clear Site Data. Not "storage": an applicant's photo that is under way waits there.
    answer["Clear-Site-Data"] = '"cache"'
    return answer


@require_POST
def passkey_options(request: HttpRequest) -> HttpResponse:
    """What the browser shall sign; it counts once, in this session."""
    options, state = passkeys.request()
    _ask(request, passkey=state)
    return JsonResponse(options)


@require_POST
def passkey(request: HttpRequest) -> HttpResponse:
    """Let in whoever has signed."""
    try:
        officer = passkeys.verify(_asked(request, "passkey"), json_object(raw(request)))
    except PasskeyError as error:
        audit.note("denied", error.officer, how="passkey", because=error.because)
        raise
    return JsonResponse({"next": _enter(request, officer, "passkey")})


@require_GET
def new_passkey(request: HttpRequest) -> HttpResponse:
    """The page of invitations: the same for each, as its token is sent by a call of the page's."""
    context = {
        "options": reverse("officers:new-passkey-options"),
        "target": reverse("officers:keep-passkey"), "whose": reverse("officers:invited"),
    }  # fmt: skip
    return render(request, "officers/new_passkey.html", context)


@require_POST
def invited(request: HttpRequest) -> HttpResponse:
    """Whom an invitation is for."""
    return JsonResponse({"name": passkeys.invited(_token(request)).name})


@require_POST
def new_passkey_options(request: HttpRequest) -> HttpResponse:
    """What the browser shall make; it counts once, in this session."""
    options, state = passkeys.creation(passkeys.invited(_token(request)))
    _ask(request, creation=state)
    return JsonResponse(options)


def _token(request: HttpRequest) -> str:
    return str(json_object(raw(request)).get("token", ""))


@require_POST
def keep_passkey(request: HttpRequest) -> HttpResponse:
    """Keep what the browser has made, and let its officer in."""
    said = json_object(raw(request))
    token = str(said.pop("token", ""))
    try:
        officer = passkeys.keep(token, _asked(request, "creation"), said)
    except PasskeyError as error:
        audit.note("denied", error.officer, how="passkey", because=error.because)
        raise
    audit.note("enrolled", officer, how="passkey")
    return JsonResponse({"next": _enter(request, officer, "passkey")})


@require_POST
def oidc_begin(request: HttpRequest) -> HttpResponse:
    """To the identity provider."""
    from habeas.portal.officers import oidc  # noqa: PLC0415 - an HTTP client that few portals need

    url, kept = oidc.begin(_provider(), _back())
    _ask(request, oidc=kept, next=_next(request))
    return HttpResponseRedirect(url)


@require_GET
def oidc_back(request: HttpRequest) -> HttpResponse:
    """Back from the provider, by a link of another site: a page of this one asks again.

    A browser sends cookies with SameSite=Strict (RFC 6265bis section 5.6.7.1) only with what a
    page of this site has asked for.
    """
    _provider()
    address = f"{reverse('officers:oidc-done')}?{request.META.get('QUERY_STRING', '')}"
    return render(request, "officers/back.html", {"address": address})


@require_GET
def oidc_done(request: HttpRequest) -> HttpResponse:
    """Let in whom the provider has named."""
    from habeas.portal.officers import oidc  # noqa: PLC0415 - an HTTP client that few portals need

    provider = _provider()
    kept = _answered(request)
    try:
        officer = oidc.finish(provider, _back(), request.GET.dict(), kept.get("oidc", {}))
    except oidc.OidcError as error:
        audit.note("denied", how="oidc", because=error.because)
        return page(request, error)
    return redirect(_enter(request, officer, "oidc", kept.get("next", "")))


def _provider() -> OpenIdConnect:
    if settings.OIDC is None:
        raise Http404
    return settings.OIDC


def _back() -> str:
    return f"{settings.SITE.portal.rstrip('/')}{reverse('officers:oidc-back')}"


def _ask(request: HttpRequest, **what: Any) -> None:
    """Note what is asked in this session, in place of what was asked before."""
    request.session[_ASKED] = {**what, "until": time.time() + _ANSWERED_WITHIN}


def _answered(request: HttpRequest) -> dict[str, Any]:
    """What was asked in this session a moment ago; it is asked once."""
    asked: dict[str, Any] = request.session.pop(_ASKED, {})
    return asked if time.time() < asked.get("until", 0.0) else {}


def _asked(request: HttpRequest, what: str) -> dict[str, Any]:
    """The same, of one kind."""
    asked = _answered(request)
    if what not in asked:
        raise NotBegunError(
            _("This sign-in was not begun here, or took too long."), _("Begin it again.")
        )
    return dict(asked[what])


def _enter(request: HttpRequest, officer: Officer, how: str, target: str = "") -> str:
    """Begin a session of *officer*; gives where to go on."""
    login(request, officer, backend=_BACKEND)
    audit.note("signed-in", officer, how=how)
    return target or _next(request)


def _next(request: HttpRequest) -> str:
    """Where to go on: an address of this site alone."""
    asked = str(request.POST.get("next") or request.GET.get("next", ""))
    hosts = {request.get_host()}
    if url_has_allowed_host_and_scheme(asked, hosts, require_https=request.is_secure()):
        return asked
    return str(settings.LOGIN_REDIRECT_URL)
