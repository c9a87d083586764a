"""What WEBCAT's and WAICT's clients ask this portal for: `habeas.protocol.app.clients`."""

from __future__ import annotations

from functools import lru_cache

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from habeas.portal.register import code
from habeas.portal.register.log import log_copy
from habeas.protocol.app import AppRelease, clients


@lru_cache(maxsize=4)
def _waict(digest: str, index: int) -> bytes:  # noqa: ARG001 - another entry has other pages
    release = code.serving()
    return clients.waict_manifest(release.manifest.portal, release.places(release.origins[0]))


def waict_header(release: AppRelease) -> str:
    """The header of a document of this release."""
    return clients.waict_header(_waict(release.digest, release.index))


@require_GET
def waict(_: HttpRequest, name: str) -> HttpResponse:
    """WAICT's manifest; it never changes under its name."""
    release = code.serving()
    content = _waict(release.digest, release.index)
    if not clients.waict_path(content).endswith(f"/{name}"):
        raise Http404
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return HttpResponse(content, content_type=clients.WAICT_TYPE, headers=headers)


@require_GET
def enrollment(_: HttpRequest) -> HttpResponse:
    """WEBCAT's enrollment: who signs, and how many must."""
    return JsonResponse(clients.webcat_enrollment(log_copy().chain.newest.circle))


@require_GET
def manifest(_: HttpRequest) -> HttpResponse:
    """WEBCAT's manifest of what this portal serves."""
    release = code.serving()
    made = clients.webcat_manifest(
        release.manifest.portal,
        release.places(release.origins[0]),
        version=release.manifest.version,
        app=f"{release.origins[0].origin}/register/code/",
    )
    return JsonResponse(made)
