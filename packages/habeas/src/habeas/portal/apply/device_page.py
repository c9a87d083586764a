"""Applying on one's own device: its static page, the same bytes for everybody who asks.

What the page asks for and sends is in `device`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from habeas.portal.apply.device import service_of
from habeas.portal.register import code
from habeas.portal.register.clients import waict_header
from habeas.portal.register.log import log_copy
from habeas.portal.site.served import framed_by
from habeas.protocol.app import AppRelease
from habeas.protocol.app.clients import WAICT_HEADER
from habeas.protocol.app.manifest import filled

_PAGE = "photo/index.html"


@cache
def _page_file(path: str, circle: str) -> bytes:
    (folder,) = (Path(each) for each in settings.STATICFILES_DIRS)
    return filled(path, (folder / path).read_bytes(), circle)


def document(path: str, release: AppRelease, frames: Sequence[str] = ()) -> HttpResponse:
    """A document of the app, the same bytes for everybody.

    Args:
        path: of the file.
        release: that this portal serves.
        frames: origins that may frame it, where its policy leaves that open.
    """
    carried = release.manifest.portal.headers_of(path)
    policy = framed_by(carried["content-security-policy"], frames)
    return HttpResponse(
        _page_file(path, release.manifest.circle),
        content_type="text/html; charset=utf-8",
        headers={"Content-Security-Policy": policy, WAICT_HEADER: waict_header(release)},
    )


@require_GET
def page(_: HttpRequest, name: str) -> HttpResponse:
    """The static app, the same bytes for everybody who asks, and only as trustees know it."""
    service_of(name)
    try:
        release = code.serving()
    except code.UnreleasedError:
        return redirect("apply:details", name)
    return document(_PAGE, release)


@require_GET
def pin(_: HttpRequest, name: str) -> HttpResponse:
    """The circle that the app has pinned: it knows the digest, and compares."""
    service_of(name)
    circle = code.serving().manifest.circle
    note = next(link.note for link in log_copy().chain.links if link.digest == circle)
    return HttpResponse(note, content_type="text/plain; charset=utf-8")
