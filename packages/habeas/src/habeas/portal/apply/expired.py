"""A form that comes without its token: an old page, a lost cookie, or another site's page.

Django's protection of forms (CSRF) refuses it; what it would say is a page of Django's own.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve

from habeas.portal.apply.forms import DetailsForm
from habeas.portal.apply.views import show_details
from habeas.portal.catalogue import services


def too_old(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """Nothing was done; say so.

    What was typed into an application is shown again, to be sent once more by whoever sees it.
    """
    try:
        found = resolve(request.path)
    except Resolver404:
        found = None
    service = services().get(str(found.kwargs.get("name"))) if found else None
    if found is not None and service is not None and found.view_name == "apply:details":
        form = DetailsForm(service)
        form.data = request.POST.dict()
        return show_details(request, service, form, old=True)
    return render(request, "too_old.html", status=403)
